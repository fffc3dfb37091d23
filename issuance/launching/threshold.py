"""How many guests one person may reward alone: in one list, and in all lists of 24 hours together."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from issuance.models import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.models import Loosening, Merchant, User

A_DAY = timedelta(days=1)
ON_THEIR_WAY = (ListState.HELD, ListState.ISSUING)
SENT = (ListState.FINISHED, ListState.STOPPED)


def rewarded_alone(merchant: Merchant, sender: User | None) -> int:
    """Guests whom the sender rewarded in 24 hours without an approver, or is about to, whenever that is scheduled. All
    scripts are one sender."""
    lists = GuestList.objects.filter(merchant=merchant, launched_by=sender, approved_by=None)
    began = Q(state__in=(ListState.ISSUING, *SENT), began_at__gt=timezone.now() - A_DAY)
    lists = lists.alias(began_at=Coalesce("planned_at", "launched_at")).filter(Q(state=ListState.HELD) | began)
    sums = lists.aggregate(
        sent=Sum(F("rewarded_count") + F("unknown_count")),
        waiting=Sum("waiting_count", filter=Q(state__in=ON_THEIR_WAY)),
    )
    return (sums["sent"] or 0) + (sums["waiting"] or 0)


def threshold_of(guest_list: GuestList) -> int | None:
    """The strictest of the merchant's since the list was brought: loosening it is for later lists alone."""
    before = Loosening.objects.strictest_since(guest_list.merchant_id, guest_list.created_at)
    known = [threshold for threshold in (guest_list.merchant.approval_threshold, before) if threshold is not None]
    return min(known, default=None)


def needs_second_person(guest_list: GuestList, alone: int, threshold: int | None) -> bool:
    """Whether the list is above its threshold, with those whom its sender rewarded alone before. One that rewards
    nobody, as where a program asks for Control alone, never is."""
    return threshold is not None and guest_list.waiting_count > max(threshold - alone, 0)
