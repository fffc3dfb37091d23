"""What a hook makes of an event, by its mapping and its conditions, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from issuance.events.asked import asked_for
from issuance.guests.reasons import reason_in_words
from issuance.hooks.conditions import CantRead, Condition
from issuance.hooks.fields import Field
from issuance.hooks.items import by_name, text_at
from issuance.models import Hook, HookEventState
from issuance.parsing.identifiers import parse_guest
from thanxportal.accounts.models import Merchant

ROLES = {"email": "Email", "phone": "Phone", "reason": "Reason", "external_id": "External id"}
LONGEST = {"email": 320, "phone": 60, "external_id": 200}  # characters; what is longer may say more than one thing
LONGEST_REASON = 200  # characters of it that a report has
NO_MAPPING = "The hook doesn’t say yet which field holds the guest."
TOO_LONG = "The field of the {} has more than {} characters, so nobody can tell what it says."
IS_OFF = "It came while the hook was off."


class Verdict(NamedTuple):
    """What becomes of an event, and why; if a reward is asked for also `guest`, as sent, `who` that is, and the whole
    external id."""

    state: HookEventState
    why: str = ""
    guest: dict[str, str] | None = None
    who: str = ""
    external_id: str = ""


def verdict_on(hook: Hook, fields: Sequence[Field]) -> Verdict:
    """By the rules of the hook, which has its merchant at hand."""
    if not hook.is_on:
        return Verdict(HookEventState.WAITS, IS_OFF)
    if not hook.mapping:
        return Verdict(HookEventState.WAITS, NO_MAPPING)
    texts = dict(fields)
    return _by_conditions(conditions_of(hook), texts) or guest_in(texts, hook.mapping, hook.merchant)


def conditions_of(hook: Hook) -> list[Condition]:
    return [Condition(*condition) for condition in hook.conditions]


def _by_conditions(conditions: Iterable[Condition], texts: Mapping[str, str]) -> Verdict | None:
    """One that doesn't hold settles it, whatever can't be read; None if all hold."""
    unread = None
    for condition in conditions:
        try:
            if not condition.holds(texts):
                return Verdict(HookEventState.LEFT_OUT, f"It doesn’t meet the condition “{condition}”.")
        except CantRead as why:
            unread = unread or Verdict(HookEventState.WAITS, str(why))
    return unread


def guest_in(texts: Mapping[str, str], mapping: Mapping[str, str], merchant: Merchant) -> Verdict:
    """The guest whom the mapped fields name, or why they name nobody."""
    guest = {role: text_at(texts, pointer) for role, pointer in mapping.items()}
    if not guest.get("email") and not guest.get("phone"):
        return Verdict(HookEventState.WAITS, "The fields that should hold an email or a phone are empty.")
    for role, most in LONGEST.items():
        if len(guest.get(role, "")) > most:
            return Verdict(HookEventState.WAITS, TOO_LONG.format(ROLES[role].lower(), most))
    guest["reason"] = guest.get("reason", "")[:LONGEST_REASON]
    (found,) = asked_for([guest], merchant)
    if found.code:
        return Verdict(HookEventState.WAITS, reason_in_words(found.code))
    return Verdict(HookEventState.PASSED, "", guest, found.value, guest.get("external_id", ""))


def proposed(fields: Iterable[Field], country: str) -> dict[str, str]:
    """A mapping for a hook that has none: the first email, the first phone."""
    mapping: dict[str, str] = {}
    for field in by_name(fields):
        value = parse_guest(field.text, country).value if field.can_be_chosen else ""
        if value:
            mapping.setdefault("email" if "@" in value else "phone", field.pointer)
    return mapping
