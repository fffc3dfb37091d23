"""Items of lists by what names them: where a tool leaves out what nobody answered, a place holds another answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from issuance.hooks.fields import LONGEST_POINTER, NAMED_ITEM, Field, escaped, is_place, unescaped
from thanxportal.plain_text import nameless

NAMES = (
    "ref", "key", "field", "field/ref", "field/id", "field_id",
    "question", "question/ref", "question/id", "question_id",
)  # fmt: skip
NAMES_OF_ANSWERS = ("name", "label", "title", "id")  # of an item that is no answer they may name a guest
ANSWERS = ("value", "answer", "answers")
LONGEST_NAME = 60


def text_at(texts: Mapping[str, str], pointer: str) -> str:
    """What stands there; empty if nothing does, or if no item has the name, or several have it."""
    if pointer in texts:
        return texts[pointer]
    at = ""
    for token in pointer.split("/")[1:]:
        named = NAMED_ITEM(unescaped(token))
        place = _place(texts, at, *named.groups()) if named else token
        if place is None:
            return ""
        at += f"/{place}"
    return texts.get(at, "")


def _place(texts: Mapping[str, str], of_list: str, key: str, name: str) -> str | None:
    """Of the only item whose `key` says `name`."""
    start, end = f"{of_list}/", f"/{key}"
    saying = (at for at, text in texts.items() if text == name and at.startswith(start) and at.endswith(end))
    places = [place for at in saying if is_place(place := at[len(start) : -len(end)])]
    return places[0] if len(places) == 1 else None


def by_name(fields: Iterable[Field]) -> list[Field]:
    """The same fields, with each item of a list under its name, if it has one."""
    fields = [*fields]
    texts = dict(fields)
    name_of = cache(lambda of_list, place: _name_of(texts, of_list, place))

    def named(pointer: str) -> str:
        at = shown = ""
        for token in pointer.split("/")[1:]:
            shown += f"/{(is_place(token) and name_of(at, token)) or token}"
            at += f"/{token}"
        return shown if len(shown) <= LONGEST_POINTER else pointer

    return [Field(named(field.pointer), field.text) for field in fields]


def _name_of(texts: Mapping[str, str], of_list: str, place: str) -> str:
    item = f"{of_list}/{place}"
    answers = any(at == f"{item}/{name}" or at.startswith(f"{item}/{name}/") for at in texts for name in ANSWERS)
    for key in NAMES + NAMES_OF_ANSWERS if answers else NAMES:
        name = texts.get(f"{item}/{key}", "")
        fits = 0 < len(name) <= LONGEST_NAME and name.isprintable() and nameless(name) == name
        if fits and _place(texts, of_list, key, name) == place:
            return escaped(f"[{key}={name}]")
    return ""
