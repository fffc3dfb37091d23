"""Lets take effect what was asked for: when a second manager confirms it, or when its day is over."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from thanxportal.accounts.loosenings import is_manager, say, withdraw
from thanxportal.accounts.merchant_settings import set_settings
from thanxportal.accounts.models import Loosening, Membership, Merchant, Role, User
from thanxportal.accounts.models.loosenings import OF_SETTINGS
from thanxportal.accounts.team import TeamRefusal, send_invitation, set_role


@transaction.atomic
def confirm(*, loosening: Loosening, actor: User) -> bool:
    """Lets it take effect by the word of another manager, once.

    False if it was answered meanwhile, or if the actor is who asked or no manager. Raises TeamRefusal if what was asked
    for is no longer possible.
    """
    merchant = _locked(loosening)
    if actor == loosening.asked_by or not is_manager(merchant, actor) or not _claim(loosening, actor):
        return False
    what = f"{loosening.asked_by} asked to {loosening.sentence}"
    say(loosening, actor, f"Confirmed: {what}.", f"{actor} confirmed: {what}. It is in effect now.")
    _take_effect(loosening, merchant)
    return True


def let_take_effect() -> int:
    """Lets everything take effect whose day is over. Returns how much."""
    due = Loosening.objects.waiting().filter(due_at__lte=timezone.now())
    return sum(_when_due(loosening) for loosening in due.select_related("merchant", "asked_by"))


def _when_due(loosening: Loosening) -> bool:
    try:
        return _after_its_day(loosening)
    except TeamRefusal:  # Such as for a person who was removed meanwhile.
        return not withdraw(loosening=loosening, actor=None)


@transaction.atomic
def _after_its_day(loosening: Loosening) -> bool:
    merchant = _locked(loosening)
    if not _claim(loosening, None):
        return False
    what = f"{loosening.asked_by} asked to {loosening.sentence}"
    say(loosening, None, f"A day ago {what}: it is in effect now.", f"A day ago {what}. It is in effect now.")
    _take_effect(loosening, merchant)
    return True


def _locked(loosening: Loosening) -> Merchant:
    """The merchant first, as whoever changes team, settings or lists locks it before anything else."""
    return Merchant.objects.select_for_update().get(pk=loosening.merchant_id)


def _claim(loosening: Loosening, actor: User | None) -> bool:
    waiting = Loosening.objects.waiting().filter(pk=loosening.pk)
    return bool(waiting.update(done_at=timezone.now(), answered_by=actor))


def _take_effect(loosening: Loosening, merchant: Merchant) -> None:
    """In the name of who asked. Raises TeamRefusal if that person may no longer manage the team."""
    asker, values = loosening.asked_by, loosening.values
    if not is_manager(merchant, asker):
        raise TeamRefusal(f"{asker} asked for this and is no manager any more. Withdraw it.")
    if loosening.subject in OF_SETTINGS:
        if loosening.subject == "approval_threshold":
            Loosening.objects.filter(pk=loosening.pk).update(threshold_before=merchant.approval_threshold)
        set_settings(merchant=merchant, values=values, actor=asker)
    elif "member" in values:
        set_role(member=_member(merchant, values), role=Role(values["role"]), actor=asker)
    else:
        send_invitation(merchant=merchant, email=values["email"], role=Role(values["role"]), actor=asker)


def _member(merchant: Merchant, values: dict[str, Any]) -> Membership:
    member = Membership.objects.select_related("user", "merchant").filter(merchant=merchant, pk=values["member"])
    if (found := member.first()) is None:
        raise TeamRefusal("This person is no longer on the team. Withdraw it.")
    return found
