"""What an event says, as a list of fields: each a JSON Pointer (RFC 6901) and the text that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from thanxportal.plain_text import nameless

MOST_FIELDS, MOST_DEPTH, LONGEST_POINTER = 300, 12, 400
NAMED_ITEM = re.compile(r"\[([a-z_/]+)=(.*)\]").fullmatch  # in a pointer instead of a place
_SMALL = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?|true|false", re.ASCII).fullmatch
_WORD = re.compile(r"[a-z][\w.:-]{0,39}", re.ASCII | re.IGNORECASE).fullmatch
KINDS = ("type", "kind", "event", "event_type", "status", "field", "ref", "language", "locale", "currency", "country")


class TooMuch(Exception):
    """`args[0]` says what there is too much of."""


class Field(NamedTuple):
    """A field as people see it."""

    pointer: str
    text: str

    @property
    def label(self) -> str:
        return label_of(self.pointer)

    @property
    def tells_of_nobody(self) -> bool:
        """A small number, yes or no, or the one word of a field that says of what kind something is."""
        is_kind = self.pointer.rpartition("/")[2] in KINDS and _WORD(self.text)
        return bool(is_kind or _SMALL(self.text))

    @property
    def can_be_chosen(self) -> bool:
        return is_nameless(self.pointer)


def fields_in(document: Any) -> list[Field]:
    """All that stand in a JSON document, but for nulls, empty texts, and names too long to be kept. Raises TooMuch."""
    found: list[Field] = []
    for field in _walk(document, "", 0):
        if len(field.pointer) <= LONGEST_POINTER:
            found.append(field)
        if len(found) > MOST_FIELDS:
            raise TooMuch(f"An event has at most {MOST_FIELDS} fields.")
    return found


def _walk(part: Any, pointer: str, depth: int) -> Iterator[Field]:
    if depth > MOST_DEPTH:
        raise TooMuch(f"An event is at most {MOST_DEPTH} levels deep.")
    if isinstance(part, (dict, list)):
        named = part.items() if isinstance(part, dict) else enumerate(part)
        for name, value in named:
            yield from _walk(value, f"{pointer}/{escaped(str(name))}", depth + 1)
    elif part is not None and (text := _text(part)):
        yield Field(pointer, text)


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def kept(fields: Sequence[Sequence[str]]) -> list[Field]:
    """Out of what an event keeps."""
    return [Field(*field) for field in fields]


def label_of(pointer: str) -> str:
    """Such as `answers › 1 › email` for `/answers/0/email` and `answers › stars › number` for
    `/answers/[field=stars]/number`, without whom a name may name."""
    return nameless(" › ".join(_label(unescaped(name)) for name in pointer.split("/")[1:]))


def _label(name: str) -> str:
    if named := NAMED_ITEM(name):
        key, name = named.groups()
        return f"{key} {name}" if is_place(name) else name
    return str(int(name) + 1) if is_place(name) else name


def is_by_place(pointer: str) -> bool:
    """Whether it counts in a list whose items have no names."""
    return any(map(is_place, pointer.split("/")))


def label_and_place(pointer: str) -> str:
    return label_of(pointer) + (", by its place in the list" if is_by_place(pointer) else "")


def is_place(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 4


def is_nameless(pointer: str) -> bool:
    """Whether it can be kept for good: names of fields are up to whoever sends them."""
    return nameless(pointer) == pointer
