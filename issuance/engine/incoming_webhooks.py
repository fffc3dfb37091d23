"""Webhooks of Thanx, from the raw body to their two effects: reward ids on guests, and an earlier next poll.

A webhook never moves a state and its counts are never believed: the end of a job is confirmed by asking.
So deliveries may be repeated, reordered, lost or early; what they leave behind is the same.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from traceback import format_tb
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from issuance.engine.missing_webhooks import count_missing
from issuance.models import BATCH_EVENT, TEST_EVENT, Guest, IssuanceJob, WebhookDelivery
from issuance.models.states import DeliveryState, JobState
from thanxportal.partner_api import BatchCompleted, MalformedEvent, RewardIssued, UnknownEvent, parse_event, redact

log = logging.getLogger(__name__)
BATCH = 1_000  # deliveries in one transaction
MOST_BATCHES = 20  # in one go, before other work has its turn
POLLED = (JobState.ACCEPTED, JobState.NEEDS_STAFF, JobState.REVOKING)
QUIET = timedelta(seconds=20)  # Thousands of rewards tell that a job is alive, not that it has to be asked each time.
WAITS = (5, 10, 20, 40, 80, 160, 300)  # seconds
PATIENCE = timedelta(hours=2)  # The answer that names a job may reach us long after the job's first webhook.
NAME = re.compile(r"[\w.:-]{1,80}", re.ASCII)
ID = re.compile(r"[\w.:-]{0,64}", re.ASCII)
MOST_GUESTS = 10_000  # of one job

Seat = tuple[int, int]  # job pk, position


class DeliveryResult(NamedTuple):
    """Where a delivery goes; `wait` in seconds until it is looked at again, None: never."""

    state: DeliveryState
    note: str = ""
    wait: int | None = None


APPLIED = DeliveryResult(DeliveryState.APPLIED)
NOTHING_TO_DO = DeliveryResult(DeliveryState.IGNORED, "It names no guest or no reward.")
WRONG_MERCHANT = DeliveryResult(DeliveryState.QUARANTINED, "The job belongs to another merchant.")
NO_SUCH_GUEST = DeliveryResult(DeliveryState.QUARANTINED, "The job has no guest at this index.")
OTHER_REWARD = DeliveryResult(DeliveryState.QUARANTINED, "The guest already has another reward id from this job.")
UNKNOWN_JOB = "No job has this id."


def store_delivery(raw: bytes) -> bool:
    """Keeps a verified body's event, or counts it as a duplicate; True if it is worth looking at at once.

    Reward ids aren't: there may be ten thousand, and the sweep finds them within seconds.
    """
    delivery = WebhookDelivery(sha256=sha256(raw).hexdigest(), **_read_event(raw))
    return _insert_or_count(delivery) == 1 and delivery.event == BATCH_EVENT


def _insert_or_count(delivery: WebhookDelivery) -> int:
    """How often this body has come by now. One statement: two copies at the same moment make one row."""
    fields = [field for field in WebhookDelivery._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(delivery, field.attname), connection) for field in fields]
    names, marks = ", ".join(str(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO issuance_webhookdelivery ({names}) VALUES ({marks}) ON CONFLICT (sha256) DO UPDATE
            SET received_count = issuance_webhookdelivery.received_count + 1 RETURNING received_count""",  # noqa: S608 - names are ours
            values,
        )
        return int(cursor.fetchone()[0])


def _read_event(raw: bytes) -> dict[str, Any]:
    try:
        event = parse_event(raw)
    except MalformedEvent as problem:
        return {"state": DeliveryState.QUARANTINED, "note": str(problem)}
    if isinstance(event, UnknownEvent):
        name = event.name if NAME.fullmatch(event.name) and redact(event.name) == event.name else ""
        note = "A test of ours." if name == TEST_EVENT else "The portal doesn’t know this event."
        return {"event": name, "state": DeliveryState.IGNORED, "note": note}
    if not all(ID.fullmatch(text) for text in _ids(event)):
        return {"state": DeliveryState.QUARANTINED, "note": "It carries ids that can’t be ids."}
    return _named(event) | {"due_at": timezone.now()}


def _ids(event: RewardIssued | BatchCompleted) -> tuple[str, ...]:
    return event.job_id, event.merchant_id, event.reward_id if isinstance(event, RewardIssued) else ""


def _named(event: RewardIssued | BatchCompleted) -> dict[str, Any]:
    fields: dict[str, Any] = {"thanx_job_id": event.job_id, "thanx_merchant_id": event.merchant_id}
    if isinstance(event, BatchCompleted):
        return fields | {"event": BATCH_EVENT}
    position = None if event.index is None else min(event.index, MOST_GUESTS)
    return fields | {"event": "reward.issued", "position": position, "reward_id": event.reward_id}


def apply_due_deliveries() -> int:
    """Applies what is due in batches; returns how many deliveries were looked at."""
    count = 0
    for _ in range(MOST_BATCHES):
        due = WebhookDelivery.objects.due().order_by("due_at", "pk")
        pks = list(due.values_list("pk", flat=True)[:BATCH])
        if not pks:
            break
        _apply_safely(pks)
        count += len(pks)
    return count


def _apply_safely(pks: list[int]) -> None:
    """A batch that fails comes back later, so that it neither stops other work nor keeps workers spinning."""
    try:
        _apply(pks)
    except Exception as error:
        frames = "".join(format_tb(error.__traceback__))
        log.error("Deliveries %s to %s failed with %s.\n%s", min(pks), max(pks), type(error).__name__, frames)
        WebhookDelivery.objects.due().filter(pk__in=pks).update(due_at=timezone.now() + timedelta(seconds=60))


@transaction.atomic
def _apply(pks: list[int]) -> None:
    """Locks deliveries, then jobs, then guests, each in order: as everybody who writes them does."""
    due = WebhookDelivery.objects.due().filter(pk__in=pks)
    deliveries = list(due.select_for_update().order_by("pk"))
    jobs = _jobs_of(deliveries)
    results = {delivery.pk: _result_of(delivery, jobs.get(delivery.thanx_job_id)) for delivery in deliveries}
    accepted = [delivery for delivery in deliveries if results[delivery.pk].state != DeliveryState.QUARANTINED]
    rewards = [delivery for delivery in accepted if results[delivery.pk] == APPLIED and delivery.event != BATCH_EVENT]
    results |= _give_rewards(rewards, jobs)
    _poll_sooner(accepted, jobs)
    _write_results(results)


def _jobs_of(deliveries: Iterable[WebhookDelivery]) -> dict[str, IssuanceJob]:
    named = {delivery.thanx_job_id for delivery in deliveries}
    jobs = IssuanceJob.objects.filter(thanx_id__in=named).select_related("merchant").defer("body").order_by("pk")
    return {job.thanx_id or "": job for job in jobs.select_for_update(of=("self",))}


def _result_of(delivery: WebhookDelivery, job: IssuanceJob | None) -> DeliveryResult:
    if job is None:
        return _unknown_job(delivery)
    if delivery.thanx_merchant_id not in ("", job.merchant.thanx_id):
        return WRONG_MERCHANT
    if delivery.event != BATCH_EVENT and (delivery.position is None or not delivery.reward_id):
        return NOTHING_TO_DO
    return APPLIED


def _unknown_job(delivery: WebhookDelivery) -> DeliveryResult:
    """Our own record of the job may still be on its way: looked at again at growing distances, then put aside."""
    age = timezone.now() - delivery.received_at
    wait = next((wait for wait in WAITS if wait > age.total_seconds()), WAITS[-1])
    return DeliveryResult(DeliveryState.QUARANTINED, UNKNOWN_JOB, wait if age < PATIENCE else None)


def _give_rewards(deliveries: Sequence[WebhookDelivery], jobs: dict[str, IssuanceJob]) -> dict[int, DeliveryResult]:
    """Writes each reward id on its guest unless there is one; says what stood there afterwards."""
    if not deliveries:
        return {}
    seats = {delivery: (jobs[delivery.thanx_job_id].pk, delivery.position or 0) for delivery in deliveries}
    wanted: dict[Seat, str] = {}
    for delivery, seat in seats.items():
        wanted.setdefault(seat, delivery.reward_id)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE issuance_guest SET reward_id = %s WHERE job_id = %s AND position = %s AND reward_id = ''",
            [(reward_id, *seat) for seat, reward_id in sorted(wanted.items())],
        )
    given = _rewards_at(wanted)
    count_missing({job.pk for job in jobs.values() if job.missing_reward_ids})
    return {delivery.pk: _compare(delivery.reward_id, given.get(seat)) for delivery, seat in seats.items()}


def _rewards_at(seats: Iterable[Seat]) -> dict[Seat, str]:
    positions: dict[int, list[int]] = defaultdict(list)
    for job, position in seats:
        positions[job].append(position)
    given: dict[Seat, str] = {}
    for job, some in positions.items():
        guests = Guest.objects.filter(job=job, position__in=some).values_list("position", "reward_id")
        given |= {(job, position or 0): reward_id for position, reward_id in guests}
    return given


def _compare(reward_id: str, given: str | None) -> DeliveryResult:
    if given is None:
        return NO_SUCH_GUEST
    return APPLIED if given == reward_id else OTHER_REWARD


def _poll_sooner(deliveries: Iterable[WebhookDelivery], jobs: dict[str, IssuanceJob]) -> None:
    """Asks now about jobs that are said to have ended; about those that only show life, unless just asked."""
    now = timezone.now()
    ended = {jobs[delivery.thanx_job_id].pk for delivery in deliveries if delivery.event == BATCH_EVENT}
    alive = {jobs[delivery.thanx_job_id].pk for delivery in deliveries} - ended
    polled, later = IssuanceJob.objects.filter(state__in=POLLED), Q(next_attempt_at__gt=now)
    if ended:  # Who has the job now may have asked too early, and `release_job_lease` then keeps this time.
        polled.filter(later | Q(lease_until__isnull=False), pk__in=ended).update(next_attempt_at=now)
    if alive:
        polled.filter(later, pk__in=alive, news_at__lt=now - QUIET).update(next_attempt_at=now)


def _write_results(results: dict[int, DeliveryResult]) -> None:
    """One UPDATE for all deliveries that share a result."""
    groups: dict[DeliveryResult, list[int]] = defaultdict(list)
    for pk, result in results.items():
        groups[result].append(pk)
    now = timezone.now()
    for (state, note, wait), pks in groups.items():
        due_at = None if wait is None else now + timedelta(seconds=wait)
        WebhookDelivery.objects.filter(pk__in=pks).update(state=state, note=note, due_at=due_at)
        if state == DeliveryState.QUARANTINED and wait is None:
            log.warning("%s webhooks were put aside, first %s: %s", len(pks), pks[0], note)
