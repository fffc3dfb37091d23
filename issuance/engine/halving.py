"""Finds the guest because of whom Thanx refuses a whole job: its guests are sent in halves, under keys of their own.

Only after a refusal which proves that nothing was issued, and in a number of requests that grows with the logarithm
of the job's size. The guests stay waiting in the same list and keep their claims, so every sum stays as it is.
"""

from __future__ import annotations

import json
from math import ceil, log2
from typing import Any

from django.db.models import F, Max
from django.utils import timezone

from issuance.crash_points import crash_point
from issuance.engine.frozen_jobs import frozen_job
from issuance.lifecycle.transitions import move_job
from issuance.models import Guest, GuestList, IssuanceJob
from issuance.models.states import JOB_KNOWN, JobState
from thanxportal.partner_api import Rejected

# Refusals of what the request says, before anything is done. 422 alone may be about the key or the campaign.
BLAMES_A_GUEST = ("USER_EMAIL_INVALID", "USER_PHONE_INVALID")
MAY_BE_A_GUEST = "BAD_REQUEST"
PER_LEVEL = 4  # requests: two find one guest, four also find most pairs


def may_be_halved(job: IssuanceJob, error: Rejected) -> bool:
    """Whether the halves of a job that was just refused may be sent, because surely none of its guests got anything."""
    if job.in_doubt or job.total_count == 1 or not _proves_that_nothing_was_issued(error):
        return False
    return _has_room(job) and not _is_stopped(job) and (error.code in BLAMES_A_GUEST or _may_be_about_a_guest(job))


def _proves_that_nothing_was_issued(error: Rejected) -> bool:
    return (error.status == 400 and error.code == MAY_BE_A_GUEST) or (
        error.status in (400, 422) and error.code in BLAMES_A_GUEST
    )


def _has_room(job: IssuanceJob) -> bool:
    planned = job.part_of_id or job.pk
    guests = IssuanceJob.objects.values_list("total_count", flat=True).get(pk=planned)
    return IssuanceJob.objects.filter(part_of=planned).count() + 2 <= PER_LEVEL * ceil(log2(guests))


def _is_stopped(job: IssuanceJob) -> bool:
    return IssuanceJob.objects.filter(guest_list=job.guest_list_id, state=JobState.CANCELLED).exists()


def _may_be_about_a_guest(job: IssuanceJob) -> bool:
    """Not if Thanx has refused other jobs or parts of the same arm and taken none."""
    of_arm = IssuanceJob.objects.filter(guest_list=job.guest_list_id, variant=job.variant_id)
    states = set(of_arm.exclude(pk=job.part_of_id or job.pk).values_list("state", flat=True))
    return not states & {JobState.HALVED, JobState.REJECTED} or bool(states & set(JOB_KNOWN))


@crash_point("halve a job")
def halve_job(job: IssuanceJob, **fields: Any) -> None:
    """Ends a refused job and seats its guests, in their order, in two new ones; part of the answer's transaction."""
    if not move_job(job, JobState.HALVED, ended_at=timezone.now(), **fields):
        return  # Another worker owns the job now.
    GuestList.objects.select_for_update().get(pk=job.guest_list_id)  # Two jobs must not take the same number.
    identifiers = json.loads(bytes(IssuanceJob.objects.values_list("body", flat=True).get(pk=job.pk)))["identifiers"]
    middle = (len(identifiers) + 1) // 2
    _write_part(job, 0, identifiers[:middle])
    _write_part(job, middle, identifiers[middle:])


@crash_point("write a part")
def _write_part(job: IssuanceJob, start: int, identifiers: list[dict[str, str]]) -> None:
    part = _part(job, identifiers)
    part.save(force_insert=True)
    seats = Guest.objects.filter(job=job, position__gte=start, position__lt=start + len(identifiers))
    if seats.update(job=part, position=F("position") - start) != part.total_count:
        raise RuntimeError(f"Job {part.pk} doesn't seat the {part.total_count} guests that it was made for.")


def _part(job: IssuanceJob, identifiers: list[dict[str, str]]) -> IssuanceJob:
    last = IssuanceJob.objects.filter(guest_list=job.guest_list).aggregate(last=Max("number"))["last"]
    of_job: dict[str, Any] = {"label": job.label, "canary": job.canary, "part_of_id": job.part_of_id or job.pk}
    return frozen_job(job.guest_list, job.variant, last + 1, identifiers, next_attempt_at=timezone.now(), **of_job)
