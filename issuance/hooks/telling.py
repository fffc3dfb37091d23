"""Events and their fields as people see them: masked unless somebody asked to see them, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from issuance.events.telling import said_of
from issuance.guests.sight import Sight
from issuance.hooks.fields import Field, is_by_place, label_and_place
from issuance.hooks.items import by_name, text_at
from issuance.hooks.rules import ROLES, Verdict, conditions_of
from issuance.models import Hook, HookEvent, HookEventState


class Line(NamedTuple):
    """A field in a table, and which roles it has."""

    pointer: str
    label: str
    shown: str
    can_be_chosen: bool
    by_place: bool
    roles: list[str]


class Told(NamedTuple):
    """What became of something: a label and its tone, and why."""

    label: str
    tone: str
    why: str


def lines_of(fields: Iterable[Field], mapping: Mapping[str, str], sight: Sight) -> list[Line]:
    """Those that the mapping names and the event lacks come last, so that nothing that was chosen is lost."""
    fields = [*fields]
    texts, named = dict(fields), by_name(fields)
    there = {field.pointer for field in named}
    chosen = (pointer for pointer in dict.fromkeys(mapping.values()) if pointer not in there)
    named += [Field(pointer, text_at(texts, pointer)) for pointer in chosen]
    return [
        Line(
            field.pointer, field.label, _shown(field, sight), field.can_be_chosen, is_by_place(field.pointer),
            [role for role in ROLES if mapping.get(role) == field.pointer],
        )
        for field in named
    ]  # fmt: skip


def _shown(field: Field, sight: Sight) -> str:
    return field.text if field.tells_of_nobody else sight.show(field.text)


def told_of(event: HookEvent) -> Told:
    """Of one that was passed on, what became of what it asked for."""
    if event.batch:
        return Told(*said_of(event.batch), "")
    return Told(event.status.label, event.status.tone, event.note)


def told_of_sample(verdict: Verdict) -> Told:
    if verdict.guest is None:
        waits = verdict.state == HookEventState.WAITS
        return Told("It would wait for you." if waits else "Nobody would be rewarded.", "warn", verdict.why)
    said = "; ".join(f"{ROLES[role].lower()} “{text}”" for role, text in verdict.guest.items() if text)
    return Told("Its guest would be rewarded, as guests of a list are.", "ok", f"{said}.")


def rules_in_words(hook: Hook) -> list[dict[str, str]]:
    """As names and values."""
    fields = [
        {"label": ROLES[role], "value": label_and_place(hook.mapping[role])} for role in ROLES if role in hook.mapping
    ]
    only = [{"label": "Only if", "value": str(condition)} for condition in conditions_of(hook)]
    return fields + only
