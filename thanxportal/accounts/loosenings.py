"""Asks for what would let fewer people agree to rewards, tells everybody whom it concerns, and takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.models import Kind, Loosening, Membership, Merchant, Right, Role, User, record_activity
from thanxportal.accounts.notifications import notify, notify_staff

A_DAY = timedelta(days=1)


def managers_of(merchant: Merchant) -> QuerySet[Membership]:
    """Those who can sign in."""
    return Membership.objects.of_merchant(merchant).filter(role=Role.MANAGER)


def is_manager(merchant: Merchant, person: User | None) -> bool:
    return managers_of(merchant).filter(user=person).exists()


def ask(*, merchant: Merchant, actor: User, subject: str, values: dict[str, Any], sentence: str) -> Loosening:
    """Writes down the request, instead of another about the same; the caller has locked the merchant's row.

    Another manager confirms it. Where there is none, it takes effect in a day.
    """
    same = Loosening.objects.of_merchant(merchant).waiting().filter(subject=subject, values=values, asked_by=actor)
    if (earlier := same.first()) is not None:
        return earlier
    take_back(merchant=merchant, subject=subject, actor=actor)
    alone = not managers_of(merchant).exclude(user=actor).exists()
    asked = Loosening.objects.create(
        merchant=merchant, subject=subject, values=values, sentence=sentence[:250], asked_by=actor,
        due_at=timezone.now() + A_DAY if alone else None,
    )  # fmt: skip
    how = "It takes effect in a day, unless a manager withdraws it." if alone else "Another manager has to confirm it."
    say(asked, actor, f"Asked to {asked.sentence}. {how}", f"{actor} asked to {asked.sentence}. {how}")
    return asked


def take_back(*, merchant: Merchant, subject: str, actor: User | None) -> None:
    """Withdraws what waits about this subject, as it was asked anew or there is nothing to ask for any more."""
    for waiting in Loosening.objects.of_merchant(merchant).waiting().filter(subject=subject):
        withdraw(loosening=waiting, actor=actor)


def take_back_all_of(*, person: User, merchant: Merchant, actor: User | None) -> None:
    """Withdraws what somebody asked who may no longer manage."""
    for waiting in Loosening.objects.of_merchant(merchant).waiting().filter(asked_by=person):
        withdraw(loosening=waiting, actor=actor)


@transaction.atomic
def withdraw(*, loosening: Loosening, actor: User | None) -> bool:
    """Takes the request back, once. False if it has taken effect or was withdrawn meanwhile."""
    waiting = Loosening.objects.waiting().filter(pk=loosening.pk)
    if not waiting.update(withdrawn_at=timezone.now(), answered_by=actor):
        return False
    what = f"the request of {loosening.asked_by} to {loosening.sentence}"
    say(loosening, actor, f"Withdrew {what}.", f"{actor or 'The portal'} withdrew {what}.")
    return True


def say(loosening: Loosening, actor: User | None, line: str, notice: str) -> None:
    """Writes the line into the merchant's log, and tells all its managers and staff."""
    written = record_activity(merchant=loosening.merchant, actor=actor, sentence=line)
    about: dict[str, Any] = {
        "merchant": loosening.merchant, "kind": Kind.LOOSENING, "key": f"activity:{written.pk}", "sentence": notice
    }  # fmt: skip
    notify(path=reverse(loosening.page, args=[loosening.merchant.handle]), right=Right.MANAGE, **about)
    notify_staff(path=reverse("admin:accounts_loosening_change", args=[loosening.pk]), **about)
