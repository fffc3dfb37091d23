"""Guests sent ahead of a large list: once their jobs have ended, the rest goes out or waits for a person."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from issuance.lifecycle.notices import tell_safety_stop
from issuance.models import Guest, GuestList, IssuanceJob, IssuanceJobQuerySet, note_event
from issuance.models.states import JOB_OPEN, JobState, ListState, Outcome


class CanaryResult(NamedTuple):
    """How many guests of an arm were sent ahead, in however many jobs, and how many of them got nothing."""

    ahead: int
    lost: int

    @property
    def bad(self) -> bool:
        return self.lost * 100 > settings.CANARY_MOST_REFUSED * self.ahead


def decide_after_canaries(guest_list: GuestList) -> None:
    """Call it when a canary has been answered: the last answer decides.

    Each arm whose guests still wait counts by itself, for a bad arm would be lost in the sum of good ones.
    """
    canaries = IssuanceJob.objects.filter(guest_list=guest_list, canary=True).exclude(state=JobState.HALVED)
    if canaries.filter(state__in=JOB_OPEN).exists():
        return
    ahead = canaries.filter(variant__in=_rest(guest_list).values("variant")).order_by().values_list("variant")
    results = [_result_of(canaries, *arm) for arm in ahead.annotate(Sum("total_count"))]
    if bad := [result for result in results if result.bad]:
        _stop_for_safety(guest_list, max(bad, key=lambda result: result.lost / result.ahead))
    else:
        send_the_rest(guest_list)


def _result_of(canaries: IssuanceJobQuerySet, variant: int, ahead: int) -> CanaryResult:
    of_arm = canaries.filter(variant=variant)
    rewarded = Guest.objects.filter(job__in=of_arm.values("pk"), outcome=Outcome.REWARDED).count()
    return CanaryResult(ahead, ahead - rewarded)


def _stop_for_safety(guest_list: GuestList, worst: CanaryResult) -> None:
    waiting = GuestList.objects.filter(pk=guest_list.pk, state=ListState.ISSUING, safety_stop_at=None)
    if waiting.update(safety_stop_at=timezone.now()):
        note_event(guest_list, ListState.ISSUING, note="Stopped by the safety check: too many refused.")
        tell_safety_stop(GuestList.objects.get(pk=guest_list.pk), ahead=worst.ahead, lost=worst.lost)


def send_the_rest(guest_list: GuestList) -> int:
    """Makes the jobs that waited for the canaries due; returns how many."""
    return _rest(guest_list).update(next_attempt_at=timezone.now())


def _rest(guest_list: GuestList) -> IssuanceJobQuerySet:
    never_due = {"next_attempt_at": None, "attempt_count": 0, "problem_code": ""}
    return IssuanceJob.objects.filter(guest_list=guest_list, state=JobState.READY, **never_due)
