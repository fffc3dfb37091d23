"""Changes how a merchant's portal is set, and logs it.

What would let fewer people agree to rewards is asked for instead, where a manager can be asked.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from thanxportal.accounts.loosenings import ask, take_back
from thanxportal.accounts.models import Loosening, Merchant, User
from thanxportal.accounts.team import log_change
from thanxportal.reviewed import Facts, check_unchanged

SETTINGS = (
    "time_zone", "locale", "country", "preferred_identifier", "repeat_days", "approval_threshold", "second_factor",
    "launch_from_folders",
)  # fmt: skip


class Saved(NamedTuple):
    """What became of settings: whether some were changed, and what waits for a second manager."""

    changed: bool
    asked: list[Loosening]


@transaction.atomic
def change_settings(*, merchant: Merchant, values: dict[str, Any], actor: User, seen: str | None = None) -> Saved:
    """Stores the settings, but asks for what loosens who has to agree. Logs old and new values.

    With what a person has `seen` of them, as the form carries it, raises ChangedSinceReview if they aren't that any
    more: nobody undoes what somebody else has just made stricter.
    """
    before = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if seen is not None:
        check_unchanged(target_of_settings(before), seen, facts_of_settings(before))
    Merchant.objects.filter(pk=merchant.pk).update(settings_saved_at=timezone.now())
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    loosened = [name for name in changed if _loosens(name, getattr(before, name), changed[name])]
    asked = [_ask_for(before, name, changed.pop(name), actor) for name in loosened]
    for name in changed:
        take_back(merchant=merchant, subject=name, actor=actor)
    return Saved(set_settings(merchant=merchant, values=changed, actor=actor), asked)


def target_of_settings(merchant: Merchant) -> str:
    return f"settings:{merchant.pk}"


def facts_of_settings(merchant: Merchant) -> Facts:
    """The settings as whoever changes them has seen them."""
    return {name.replace("_", " ").capitalize(): _said(getattr(merchant, name)) for name in SETTINGS}


def _loosens(name: str, before: Any, after: Any) -> bool:
    if name == "approval_threshold":
        return before is not None and (after is None or after > before)
    if name == "launch_from_folders":
        return bool(after)
    return name == "second_factor" and not after


def _ask_for(merchant: Merchant, name: str, value: Any, actor: User) -> Loosening:
    wish = {
        "second_factor": "no longer ask for a second factor",
        "launch_from_folders": "start lists from folders without a person",
    }.get(name, "")
    if name == "approval_threshold":
        was, new = merchant.approval_threshold, _said(value)
        wish = f"raise the approval threshold from {_said(was)} to {new}" if value else "let nobody have to approve"
    return ask(merchant=merchant, actor=actor, subject=name, values={name: value}, sentence=wish)


def set_settings(*, merchant: Merchant, values: dict[str, Any], actor: User) -> bool:
    """Stores the settings without asking anybody. Returns False if nothing has changed."""
    before = Merchant.objects.get(pk=merchant.pk)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return False
    Merchant.objects.filter(pk=merchant.pk).update(**changed)
    said = "; ".join(
        f"{name.replace('_', ' ')} from {_said(getattr(before, name))} to {_said(value)}"
        for name, value in changed.items()
    )
    log_change(merchant, actor, f"Changed the settings: {said}.")
    return True


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
