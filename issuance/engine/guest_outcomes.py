"""Moves the guests of a job to another outcome, with the sums of its list in step."""

from __future__ import annotations

from django.db.models import F

from issuance.crash_points import crash_point
from issuance.models import Guest, GuestList, IssuanceJob
from issuance.models.states import Outcome


@crash_point("move guests")
def move_guests(job: IssuanceJob, after: str, reason: str = "") -> None:
    """All guests of the job now stand at `after`; those whom Thanx refused stay refused."""
    changes = {f"{after}_count": 0}
    for before in {Outcome.WAITING, Outcome.UNKNOWN, Outcome.REWARDED} - {after}:
        guests = Guest.objects.filter(job=job, outcome=before)
        moved = guests.update(outcome=after, reason=reason)
        changes[f"{before}_count"] = -moved
        changes[f"{after}_count"] += moved
    count_guests(job, changes)


def count_guests(job: IssuanceJob, changes: dict[str, int]) -> None:
    """Adds to the sums of the job's list."""
    GuestList.objects.filter(pk=job.guest_list_id).update(
        **{column: F(column) + change for column, change in changes.items()}
    )
