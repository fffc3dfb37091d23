"""Makes a campaign of the demo that is over, with the exports that say what it brought."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from campaigns.allocation import arm_chooser
from campaigns.models import Campaign, Location, RewardTemplate, Variant
from issuance.engine.frozen_jobs import frozen_job
from issuance.importing.batches import guest_hasher
from issuance.models import Attempt, Guest, GuestClaim, GuestList, IssuanceJob, ReadOut
from issuance.models.states import JobState, ListState, Outcome
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator.exports import ExportWriter, Person
from thanxportal.partner_simulator.identity import opaque_id

NAME = "Spring win-back"
GUESTS, DAYS = 6_000, 30
ARMS = ((40, 0.09), (40, 0.04), (20, 0.0))  # share of the guests, and visits more per guest; the last is Control
UNKNOWN = 20  # one guest in so many is no member


class Command(BaseCommand):
    help = "Makes a campaign of MERCHANT that is over, and loads made-up exports. Running it again keeps the data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merchant", metavar="MERCHANT", help="its handle")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.get(handle=options["merchant"])
        templates = list(RewardTemplate.objects.published().filter(merchant=merchant).order_by("pk")[: len(ARMS) - 1])
        if len(templates) < len(ARMS) - 1 or Campaign.objects.filter(merchant=merchant, name=NAME).exists():
            return
        issued = timezone.now() - timedelta(days=DAYS + 1)
        with transaction.atomic():
            guest_list = _issued_list(_campaign(merchant, templates, issued), issued)
        with tempfile.TemporaryDirectory() as folder:
            places = [*Location.objects.filter(merchant=merchant).values_list("thanx_id", flat=True)] or ["1"]
            writer = ExportWriter(merchant.thanx_id, places, issued, DAYS)
            paths = writer.write(Path(folder), [*_people(guest_list)])
            call_command("load_exports", merchant.handle, *paths, stdout=StringIO())


def _campaign(merchant: Merchant, templates: list[RewardTemplate], issued: datetime) -> Campaign:
    end = issued + timedelta(days=DAYS)
    made: Campaign = Campaign.objects.create(
        merchant=merchant, name=NAME, objective="Bring guests back", state="published", thanx_id=f"past-{uuid4()}",
        published_at=issued, start_at=issued, end_at=end, redeemable_from=issued, redeemable_to=end,
    )  # fmt: skip
    for position, ((weight, _), template) in enumerate(zip(ARMS, [*templates, None], strict=True)):
        name = template.name if template else "Control"
        arm = {"name": name, "weight": weight, "reward_template": template, "thanx_id": f"past-{uuid4()}"}
        Variant.objects.create(campaign=made, position=position, **arm)
    ReadOut.objects.create(campaign=made, read_out_at=end)
    return made


def _issued_list(campaign: Campaign, issued: datetime) -> GuestList:
    """As if it had gone through the portal then: with jobs, and a promise to every guest but those of Control."""
    arms = [*campaign.variants.order_by("position")]
    choose = arm_chooser(campaign.salt, [arm.weight for arm in arms])
    guests: dict[Variant, list[tuple[int, str]]] = {arm: [] for arm in arms}
    for row in range(2, GUESTS + 2):
        email = f"spring{row:04}@example.com"
        guests[arms[choose(email)]].append((row, email))
    control = len(guests[arms[-1]])
    made: GuestList = GuestList.objects.create(
        merchant=campaign.merchant, campaign=campaign, name="Spring guests", state=ListState.FINISHED,
        launched_at=issued, planned_at=issued, checked_at=issued, ended_at=issued + timedelta(minutes=2),
        rows_count=GUESTS, control_count=control, rewarded_count=GUESTS - control,
    )  # fmt: skip
    GuestList.objects.filter(pk=made.pk).update(created_at=issued)
    for number, arm in enumerate(arms, 1):
        _store(made, arm, number, guests[arm])
    return made


def _store(made: GuestList, arm: Variant, number: int, rows: list[tuple[int, str]]) -> None:
    job, outcome = (None, Outcome.CONTROL) if arm.is_control else (_job(made, arm, number, rows), Outcome.REWARDED)
    digest = guest_hasher(made)
    guests = [
        Guest(
            guest_list=made, row=row, type="email", value=email, identity=digest(email), variant=arm, outcome=outcome,
            job=job, position=seat if job else None, reward_id=opaque_id("reward", made.pk, email) if job else "",
        )
        for seat, (row, email) in enumerate(rows)
    ]  # fmt: skip
    Guest.objects.bulk_create(guests, batch_size=1_000)
    if job:
        claims = {"campaign": made.campaign, "guest_list": made, "claimed_at": made.planned_at}
        GuestClaim.objects.bulk_create(
            (GuestClaim(identity=guest.identity, **claims) for guest in guests), batch_size=1_000
        )


def _job(made: GuestList, arm: Variant, number: int, rows: list[tuple[int, str]]) -> IssuanceJob:
    moments = dict.fromkeys(("planned_at", "first_sent_at", "accepted_at"), made.planned_at)
    counts = dict.fromkeys(("processed_count", "success_count"), len(rows))
    done = {"state": JobState.COMPLETED, "thanx_id": f"past-{uuid4()}", "ended_at": made.ended_at}
    identifiers = [{"type": "email", "value": email} for _, email in rows]
    job = frozen_job(made, arm, number, identifiers, **moments, **counts, **done)
    job.save()
    Attempt.objects.create(
        job=job, epoch=job.epoch, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key,
        started_at=job.planned_at, finished_at=job.planned_at, result="accepted", status=202,
    )  # fmt: skip
    return job


def _people(guest_list: GuestList) -> Iterator[Person]:
    extra = dict(zip(guest_list.campaign.variants.order_by("position"), (extra for _, extra in ARMS), strict=True))
    for number, guest in enumerate(guest_list.guests.select_related("variant").order_by("variant", "row")):
        if number % UNKNOWN:
            yield Person(guest.value, guest.reward_id, extra[guest.variant])
