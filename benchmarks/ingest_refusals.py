"""10,000 refusals of one job, written back into a list of any size."""

from __future__ import annotations

import resource
import time
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from issuance.engine.settlement import _refuse_guests
from issuance.models import Guest, GuestClaim, IssuanceJob
from issuance.models.states import Outcome

REFUSED = 10_000
CODES = ("USER_EMAIL_INVALID", "USER_PHONE_INVALID", "USER_OPTED_OUT", "GENERIC_ERROR")


class Undone(Exception):
    """Takes a measurement back, so that the next finds the same rows."""


def measure_refusals(guest_list: Any, rounds: int) -> list[dict[str, Any]]:
    """Seats the first guests of an arm in a job that became rewarded, and refuses all of them, again and again."""
    job = _rewarded_job(guest_list)
    failures = {position: CODES[position % len(CODES)] for position in range(job.total_count)}
    figures = []
    for _ in range(rounds):
        start = time.perf_counter()
        try:
            with transaction.atomic():
                _refuse_guests(job, failures)
                seconds = time.perf_counter() - start
                raise Undone
        except Undone:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            figures.append({"seconds": seconds, "peak_mb": round(peak)})
    return figures


def _rewarded_job(guest_list: Any) -> IssuanceJob:
    variant, now = guest_list.campaign.variants.first(), timezone.now()
    rows = list(guest_list.guests.filter(variant=variant).order_by("row").values_list("pk", flat=True)[:REFUSED])
    job = IssuanceJob.objects.create(
        guest_list=guest_list, merchant=guest_list.merchant, variant=variant, number=1, total_count=len(rows), body=b"",
        idempotency_key=uuid4(), state="accepted", thanx_id="job1", first_sent_at=now, accepted_at=now, planned_at=now,
    )  # fmt: skip
    seats = [Guest(pk=pk, job=job, position=place, outcome=Outcome.REWARDED) for place, pk in enumerate(rows)]
    Guest.objects.bulk_update(seats, ["job", "position", "outcome"], batch_size=500)
    identities = Guest.objects.filter(job=job).values_list("identity", flat=True)
    claims = (
        GuestClaim(campaign=guest_list.campaign, identity=identity, guest_list=guest_list) for identity in identities
    )
    GuestClaim.objects.bulk_create(claims, batch_size=1_000)
    guest_list.waiting_count, guest_list.rewarded_count = guest_list.waiting_count - len(rows), len(rows)
    guest_list.save(update_fields=["waiting_count", "rewarded_count"])
    return job
