"""What each message says: ids, codes, counts and times. What programs call a guest has no email and no phone in it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from campaigns.models import Campaign
from issuance.events.asked import EXTERNAL_ID
from issuance.events.telling import counts_of, state_of
from issuance.guests.reasons import reason_in_words
from issuance.models import EventBatch, Guest, GuestList, IssuanceJob
from issuance.models.states import Outcome
from issuance.parsing.row_text import row_cells
from thanxportal.outgoing.messages import Told, written
from thanxportal.outgoing.models import MessageType as Type
from thanxportal.plain_text import nameless

MOST_GUESTS = 100  # in one message
SETTLED = {Outcome.REWARDED.value: Type.GUEST_REWARDED.value, Outcome.REFUSED.value: Type.GUEST_REFUSED.value}


class Row(NamedTuple):
    row: int
    outcome: str
    reason: str
    cells: str


def batches_ended(list_id: int) -> Iterator[Told]:
    """Batches of programs in a list that has ended; of one that sends guests again, those of its guests, once more."""
    batches = _batches(list_id)
    if batches and batches[0].guest_list_id != list_id:
        again = Guest.objects.filter(guest_list=list_id).order_by("row")
        batches = [batch for batch, _ in _by_batch(batches, again)]
    yield from (Told(Type.BATCH_FINISHED, _whole(batch)) for batch in batches)


def given_up(batch_id: int) -> Iterator[Told]:
    """A batch that never became rows of a list."""
    for batch in _selected().filter(pk=batch_id):
        yield Told(Type.BATCH_FINISHED, _whole(batch))


def guests_settled(job_id: int) -> Iterator[Told]:
    """Guests of batches whom a job rewarded or was refused, some at a time."""
    job = _job(job_id)
    for batch, rows in _of_job(job, *SETTLED):
        of = _of(batch) | {"list_id": job.guest_list_id, "arm": job.variant.name}
        for outcome, kind in SETTLED.items():
            guests = [_guest(batch, row) for row in rows if row.outcome == outcome]
            for start in range(0, len(guests), MOST_GUESTS):
                yield Told(kind, of | {"guests": guests[start : start + MOST_GUESTS]})


def revoked(job_id: int) -> Iterator[Told]:
    """Batches of which Thanx took rewards back by one job."""
    for batch, rows in _of_job(_job(job_id), Outcome.REVOKED.value):
        yield Told(Type.BATCH_REVOKED, _whole(batch) | {"guests_revoked": len(rows)})


def approval(list_id: int) -> Iterator[Told]:
    """A list that waits for somebody’s approval."""
    made = GuestList.objects.select_related("merchant").get(pk=list_id)
    page = reverse("issuance:list_approval", args=[made.merchant.handle, made.pk])
    asked = {"list_id": made.pk, "campaign_id": made.campaign_id, "guests_count": made.waiting_count}
    batches = [str(batch.uuid) for batch in _batches(list_id)]
    yield Told(Type.APPROVAL_REQUESTED, asked | {"batch_ids": batches, "url": f"{settings.PORTAL_URL}{page}"})


def campaign_published(campaign_id: int) -> Iterator[Told]:
    campaign = Campaign.objects.defer("raw").get(pk=campaign_id)
    times = {name: getattr(campaign, name) for name in ("published_at", "start_at", "end_at")}
    named: dict[str, Any] = {"campaign_id": campaign.pk, "name": nameless(campaign.name)}
    yield Told(Type.CAMPAIGN_PUBLISHED, named | {name: at and written(at) for name, at in times.items()})


def _selected() -> Any:
    return EventBatch.objects.select_related("stream", "guest_list").defer("guests", "guest_list__file_info")


def _batches(list_id: int) -> list[EventBatch]:
    """Of a list, or of the one whose guests it sends again, in the order of their rows."""
    while (parent := GuestList.objects.values_list("parent", flat=True).get(pk=list_id)) is not None:
        list_id = parent
    return list(_selected().filter(guest_list=list_id).order_by("first_row"))


def _of(batch: EventBatch) -> dict[str, Any]:
    return {"batch_id": str(batch.uuid), "campaign_id": batch.stream.campaign_id}


def _whole(batch: EventBatch) -> dict[str, Any]:
    counts = {"state": state_of(batch), "size": batch.size, "outcomes": counts_of(batch)}
    return _of(batch) | {"list_id": batch.guest_list_id, "received_at": written(batch.received_at)} | counts


def _job(job_id: int) -> IssuanceJob:
    return IssuanceJob.objects.select_related("variant").defer("body").get(pk=job_id)


def _of_job(job: IssuanceJob, *outcomes: str) -> Iterator[tuple[EventBatch, list[Row]]]:
    """Guests of a job who stand at one of the outcomes, by their batch."""
    if batches := _batches(job.guest_list_id):
        yield from _by_batch(batches, Guest.objects.filter(job=job, outcome__in=outcomes).order_by("row"))


def _by_batch(batches: list[EventBatch], guests: QuerySet[Guest]) -> Iterator[tuple[EventBatch, list[Row]]]:
    """Batches that have some of these guests, and their rows; those of no batch left out."""
    firsts = [batch.first_row or 0 for batch in batches]
    found: dict[int, list[Row]] = defaultdict(list)
    for values in guests.values_list(*Row._fields).iterator():
        row = Row(*values)
        at = bisect_right(firsts, row.row) - 1
        if at >= 0 and row.row < firsts[at] + batches[at].size:
            found[at].append(row)
    yield from ((batches[at], rows) for at, rows in sorted(found.items()))


def _guest(batch: EventBatch, row: Row) -> dict[str, Any]:
    cells = row_cells(row.cells)
    name = nameless(cells[EXTERNAL_ID]) if len(cells) > EXTERNAL_ID else ""
    guest = {"index": row.row - (batch.first_row or 0), "external_id": name}
    return guest | ({"code": row.reason, "detail": reason_in_words(row.reason)} if row.reason else {})
