"""Turning a checked list into jobs: one transaction that freezes who is sent what, in which order, under which key.

Everything is a function of the list and of the merchant's claims: planned again after a lost commit, the
same guests get the same bytes under the same idempotency keys, and Thanx answers from its cache. After a
restored backup that holds only while no other list of the merchant shares its guests: see docs/engine.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, F
from django.utils import timezone

from campaigns.locations import names_of_locations
from campaigns.models import Variant
from issuance.crash_points import crash_point
from issuance.engine.control_leaks import note_leaks
from issuance.engine.frozen_jobs import frozen_job
from issuance.engine.parking import park_list
from issuance.engine.sending_pauses import forget_unsent, lock_forgotten, sending_is_paused, sends_were_forgotten
from issuance.importing.earlier_rewards import days_looked_back, set_aside_rewarded_meanwhile
from issuance.lifecycle.campaign_end import not_sent_in_words
from issuance.lifecycle.notices import tell_missed
from issuance.lifecycle.transitions import (
    MOST_CRASHES,
    back_to_review,
    end_list_if_done,
    lease_list,
    move_list,
    release_list_lease,
)
from issuance.models import ClaimOverride, Guest, GuestList, IssuanceJob, lock_claims, share_claims
from issuance.models.cells import SEPARATOR
from issuance.models.states import ListState, Outcome
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant
from thanxportal.counted import counted

LATEST_START = timedelta(days=1)  # after the time for which a list was scheduled
A_MOMENT = timedelta(seconds=1)
log = logging.getLogger(__name__)


class Batch(NamedTuple):
    """The guests of one job: their first and last row in the file, the identifiers in order, and what they share in
    the column that jobs are cut by, as the file has it and as people see it."""

    first_row: int
    last_row: int
    identifiers: list[dict[str, str]]
    segment: str
    label: str


def plan_list(list_id: int) -> bool:
    """Plans a launched list whose hold is over; False if it isn't there to be planned or somebody else has it.

    After a restore that may have been done before, so then the jobs are *forgotten* until they are settled.
    """
    forgotten = sends_were_forgotten()
    if sending_is_paused() and not forgotten:
        return False
    guest_list = _take(list_id)
    if guest_list is None:
        return False
    if guest_list.crash_count >= MOST_CRASHES:
        park_list(guest_list)
        return False
    return _plan(guest_list, forgotten)


@transaction.atomic
def _take(list_id: int) -> GuestList | None:
    """Takes the lease of a list to be planned; None if it isn't due, somebody else has it, or it waits a moment for one
    that shares guests with it.

    That takes the merchant's row for a moment, so that of two such lists one is first; nobody waits for a long plan.
    """
    of_list = GuestList.objects.filter(pk=list_id).values("merchant")
    Merchant.objects.select_for_update(no_key=True).filter(pk__in=of_list).first()
    guest_list = lease_list(list_id, ListState.HELD)
    if guest_list is None or not _others_promise(guest_list):
        return guest_list
    later = database_clock.now() + A_MOMENT
    GuestList.objects.filter(pk=list_id, epoch=guest_list.epoch).update(lease_until=None, held_until=later)
    return None


def _others_promise(guest_list: GuestList) -> bool:
    """Whether another campaign's list is being planned that has guests of this one: whom it promises a reward can be
    seen only after its commit. Of the same campaign the claims let one list have a guest."""
    if not days_looked_back(guest_list):
        return False
    lists = GuestList.objects.filter(merchant=guest_list.merchant_id, state=ListState.HELD)
    planned = [*lists.filter(lease_until__gt=database_clock.now()).exclude(campaign=guest_list.campaign_id)]
    mine, theirs = (
        Guest.objects.filter(guest_list__in=those, outcome=Outcome.WAITING).order_by().values("identity")
        for those in ([guest_list], planned)
    )
    # Each is read once: for a join, PostgreSQL may look through one of two long lists for each guest of the other.
    return bool(planned) and mine.intersection(theirs).exists()


@crash_point("plan a list")
@transaction.atomic
def _plan(guest_list: GuestList, forgotten: bool) -> bool:
    if forgotten and not lock_forgotten():
        release_list_lease(guest_list)  # They were settled this moment.
        return False
    now = database_clock.now()
    if guest_list.campaign.is_over(now) and not forgotten:
        why = not_sent_in_words(guest_list)
        return move_list(guest_list, ListState.STOPPED, note=why, ended_at=timezone.now())
    if guest_list.launch_at and now - guest_list.launch_at > LATEST_START and not forgotten:
        return _missed(guest_list)
    note = _look_again(guest_list)
    if not move_list(guest_list, ListState.ISSUING, note=note, planned_at=timezone.now(), lease_until=None):
        return False
    _claim_guests(guest_list)
    note_leaks(guest_list)
    _write_jobs(guest_list, timezone.now())
    if forgotten:
        forget_unsent(IssuanceJob.objects.of_list(guest_list))
    end_list_if_done(guest_list)
    return True


def _look_again(guest_list: GuestList) -> str:
    """Sets aside whom other campaigns have rewarded since the list was looked through, as while it waited for an
    approver; returns what its story says of them."""
    aside = set_aside_rewarded_meanwhile(guest_list)
    if not aside:
        return ""
    guest_list.refresh_from_db(fields=["waiting_count", "already_rewarded_count"])
    return f"{counted(aside, 'guest')} left out, whom other campaigns rewarded after this list was checked."


def _missed(guest_list: GuestList) -> bool:
    """A day after its time nobody expects it to start any more, whatever kept it: it is decided on anew."""
    if not back_to_review(guest_list, note="It couldn’t start within a day of its time."):
        return False
    tell_missed(guest_list)
    return True


@crash_point("claim guests")
def _claim_guests(guest_list: GuestList) -> None:
    """Claims every waiting guest for the campaign; who isn't ours after that was claimed by another list.

    In the order of the hashes, so that two lists claiming the same guests wait for each other instead of
    locking each other out. Claims are numbered under the lock: a decision made before it covers none of these.
    """
    override = guest_list.overrides.filter(withdrawn_at=None).first()
    lock = lock_claims if override else share_claims  # So nobody's list waits for a long one beside it.
    lock(guest_list.campaign_id)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    ids = {"campaign": guest_list.campaign_id, "list": guest_list.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO issuance_guestclaim (campaign_id, identity, guest_list_id, claimed_at, "primary")
            SELECT %(campaign)s, identity, guest_list_id, %(now)s, TRUE FROM issuance_guest
            WHERE guest_list_id = %(list)s AND outcome = 'waiting' ORDER BY identity ON CONFLICT DO NOTHING""",
            ids,
        )
        claimed = cursor.rowcount
        if override:
            claimed += _claim_beside(cursor, override, ids)
        if claimed < guest_list.guests.filter(outcome="waiting").count():  # The ledger isn't asked whom to reward.
            _set_the_rest_aside(guest_list, cursor, ids, claimed)


def _set_the_rest_aside(guest_list: GuestList, cursor: CursorWrapper, ids: dict[str, Any], claimed: int) -> None:
    """Moves the guests whom this list couldn't claim to *already rewarded*, with the terms of the ledger."""
    cursor.execute(
        """UPDATE issuance_guest SET outcome = 'already_rewarded'
        WHERE guest_list_id = %(list)s AND outcome = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM issuance_guestclaim c WHERE c.campaign_id = %(campaign)s
            AND c.identity = issuance_guest.identity AND c.guest_list_id = %(list)s)""",
        ids,
    )
    already = cursor.rowcount
    if guest_list.waiting_count - already > claimed:
        already += _set_doubles_aside(cursor, ids)
    GuestList.objects.filter(pk=guest_list.pk).update(
        waiting_count=F("waiting_count") - already, already_rewarded_count=F("already_rewarded_count") + already
    )


def _set_doubles_aside(cursor: CursorWrapper, ids: dict[str, Any]) -> int:
    """A checked list holds no guest twice. Should one nevertheless, the later row gets nothing and staff are told."""
    cursor.execute(
        """UPDATE issuance_guest SET outcome = 'already_rewarded'
        FROM (SELECT identity, MIN(row) AS row FROM issuance_guest
              WHERE guest_list_id = %(list)s AND outcome = 'waiting' GROUP BY identity HAVING COUNT(*) > 1) AS first
        WHERE guest_list_id = %(list)s AND outcome = 'waiting'
        AND issuance_guest.identity = first.identity AND issuance_guest.row > first.row""",
        ids,
    )
    log.error("List %s held guests twice: %s of its rows get nothing.", ids["list"], cursor.rowcount)
    return int(cursor.rowcount)


def _claim_beside(cursor: CursorWrapper, override: ClaimOverride, ids: dict[str, Any]) -> int:
    """Claims those guests, too, whom a named person included: if all their claims are older than the decision."""
    cursor.execute(
        """INSERT INTO issuance_guestclaim (campaign_id, identity, guest_list_id, claimed_at, "primary", override_id)
        SELECT %(campaign)s, identity, guest_list_id, %(now)s, FALSE, %(override)s FROM issuance_guest r
        WHERE guest_list_id = %(list)s AND outcome = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM issuance_guestclaim c WHERE c.campaign_id = %(campaign)s
            AND c.identity = r.identity AND c."primary" AND c.id > %(last)s)
        AND NOT EXISTS (
            SELECT 1 FROM issuance_guestclaim c WHERE c.campaign_id = %(campaign)s
            AND c.identity = r.identity AND NOT c."primary" AND c.id > %(last)s)
        ORDER BY identity ON CONFLICT DO NOTHING""",
        ids | {"override": override.pk, "last": override.last_claim},
    )
    return int(cursor.rowcount)


@crash_point("write all jobs")
def _write_jobs(guest_list: GuestList, now: datetime) -> None:
    """Writes the jobs, canaries first; the rest isn't due before the canaries have ended well.

    A job of one location carries the name by which people know it.
    """
    names = names_of_locations(guest_list.merchant) if guest_list.job_cell else {}
    arms = [variant for variant in guest_list.campaign.variants.all() if not variant.is_control]
    number = count(1)
    canary_size = guest_list.canary_size
    if canary_size:
        for variant in arms:
            for batch in islice(_batches(guest_list, variant, canary_size, names), 1):
                _write_job(_job(guest_list, variant, next(number), batch, canary=True, next_attempt_at=now), batch)
    for variant in arms:
        for batch in _batches(guest_list, variant, guest_list.job_size, names):
            due = None if canary_size else now
            _write_job(_job(guest_list, variant, next(number), batch, canary=False, next_attempt_at=due), batch)


def _batches(guest_list: GuestList, variant: Variant, size: int, names: dict[str, str]) -> Iterator[Batch]:
    """The variant's waiting guests that have no job yet: segment by segment, the largest first, each in the order of
    the file."""
    guests = guest_list.guests.in_segments(guest_list)
    waiting = guests.filter(variant=variant, outcome="waiting", job=None)
    sizes = waiting.order_by().values("segment").annotate(guests=Count("pk")).order_by("-guests", "segment")
    for segment in list(sizes.values_list("segment", flat=True)) if guest_list.job_cell else [""]:
        last_row = 0
        inside = waiting.filter(segment=segment).order_by("row")
        while rows := list(inside.filter(row__gt=last_row).values_list("row", "type", "value")[:size]):
            first_row, last_row = rows[0][0], rows[-1][0]
            identifiers = [{"type": kind, "value": value} for _, kind, value in rows]
            yield Batch(first_row, last_row, identifiers, segment, names.get(segment.casefold(), segment))


def _job(guest_list: GuestList, variant: Variant, number: int, batch: Batch, **fields: Any) -> IssuanceJob:
    return frozen_job(guest_list, variant, number, batch.identifiers, label=batch.label[:120], **fields)


@crash_point("write a job")
def _write_job(job: IssuanceJob, batch: Batch) -> None:
    """Stores the job and gives each guest of the batch its seat: the index among the job's identifiers."""
    job.save(force_insert=True)
    values: dict[str, Any] = {
        "job": job.pk,
        "list": job.guest_list_id,
        "variant": job.variant_id,
        "first": batch.first_row,
        "last": batch.last_row,
        "at": job.guest_list.job_cell,
        "separator": SEPARATOR,
        "segment": batch.segment,
    }
    of_segment = "AND TRIM(split_part(cells, %(separator)s, %(at)s)) = %(segment)s" if values["at"] else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE issuance_guest SET job_id = %(job)s, position = seat.position
            FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY row) - 1 AS position FROM issuance_guest
                  WHERE guest_list_id = %(list)s AND variant_id = %(variant)s AND outcome = 'waiting'
                  AND job_id IS NULL
                  AND row BETWEEN %(first)s AND %(last)s {of_segment}) AS seat
            WHERE issuance_guest.id = seat.id""",  # noqa: S608 - a condition of ours
            values,
        )
        if cursor.rowcount != job.total_count:
            raise RuntimeError(f"Job {job.pk} seats {cursor.rowcount} guests instead of {job.total_count}.")
