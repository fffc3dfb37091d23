"""Rewards that staff took back, as the merchant reads it; and a manager's request that they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from campaigns.models import Variant
from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_asked_to_revoke
from issuance.models import GuestList, IssuanceJob, RevocationRequest, note_event
from issuance.models.states import JOB_REVOCABLE, JobState
from thanxportal.accounts.models import User
from thanxportal.prepared import Prepared


class TakenBack(NamedTuple):
    """Jobs that were taken back for one reason: `rewards` in all, counted as the list does, and `running` jobs that
    Thanx has yet to take back."""

    why: str
    rewards: int
    running: int


def taken_back(jobs: Sequence[IssuanceJob]) -> list[TakenBack]:
    found: dict[str, TakenBack] = {}
    for job in jobs:
        if job.state in (JobState.REVOKING, JobState.REVOKED):
            before = found.get(job.revoke_reason, TakenBack(job.revoke_reason, 0, 0))
            rewards, running = before.rewards + job.not_refused, before.running + (job.state == JobState.REVOKING)
            found[job.revoke_reason] = TakenBack(job.revoke_reason, rewards, running)
    return list(found.values())


def arms_to_take_back(jobs: Sequence[IssuanceJob]) -> list[Variant]:
    """The arms of which Thanx could take something back, in their order."""
    arms = {job.variant_id: job.variant for job in jobs if job.status in JOB_REVOCABLE}
    return sorted(arms.values(), key=lambda arm: arm.position)


def latest_request(guest_list: GuestList) -> RevocationRequest | None:
    return next(iter(_latest_request(guest_list.pk)), None)


@Prepared
def _latest_request(guest_list: int) -> QuerySet[RevocationRequest]:
    requests = RevocationRequest.objects.filter(guest_list=guest_list)
    return requests.select_related("variant", "asked_by").order_by("-pk")[:1]


@transaction.atomic
def ask_to_take_back(*, guest_list: GuestList, arm: Variant | None, reason: str, actor: User) -> bool:
    """Asks staff, who answer; False if somebody has asked already and waits for the answer."""
    try:
        with transaction.atomic():
            request = RevocationRequest.objects.create(
                guest_list=guest_list, variant=arm, reason=reason, asked_by=actor
            )
    except IntegrityError:
        return False
    note = f"Asked staff to take back {request.what}: {reason}"
    note_event(guest_list, guest_list.state, actor=actor, note=note)
    note_activity(guest_list, actor, f"Asked staff to take back {request.what} of “{guest_list.name}”: {reason}")
    tell_asked_to_revoke(request)
    return True
