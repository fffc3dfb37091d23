"""A campaign that was issued, and what the exports say its guests did since: more visits of an arm than of Control."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from hashlib import blake2b

from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import ExportedReward, ExportFile, Guest, GuestList, Member, Purchase
from issuance.models.states import Outcome
from issuance.readout.computing import compute_read_out, due_read_outs

WINDOW = timedelta(days=30)


def read_out_now() -> int:
    """Computes what is due; returns how many that were."""
    due = due_read_outs()
    for pk in due:
        compute_read_out(pk)
    return len(due)


def digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def issued(campaign: Campaign, guests: int, *, at: datetime, name: str = "June guests", first: int = 0) -> GuestList:
    """A list whose guests fell into the arms by turns of a hundred, as the weights say."""
    arms = [arm for arm in campaign.variants.all() for _ in range(arm.weight)]
    everybody = [(number, arms[number % 100]) for number in range(first, first + guests)]
    control = sum(arm.is_control for _, arm in everybody)
    made: GuestList = GuestList.objects.create(
        merchant=campaign.merchant, campaign=campaign, name=name, state="finished", planned_at=at, launched_at=at,
        ended_at=at + timedelta(minutes=1), rows_count=guests, control_count=control, rewarded_count=guests - control,
    )  # fmt: skip
    Guest.objects.bulk_create(
        Guest(
            guest_list=made, row=number + 1, type="email", value=f"guest{number}@example.com",
            identity=digest(f"guest{number}"), variant=arm, reward_id="" if arm.is_control else f"uid{number}",
            outcome=Outcome.CONTROL if arm.is_control else Outcome.REWARDED,
        )
        for number, arm in everybody
    )  # fmt: skip
    return made


def exported(guest_list: GuestList, *, lift: float = 0.0, matched: float = 1.0, seed: int = 17) -> None:
    """Members, purchases and rewards: in each half of two windows a fifth of the guests comes, and `lift` more of those
    with a reward."""
    draw, merchant, at = random.Random(seed), guest_list.merchant, guest_list.planned_at or timezone.now()
    stated = {"merchant": merchant, "stated_at": timezone.now()}
    members, purchases, rewards = [], [], []
    for guest in guest_list.guests.order_by("row").select_related("variant"):
        if draw.random() > matched:
            continue
        user = f"u{guest.row}"
        members.append(Member(user_id=user, email_identity=guest.identity, **stated))
        for half in range(-2, 2):
            chance = 0.2 + (lift if half >= 0 and not guest.variant.is_control else 0)
            if draw.random() < chance:
                when = at + half * WINDOW / 2 + WINDOW / 2 * draw.random()
                cents, place = draw.randint(500, 4_000), draw.choice(["Harbor", "Airport"])
                key = f"p{guest.row}.{half}"
                fields = {"purchase_id": key, "purchased_at": when, "amount": cents, "location_id": place}
                purchases.append(Purchase(user_id=user, **fields, **stated))
        if guest.reward_id and draw.random() < 0.3:
            used = at + WINDOW * draw.random()
            fields = {"reward_id": f"r{guest.row}", "reward_uid": guest.reward_id, "state": "used", "used_at": used}
            rewards.append(ExportedReward(user_id=user, discount=300, **fields, **stated))
    Member.objects.bulk_create(members)
    Purchase.objects.bulk_create(purchases)
    ExportedReward.objects.bulk_create(rewards)
    loaded = {"state": "loaded", "loaded_at": timezone.now()}
    ExportFile.objects.create(merchant=merchant, kind="purchases", name="purchases.csv", sha256=f"{seed}", **loaded)
