"""Campaigns and lists for tests: brought and read as people bring them, or written straight into the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import count, islice
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns.activity import note_activity
from campaigns.models import Campaign, Variant
from campaigns.publishing import creation_body, publish_campaign, request_publication
from campaigns.their_campaigns import variant_ids
from issuance.importing.new_list import create_list
from issuance.models import Guest, GuestList, IssuanceJob, RowError
from issuance.models.states import JOB_OPEN, JobState, ListState, Outcome
from issuance.worker import due_work
from tests import cast
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.models import Credential
from thanxportal.partner_api import Campaign as TheirCampaign
from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.endpoints import answer_request
from thanxportal.partner_simulator.wire import Request

UNISSUED = (ListState.UPLOADED, ListState.READING, ListState.UNREADABLE, ListState.CHECKED, ListState.HELD)
OPEN = {ListState.ISSUING: JobState.ACCEPTED, ListState.STOPPED: JobState.CANCELLED}


def published(campaign: Campaign) -> Campaign:
    """The draft, published at Thanx as a person would have it done."""
    assert request_publication(campaign=campaign, actor=None)
    publish_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.state == "published", campaign.problem
    return campaign


def known_at_thanx(campaign: Campaign, simulator: Simulator) -> Campaign:
    """The draft, published without the way there: with the same lines in the log, but by no request of ours."""
    body = json.dumps({"campaign": creation_body(campaign)}).encode()
    answer = answer_request(simulator._desk(simulator.clock.time()), Request("POST", "/partner/campaigns", body=body))
    theirs = TheirCampaign.model_validate(json.loads(answer.body)["campaign"])
    for pk, thanx_id in variant_ids(campaign, theirs).items():
        Variant.objects.filter(pk=pk).update(thanx_id=thanx_id)
    now, at_thanx = timezone.now(), {"thanx_id": theirs.id, "raw": theirs.raw}
    Campaign.objects.filter(pk=campaign.pk).update(state="published", published_at=now, publish_attempts=1, **at_thanx)
    Credential.current()
    note_activity(campaign, None, f"Published the campaign “{campaign.name}”.")
    note_activity(campaign, None, f"Fixed its split: {campaign.split_in_words}. Seal: {campaign.seal[:16]}.")
    note_activity(campaign, None, f"Thanx created the campaign “{campaign.name}”.")
    campaign.refresh_from_db()
    return campaign


def brought(
    campaign: Campaign,
    content: bytes | str,
    *,
    name: str = "June guests",
    filename: str = "june.csv",
    by: User | None = None,
) -> GuestList:
    """A list whose file nobody has read yet."""
    content = content.encode() if isinstance(content, str) else content
    return create_list(campaign=campaign, name=name, content=ContentFile(content, filename), actor=by)


def read(guest_list: GuestList) -> GuestList:
    """Reads the file of the list, as far as that goes."""
    due_work.drive_due_work(list_id=guest_list.pk)
    guest_list.refresh_from_db()
    return guest_list


def read_file(campaign: Campaign, content: bytes | str, **how: Any) -> GuestList:
    """A list read from a file and ready to be launched."""
    guest_list = read(brought(campaign, content, **how))
    assert guest_list.state == "checked", guest_list.problem
    return guest_list


def checked(campaign: Campaign, text: str) -> GuestList:
    """A list read from pasted text and ready to be launched."""
    guest_list = read(create_list(campaign=campaign, name="June guests", content=text, actor=None))
    assert guest_list.state == "checked", guest_list.problem
    return guest_list


def published_campaign(
    merchant: Merchant, weights: tuple[int, ...] = (45, 45, 10), *, state: str = "published", **fields: Any
) -> Campaign:
    """A campaign that is published as far as the database knows; no simulator has heard of it."""
    campaign = cast.draft_campaign(merchant, weights, **fields)
    Campaign.objects.filter(pk=campaign.pk).update(
        state=state, thanx_id=f"camp{campaign.pk}" if state == "published" else ""
    )
    for variant in campaign.variants.all():
        Variant.objects.filter(pk=variant.pk).update(thanx_id=f"variant{variant.pk}")
    campaign.refresh_from_db()
    return campaign


def make_list(
    campaign: Campaign,
    state: ListState = ListState.CHECKED,
    *,
    name: str = "June guests",
    by: User | None = None,
    open_job: str = "",
    **counts: Any,
) -> GuestList:
    """A list with `waiting=3, refused=1, invalid=2, …` rows. Those issued to sit in jobs: job 1 (arm A) has
    ended, job 2 (arm B) holds who is waiting, job 3 (arm A) those of whom nothing is known."""
    values = {key: counts.pop(key) for key in list(counts) if key not in (*Outcome.values, "invalid", "duplicate")}
    launched = timezone.now() - timedelta(minutes=2) if state in (*OPEN, ListState.HELD, ListState.FINISHED) else None
    guest_list = GuestList.objects.create(
        merchant=campaign.merchant, campaign=campaign, name=name, state=state, created_by=by, launched_by=by,
        launched_at=launched, ended_at=timezone.now() if state.ended else None, rows_count=sum(counts.values()),
        **{f"{term}_count": number for term, number in counts.items()}, **values,
    )  # fmt: skip
    rows = count(2)
    for outcome in Outcome.values:
        _add_guests(guest_list, outcome, counts.get(outcome, 0), rows, open_job)
    for kind in (RowError.INVALID, RowError.DUPLICATE):
        _add_errors(guest_list, kind, counts.get(kind, 0), rows)
    return guest_list


def _add_guests(guest_list: GuestList, outcome: str, number: int, rows: Iterator[int], open_job: str) -> None:
    if not number:
        return
    variants = list(guest_list.campaign.variants.all())
    variant = variants[-1] if outcome == Outcome.CONTROL else variants[(outcome == Outcome.WAITING) % len(variants)]
    job = _job_for(guest_list, outcome, variant, number, open_job)
    seats = count(Guest.objects.filter(job=job).count()) if job else None
    Guest.objects.bulk_create(
        Guest(
            guest_list=guest_list, row=row, type="email", value=f"guest{row}@example.com", identity=uuid4().bytes,
            variant=variant, outcome=outcome, job=job, position=next(seats) if seats else None,
            reason="USER_EMAIL_INVALID" if outcome == Outcome.REFUSED else "",
        )
        for row in islice(rows, number)
    )  # fmt: skip


def _job_for(guest_list: GuestList, outcome: str, variant: Variant, number: int, open_job: str) -> IssuanceJob | None:
    if outcome in (Outcome.REWARDED, Outcome.REFUSED):
        refused = guest_list.refused_count
        both = guest_list.rewarded_count + refused
        canary = bool(guest_list.canary_size)
        return job(guest_list, 1, variant, JobState.COMPLETED, both, failure_count=refused, canary=canary)
    if outcome == Outcome.WAITING and guest_list.state in OPEN:
        return job(guest_list, 2, variant, JobState(open_job or OPEN[ListState(guest_list.state)]), number)
    if outcome == Outcome.UNKNOWN:
        return job(guest_list, 3, variant, JobState.NEEDS_STAFF, number, problem_code="NO_CLEAR_ANSWER")
    return None


def job(
    guest_list: GuestList, number: int, variant: Variant, state: JobState, total: int, **fields: Any
) -> IssuanceJob:
    """A job of the list, made once per number."""
    now = timezone.now()
    body = f"job {number} of {guest_list.uuid}".encode()
    sent = state not in (JobState.READY, JobState.CANCELLED)
    fields.setdefault("success_count", total - fields.get("failure_count", 0) if state == JobState.COMPLETED else 0)
    values = {
        "merchant": guest_list.merchant, "variant": variant, "state": state, "total_count": total, "body": body,
        "body_sha256": sha256(body).hexdigest(), "idempotency_key": uuid4(), "first_sent_at": now if sent else None,
        "processed_count": total if state == JobState.COMPLETED else 0,
        "thanx_id": f"job{uuid4().hex[:12]}" if sent else None,
        "accepted_at": now - timedelta(seconds=60) if sent else None,
        "news_at": now - timedelta(seconds=40) if sent else None,
        "next_attempt_at": now + timedelta(seconds=20) if state in (JobState.READY, JobState.ACCEPTED) else None,
        "ended_at": None if state in JOB_OPEN else now - timedelta(seconds=30),
        "revoked_at": now if state == JobState.REVOKED else None,
        "problem_code": "VALIDATION_ERROR" if state == JobState.REJECTED else "",
    }  # fmt: skip
    made, _ = IssuanceJob.objects.get_or_create(guest_list=guest_list, number=number, defaults=values | fields)
    return made


def _add_errors(guest_list: GuestList, kind: str, number: int, rows: Iterator[int]) -> None:
    code = {"invalid": "email_no_at", "duplicate": "duplicate"}[kind]
    RowError.objects.bulk_create(
        RowError(
            guest_list=guest_list, row=row, kind=kind, code=code, column="Email",
            cells=[f"broken{row}.example.com", "x"],
        )
        for row in islice(rows, number)
    )  # fmt: skip
