"""What came of a run: the portal's rows against the simulator's own count. Runs in a child process."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Sum

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.models import Attempt, EventBatch, Guest, GuestList, IssuanceJob
from issuance.models.states import JobState, ListState, Outcome
from tests.crash.worker import LEAVE

Findings = dict[str, list[str]]  # issued_twice, lost, stuck, fences -> sentences


def look(report: dict[str, Any], lease: float) -> Findings:
    """Everything that contradicts exactly-once, in sentences. Call it once nothing is due any more."""
    return {
        "issued_twice": issued_twice(report),
        "lost": [*lost(report), *reconcile().differences],
        "stuck": parked(),
        "fences": [*keys_and_bytes(report), *overlapping_sends(lease)],
    }


def issued_twice(report: dict[str, Any]) -> list[str]:
    twice = [
        f"{guest} holds {count} rewards of {campaign}"
        for campaign, rewards in report["rewards"].items()
        for guest, count in rewards.items()
        if count > 1
    ]
    left = Guest.objects.filter(guest_list__name__startswith=LEAVE).values_list("value", flat=True)
    sent = {guest for submitted in report["submissions"].values() for guest in submitted}
    return twice + [f"{guest} was sent although the merchant had stopped" for guest in left if guest in sent]


def lost(report: dict[str, Any]) -> list[str]:
    sentences: list[str] = []
    for campaign in Campaign.objects.all():
        sentences += _lost_of(campaign, set(report["rewards"].get(campaign.thanx_id, {})))
    for guest_list in GuestList.objects.filter(parent=None, stream=None):
        brought = int(guest_list.name.split()[1])
        if guest_list.rows_count != brought:
            sentences.append(f"list {guest_list.pk} has {guest_list.rows_count} rows of {brought}")
    sentences += [f"batch {pk} is in no list" for pk in EventBatch.objects.waiting().values_list("pk", flat=True)]
    asked, gathered = (rows.aggregate(all=Sum(size))["all"] for rows, size in (
        (EventBatch.objects.all(), "size"), (GuestList.objects.exclude(stream=None), "rows_count")
    ))  # fmt: skip
    sentences += [f"{asked} guests were asked for, {gathered} are in lists"] * (asked != gathered)
    waiting = Guest.objects.filter(outcome=Outcome.WAITING).exclude(guest_list__name__startswith=LEAVE)
    too_late = waiting.filter(job=None, guest_list__state=ListState.STOPPED, guest_list__planned_at=None)
    uncalled = waiting.exclude(job__state=JobState.CANCELLED).exclude(pk__in=too_late).values_list("pk", "guest_list")
    return sentences + [f"guest {pk} of list {of} waits for nothing" for pk, of in uncalled]


def _lost_of(campaign: Campaign, theirs: set[str]) -> list[str]:
    """Rewarded here if and only if rewarded there, but for jobs whose end nobody can know."""
    guests = Guest.objects.filter(guest_list__campaign=campaign)
    ours = {value.lower() for value in guests.filter(outcome=Outcome.REWARDED).values_list("value", flat=True)}
    unknown = {value.lower() for value in guests.filter(outcome=Outcome.UNKNOWN).values_list("value", flat=True)}
    return [
        *(f"{guest} counts as rewarded, but holds nothing" for guest in sorted(ours - theirs)),
        *(f"{guest} holds a reward that nobody counts" for guest in sorted(theirs - ours - unknown)),
    ]


def left_unknown() -> list[str]:
    """Jobs of which two people couldn't tell whether they were sent; none where Thanx told all keys."""
    jobs = IssuanceJob.objects.filter(problem_code="SENDS_FORGOTTEN", state=JobState.NEEDS_STAFF)
    return [f"job {pk} is unknown since the restore" for pk in jobs.values_list("pk", flat=True)]


def parked() -> list[str]:
    jobs = IssuanceJob.objects.filter(problem_code="parked").values_list("pk", flat=True)
    return [f"job {pk} is parked" for pk in jobs]


def keys_and_bytes(report: dict[str, Any]) -> list[str]:
    """One key per job, one body per key, at the partner and in our own attempts."""
    ours = {str(key) for key in IssuanceJob.objects.values_list("idempotency_key", flat=True)}
    sentences = [f"key {key} is of no job" for key in report["bodies_by_key"] if key not in ours]
    sentences += [f"key {key} came with {count} bodies" for key, count in report["bodies_by_key"].items() if count > 1]
    sends = set(Attempt.objects.values_list("job", "idempotency_key", "body_sha256"))
    keys = Counter(job for job, _, _ in sends)
    return sentences + [f"job {job} was sent under {count} keys or bodies" for job, count in keys.items() if count > 1]


def overlapping_sends(lease: float) -> list[str]:
    """No job is sent by two workers within one lease; looked at only where leases are long enough to tell."""
    if lease < 1:
        return []
    sentences: list[str] = []
    before: dict[int, Attempt] = {}
    for attempt in Attempt.objects.order_by("job", "pk"):
        last = before.get(attempt.job_id)
        before[attempt.job_id] = attempt
        if last is None or (last.finished_at and last.finished_at <= attempt.started_at):
            continue
        if (attempt.started_at - last.started_at).total_seconds() < lease / 2:
            sentences.append(f"job {attempt.job_id} was sent by two workers at once")
    return sentences
