"""How the way to Thanx looks just now, for staff: budget used, who waits, how long it takes, what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from issuance.models import IS_PARKED, NOT_TAKEN_BACK, TEST_EVENT, GuestList, IssuanceJob, SendingPause, WebhookDelivery
from issuance.models.states import JOB_DUE, DeliveryState, JobState
from thanxportal.partner import slots
from thanxportal.partner.gate import seconds_until
from thanxportal.partner.models import Credential

A_DAY = timedelta(days=1)


class Window(NamedTuple):
    """Requests sent within the window, of those that Thanx allows in it."""

    label: str
    used: int
    most: int


class Waiting(NamedTuple):
    """Jobs of one class: due now, and due later."""

    label: str
    now: int
    later: int


@dataclass(frozen=True)
class GateStatus:
    """`seconds_left` is until the last job that waits now has been sent; None while nothing new may be sent."""

    credential: Credential
    pause: SendingPause | None
    windows: list[Window]
    queue: list[Waiting]
    next_slot: float
    seconds_left: float | None
    blocked_until: datetime | None
    parked: int
    parked_lists: int
    needs_staff: int
    forgotten: int
    last_webhook_at: datetime | None
    webhooks_aside: int
    jobs_with_missing: int
    missing_reward_ids: int

    @property
    def health(self) -> str:
        if self.pause:
            return "paused"
        if self.credential.refusal:
            return "refused"
        return "blocked" if self.blocked_until else "open"


def gate_status() -> GateStatus:
    """Six queries, none of which looks at guests."""
    credential, pause = Credential.current(), SendingPause.objects.filter(in_force=True).first()
    ring, jobs = slots.look(credential.pk), _jobs()
    waiting = jobs["urgent_now"] + jobs["ready_now"] + jobs["ready_later"]
    blocked = ring.blocked_until > ring.now
    stopped = pause is not None or ring.refused
    return GateStatus(
        credential=credential,
        pause=pause,
        windows=_windows(ring),
        queue=[
            Waiting("Replays and revocations", jobs["urgent_now"], jobs["urgent_later"]),
            Waiting("First sends", jobs["ready_now"], jobs["ready_later"]),
            Waiting("Polls", jobs["polls_now"], jobs["polls_later"]),
        ],
        next_slot=max(ring.free_in(), 0.0),
        seconds_left=None if stopped else seconds_until(ring, waiting),
        blocked_until=datetime.fromtimestamp(credential.blocked_until, UTC) if blocked else None,
        parked=jobs["parked"],
        parked_lists=GuestList.objects.parked().count(),
        needs_staff=jobs["needs_staff"],
        forgotten=jobs["forgotten"],
        **_webhooks(),
    )


def _windows(ring: slots.Ring) -> list[Window]:
    short, long = slots.SHORT, slots.LONG
    return [
        Window("in the last second", ring.used(short), short.requests),
        Window("in 15 minutes", ring.used(long), long.requests),
    ]


def _jobs() -> dict[str, int]:
    now = Q(next_attempt_at__lte=timezone.now())
    later, parked = Q(next_attempt_at__gt=timezone.now()), IS_PARKED | NOT_TAKEN_BACK
    classes = {
        "urgent": Q(state__in=(JobState.SENDING, JobState.REVOKING)),
        "ready": Q(state=JobState.READY),
        "polls": Q(state__in=(JobState.ACCEPTED, JobState.NEEDS_STAFF)),
    }
    counts = {f"{name}_now": Count("pk", filter=which & now) for name, which in classes.items()}
    counts |= {f"{name}_later": Count("pk", filter=which & later) for name, which in classes.items()}
    counts["forgotten"] = Count("pk", filter=Q(state=JobState.FORGOTTEN))
    counts["needs_staff"] = Count("pk", filter=Q(state=JobState.NEEDS_STAFF))
    jobs = IssuanceJob.objects.filter(state__in=(*JOB_DUE, JobState.FORGOTTEN))
    return jobs.aggregate(parked=Count("pk", filter=parked), **counts)


def _webhooks() -> dict[str, Any]:
    aside = Count("pk", filter=Q(state=DeliveryState.QUARANTINED))
    theirs = WebhookDelivery.objects.exclude(event=TEST_EVENT)
    told = theirs.aggregate(last_webhook_at=Max("received_at"), webhooks_aside=aside)
    missing = IssuanceJob.objects.filter(missing_reward_ids__gt=0, ended_at__gt=timezone.now() - A_DAY)
    counted = missing.aggregate(jobs=Count("pk"), ids=Sum("missing_reward_ids"))
    return told | {"jobs_with_missing": counted["jobs"], "missing_reward_ids": counted["ids"] or 0}
