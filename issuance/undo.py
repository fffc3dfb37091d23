"""Into which jobs a list is cut: the job is the smallest thing that Thanx can revoke, so this is how undo will look."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings

from issuance.check import Arm
from issuance.models import RecipientList
from issuance.states import ListState
from thanxportal.partner.gate import SUSTAINED_INTERVAL

SMALLEST_JOB = 500  # guests; smaller jobs would spend Thanx's request limit on undo alone


class Batch(NamedTuple):
    """The jobs of one arm; `largest` is how many guests lose their reward when its largest job is revoked."""

    arm: Arm
    jobs: int
    largest: int


class UndoPlan(NamedTuple):
    """In which jobs a list would be sent, and what that means for sending and for taking back."""

    batches: list[Batch]

    @property
    def jobs(self) -> int:
        return sum(batch.jobs for batch in self.batches)

    @property
    def largest(self) -> int:
        return max((batch.largest for batch in self.batches), default=0)

    @property
    def requests(self) -> int:
        """At least: each job is sent once and looked at once."""
        return 2 * self.jobs

    @property
    def seconds(self) -> float:
        return self.requests * SUSTAINED_INTERVAL


def undo_plan(arms: list[Arm], job_size: int, canary: int) -> UndoPlan:
    """What planning will do: the first `canary` guests of each arm in a job of their own, the rest in full ones."""
    gifts = [arm for arm in arms if arm.count and not arm.variant.is_control]
    return UndoPlan([Batch(arm, *_jobs(arm.count, job_size, canary)) for arm in gifts])


def _jobs(guests: int, job_size: int, canary: int) -> tuple[int, int]:
    """(jobs, guests of the largest)"""
    ahead = min(canary, guests)
    rest = guests - ahead
    return bool(ahead) + ceil(rest / job_size), max(ahead, min(rest, job_size))


def canary_size(recipient_list: RecipientList) -> int:
    """Guests of each arm that a careful launch sends ahead; 0 for a list that is sent at once."""
    return settings.CANARY_SIZE if recipient_list.waiting_count > settings.CANARY_ABOVE else 0


def choose_unit_of_undo(*, recipient_list: RecipientList, size: int) -> bool:
    """Sets the most guests in a job, 0 for as many as Thanx takes; False if the list isn't under review any more.

    Review forms that are open elsewhere become void, as what they say about undo has changed.
    """
    under_review = RecipientList.objects.filter(pk=recipient_list.pk, state=ListState.CHECKED)
    return bool(under_review.update(undo_size=size, confirm_token=uuid4()))
