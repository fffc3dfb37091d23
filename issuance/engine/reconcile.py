"""Checks every sum of the engine against the rows it counts, in queries over whole tables; changes nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from campaigns.models import CONTROL, Campaign, Variant
from issuance.engine.frozen_jobs import idempotency_key
from issuance.models import (
    Attempt,
    Guest,
    GuestClaim,
    GuestList,
    IssuanceJob,
    Resolution,
    RowError,
    WebhookDelivery,
)  # fmt: skip
from issuance.models.states import JOB_KNOWN, JOB_OPEN, DeliveryState, JobState, ListState, Outcome

PROMISED = (Outcome.WAITING, Outcome.REWARDED, Outcome.UNKNOWN)  # outcomes under which a guest's claim is kept
NAMED_AT_MOST = 5  # ids in one sentence


class Report(NamedTuple):
    lists: int
    jobs: int
    differences: list[str]


def reconcile() -> Report:
    """Everything at one moment, so that workers may go on meanwhile; each difference is a sentence with ids."""
    checks = (ledgers, jobs, parts, job_bodies, attempts, claims, seats, webhooks, thanx_ids)
    with _one_moment():
        differences = [sentence for check in checks for sentence in check()]
        return Report(GuestList.objects.count(), IssuanceJob.objects.count(), differences)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All queries inside see the database as it was at the first, without making a worker wait."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own transactions here take the lock for writing.
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def ledgers() -> Iterator[str]:
    """The terms of each list's ledger against its guests and its bad rows; its state against its jobs."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for rows, kind in ((Guest.objects, "outcome"), (RowError.objects, "kind")):
        for pk, term, number in rows.order_by().values_list("guest_list", kind).annotate(Count("pk")):
            counted[pk][term] = number
    columns = [f"{term}_count" for term in (*Outcome.values, RowError.INVALID, RowError.DUPLICATE)]
    for pk, rows_count, *ledger in GuestList.objects.order_by("pk").values_list("pk", "rows_count", *columns):
        yield from _ledger_of(pk, rows_count, dict(zip(columns, ledger, strict=True)), counted[pk])
    opened = Exists(IssuanceJob.objects.filter(guest_list=OuterRef("pk"), state__in=JOB_OPEN))
    ended = GuestList.objects.filter(opened, state__in=(ListState.FINISHED, ListState.STOPPED))
    yield from _named(ended, "has ended although a job of it is still open", "List")


def _ledger_of(pk: int, rows_count: int, ledger: dict[str, int], counted: Counter[str]) -> Iterator[str]:
    for column, said in ledger.items():
        term = column.removesuffix("_count")
        if said != counted[term]:
            yield f"List {pk}: the ledger says {said:,} {term.replace('_', ' ')}, but {counted[term]:,} rows are."
    if rows_count != counted.total():
        yield f"List {pk}: the file has {rows_count:,} rows, but {counted.total():,} are kept."


def jobs() -> Iterator[str]:
    """Each job's numbers against the guests that sit in it, their positions and their outcomes."""
    seated = Guest.objects.exclude(job=None).order_by().values_list("job")
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, outcome, number in seated.annotate(number=Count("pk")).values_list("job", "outcome", "number"):
        counted[pk][outcome] = number
    positions = {pk: ends for pk, *ends in seated.annotate(Count("position"), Min("position"), Max("position"))}
    columns = ("pk", "state", "total_count", "success_count", "failure_count")
    for pk, state, total, success, failure in IssuanceJob.objects.order_by("pk").values_list(*columns):
        if state == JobState.HALVED:
            continue  # See `parts`.
        if counted[pk].total() != total:
            yield f"Job {pk}: planned for {total:,} guests, but {counted[pk].total():,} sit in it."
        if pk in positions and positions[pk] != [total, 0, total - 1]:
            yield f"Job {pk}: its guests don’t have the places 0 to {total - 1:,}, each once."
        yield from _outcomes_of(pk, JobState(state), success, failure, counted[pk])


def _outcomes_of(pk: int, state: JobState, success: int, failure: int, counted: Counter[str]) -> Iterator[str]:
    refused = counted[Outcome.REFUSED]
    for outcome in counted.keys() - {Outcome.REFUSED, *_fitting(state)}:
        yield f"Job {pk}: {counted[outcome]:,} guests are {outcome.replace('_', ' ')}, which doesn’t fit {state}."
    if state != JobState.REJECTED and refused != failure:
        yield f"Job {pk}: Thanx refused {failure:,} guests, but {refused:,} are."
    if state == JobState.COMPLETED and counted[Outcome.REWARDED] != success:
        yield f"Job {pk}: Thanx rewarded {success:,} guests, but {counted[Outcome.REWARDED]:,} are."


def _fitting(state: JobState) -> set[str]:
    """While it is being revoked, a failed job's guests are still unknown."""
    return {state.outcome, Outcome.UNKNOWN} if state == JobState.REVOKING else {state.outcome}


def parts() -> Iterator[str]:
    """The guests of a job that was sent in parts: each in one part, nobody in the job itself."""
    halved = IssuanceJob.objects.filter(state=JobState.HALVED)
    yield from _named(
        halved.filter(Exists(Guest.objects.filter(job=OuterRef("pk")))), "is halved, but seats guests", "Job"
    )
    in_parts = Sum("parts__total_count", filter=~Q(parts__state=JobState.HALVED), default=0)
    planned = halved.filter(part_of=None).annotate(in_parts=in_parts)
    yield from _named(planned.exclude(in_parts=F("total_count")), "is halved, but its parts seat other guests", "Job")


def job_bodies() -> Iterator[str]:
    """The frozen bytes, where they are kept, against their hash, the key made of it, and the ids and guests named."""
    rows = IssuanceJob.objects.select_related("merchant", "variant__campaign", "guest_list").order_by("pk")
    for job in rows.filter(purged_at=None).iterator(chunk_size=20):
        body = bytes(job.body)
        if sha256(body).hexdigest() != job.body_sha256:
            yield f"Job {job.pk}: the body isn’t the one that its hash was made of."
        elif job.idempotency_key != idempotency_key(job.guest_list.uuid, job.number, job.body_sha256):
            yield f"Job {job.pk}: its idempotency key doesn’t belong to its list, number and body."
        elif not _body_is_of(job, json.loads(body)):
            yield f"Job {job.pk}: the body names another merchant, campaign, arm or number of guests."


def _body_is_of(job: IssuanceJob, body: dict[str, object]) -> bool:
    identifiers = body.get("identifiers")
    return (
        body.get("merchant_id") == job.merchant.thanx_id
        and body.get("campaign_id") == job.variant.campaign.thanx_id
        and body.get("variant_id") == job.variant.thanx_id
        and isinstance(identifiers, list)
        and len(identifiers) == job.total_count
    )


def attempts() -> Iterator[str]:
    """What was sent against the job that it was sent for: same key, same bytes, and an answer behind each end."""
    other = ~Q(idempotency_key=F("job__idempotency_key")) | ~Q(body_sha256=F("job__body_sha256"))
    yield from _named(Attempt.objects.filter(other), "was sent with another key or body than its job’s", "Attempt")
    rows = IssuanceJob.objects.exclude(state__in=(JobState.READY, JobState.FORGOTTEN, JobState.CANCELLED))
    by_itself = rows.filter(resolutions=None)  # What was settled after a restore may have been sent before it.
    yield from _named(by_itself.filter(~Exists(_attempts())), "left the queue without any attempt", "Job")
    accepted = rows.filter(state__in=JOB_KNOWN).exclude(resolutions__decision=Resolution.LINKED)
    unanswered = accepted.filter(~Exists(_attempts().filter(result="accepted")))
    yield from _named(unanswered, "counts as accepted, but no attempt was", "Job")
    doubtful = Exists(_attempts().filter(result="in_doubt"))
    yield from _named(IssuanceJob.objects.filter(doubtful, state=JobState.READY), "is ready, but was in doubt", "Job")


def _attempts() -> QuerySet[Attempt]:
    return Attempt.objects.filter(job=OuterRef("pk"))


def claims() -> Iterator[str]:
    """Whom a campaign promised a reward against who may hold one: each has a claim of the own list, and no more."""
    own = GuestClaim.objects.filter(
        campaign=OuterRef("guest_list__campaign"),
        identity=OuterRef("identity"),
        guest_list=OuterRef("guest_list"),
    )
    promised = Guest.objects.filter(outcome__in=PROMISED, job__isnull=False).exclude(job__state=JobState.CANCELLED)
    yield from _named(promised.filter(~Exists(own)), "may hold a reward, but nothing keeps others from promising one")
    kept = dict(_per_list(GuestClaim.objects.all()))
    holders = dict(_per_list(promised))
    for pk in sorted(kept.keys() | holders.keys()):
        if kept.get(pk, 0) != holders.get(pk, 0):
            yield f"List {pk}: {kept.get(pk, 0):,} guests are claimed, but {holders.get(pk, 0):,} may hold a reward."
    yield from _without_primary()


def _without_primary() -> Iterator[str]:
    """Of a guest's claims exactly one is primary; the database refuses a second, not that there is none."""
    primary = GuestClaim.objects.filter(campaign=OuterRef("campaign"), identity=OuterRef("identity"), primary=True)
    beside = GuestClaim.objects.filter(~Exists(primary), primary=False)
    yield from _named(beside, "stands beside another claim that is gone", "Claim")


def _per_list(rows: QuerySet[Guest] | QuerySet[GuestClaim]) -> Iterator[tuple[int, int]]:
    yield from rows.order_by().values_list("guest_list").annotate(Count("pk"))


def seats() -> Iterator[str]:
    """Control is never in a job; whoever isn't Control sits in a job of the own list and arm."""
    seated = Guest.objects.exclude(job=None)
    control = Q(outcome=Outcome.CONTROL) | Q(variant__name=CONTROL)
    yield from _named(seated.filter(control), "is in the Control arm, but sits in a job")
    yield from _named(IssuanceJob.objects.filter(variant__name=CONTROL), "issues to the Control arm", "Job")
    strangers = ~Q(job__guest_list=F("guest_list")) | ~Q(job__variant=F("variant"))
    yield from _named(seated.filter(strangers), "sits in a job of another list or arm")
    planned = Guest.objects.filter(guest_list__planned_at__isnull=False, job=None)
    lost = planned.exclude(outcome__in=(Outcome.CONTROL, Outcome.ALREADY_REWARDED))
    yield from _named(lost, "was to be rewarded, but sits in no job")


def webhooks() -> Iterator[str]:
    """The reward id of each applied webhook against the guest whom it names."""
    rewards = WebhookDelivery.objects.filter(state=DeliveryState.APPLIED).exclude(reward_id="")
    guest = Guest.objects.filter(
        job__thanx_id=OuterRef("thanx_job_id"), position=OuterRef("position"), reward_id=OuterRef("reward_id")
    )
    yield from _named(rewards.filter(~Exists(guest)), "was applied, but its guest has another reward id", "Delivery")
    misfits = IssuanceJob.objects.filter(missing_reward_ids__gt=F("success_count"))
    yield from _named(misfits, "misses more reward ids than it gave rewards", "Job")


def thanx_ids() -> Iterator[str]:
    """One id of Thanx never stands for two rows of ours."""
    for model in (Campaign, Variant, IssuanceJob):
        rows = model._default_manager.exclude(thanx_id=None).exclude(thanx_id="").order_by()
        twice = rows.values("thanx_id").annotate(number=Count("pk")).filter(number__gt=1)
        name = str(model._meta.verbose_name).capitalize()
        for thanx_id in twice.values_list("thanx_id", flat=True):
            pks = rows.filter(thanx_id=thanx_id).order_by("pk").values_list("pk", flat=True)
            yield f"{name} {_some(list(pks[: NAMED_AT_MOST + 1]))}: all have the id {thanx_id} at Thanx."


def _named(rows: QuerySet[Any], fault: str, name: str = "Guest") -> Iterator[str]:
    """One sentence for all rows with the same fault, naming the first few."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[: NAMED_AT_MOST + 1])
    if pks:
        yield f"{name} {_some(pks)}: {fault}."


def _some(pks: list[int]) -> str:
    named = ", ".join(map(str, pks[:NAMED_AT_MOST]))
    return f"{named} and more" if len(pks) > NAMED_AT_MOST else named
