"""The jobs and guests that the events of the benchmark speak of, written without the engine."""

from uuid import uuid4

from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate, Variant
from issuance.models import Guest, GuestList, IssuanceJob
from thanxportal.accounts.models import Merchant

JOB_SIZE = 10_000


def seat_guests(rows: int) -> None:
    """Writes `rows` guests of one list, in jobs `job0`, `job1`, … of 10,000 seats."""
    variant = _variant()
    campaign = variant.campaign
    now = timezone.now()
    counts = {"state": "issuing", "rows_count": rows, "waiting_count": rows, "launched_at": now, "planned_at": now}
    guests = GuestList.objects.create(merchant=campaign.merchant, campaign=campaign, name="June guests", **counts)
    for number in range((rows - 1) // JOB_SIZE + 1):
        job = _accepted_job(guests, variant, number)
        seats = range(min(JOB_SIZE, rows - number * JOB_SIZE))
        Guest.objects.bulk_create([_guest(job, number * JOB_SIZE + seat, seat) for seat in seats], 1_000)


def _variant() -> Variant:
    now = timezone.now()
    dates = dict.fromkeys(("start_at", "end_at", "redeemable_from", "redeemable_to"), now)
    merchant = Merchant.objects.create(thanx_id="merchant0001", handle="harbor-grill", name="Harbor Grill")
    template = RewardTemplate.objects.create(merchant=merchant, thanx_id="template0001", name="Coffee", seen_at=now)
    campaign = Campaign.objects.create(merchant=merchant, name="Win-back June", **dates)
    return Variant.objects.create(campaign=campaign, position=0, name="Arm A", weight=100, reward_template=template)


def _accepted_job(guests: GuestList, variant: Variant, number: int) -> IssuanceJob:
    now = timezone.now()
    return IssuanceJob.objects.create(
        guest_list=guests,
        merchant=guests.merchant,
        variant=variant,
        number=number + 1,
        total_count=JOB_SIZE,
        body=b"",
        idempotency_key=uuid4(),
        state="accepted",
        thanx_id=f"job{number}",
        first_sent_at=now,
        accepted_at=now,
        news_at=now,
        next_attempt_at=now,
    )


def _guest(job: IssuanceJob, row: int, seat: int) -> Guest:
    return Guest(
        guest_list=job.guest_list,
        row=row,
        type="email",
        value=f"guest{row}@example.com",
        identity=row.to_bytes(16, "big"),
        variant=job.variant,
        job=job,
        position=seat,
    )
