"""What the pictures need beside what is played: odd names, many lists, and states that seldom last."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance.models import GuestList, IssuanceJob, note_event
from issuance.models.states import JobState, ListState
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Membership, Merchant, Role, User

LONG = "The Old Harbor Grill, Oyster Bar & Lighthouse Tavern ☕ at Fisherman’s Wharf مطعم"
REWARDS = (
    "<b>Free coffee</b> & a cookie ☕",
    "قهوة مجانية مع كل وجبة",
    "Un café offert, ou un thé, ou un chocolat chaud",
)
NAMES = (
    "★ Birthdays",
    "ضيوف يونيو",
    "Guests who came once and never again, from the till at the harbour",
    "June <i>VIP</i>",
)


@transaction.atomic
def odd_merchant() -> Merchant:
    """Ana works for it as well: everything has a long, odd or right-to-left name."""
    odd = Merchant.objects.create(thanx_id="odd", handle="odd", name=LONG[:80], time_zone="America/Los_Angeles")
    ana = User.objects.get(email="ana@example.com")
    Membership.objects.create(user=ana, merchant=odd, role=Role.MANAGER)
    for number, name in enumerate(REWARDS):
        RewardTemplate.objects.create(merchant=odd, thanx_id=f"odd{number}", name=name, seen_at=timezone.now())
    campaign = published_campaign(odd, name=f"{NAMES[2]} ☕")
    states = (ListState.FINISHED, ListState.CHECKED, ListState.FINISHED, ListState.STOPPED, ListState.MAPPING)
    for number in range(15):
        state = states[number % len(states)]
        counts = {"invalid": 2, "duplicate": 1, "waiting" if state != ListState.FINISHED else "rewarded": 40 + number}
        make_list(campaign, state, name=NAMES[number % len(NAMES)], by=ana, **counts)
    return odd


@transaction.atomic
def stopped_by_the_safety_check(campaign: Campaign) -> GuestList:
    now = timezone.now()
    made = make_list(
        campaign, ListState.ISSUING, name="Guests of last summer", open_job=JobState.READY, canary_size=50,
        safety_stop_at=now, rewarded=31, refused=19, waiting=350, control=40,
    )  # fmt: skip
    IssuanceJob.objects.filter(guest_list=made).update(next_attempt_at=None)
    note_event(made, ListState.ISSUING, note="Stopped by the safety check: too many refused.")
    return made


@transaction.atomic
def stopped_by_a_person(campaign: Campaign) -> GuestList:
    return make_list(campaign, ListState.STOPPED, name="Guests of May", rewarded=120, waiting=80, control=20)


@transaction.atomic
def waiting_for_approval(merchant: Merchant) -> GuestList:
    """Asked by Cody, to be answered by Carl."""
    cody = User.objects.get(email="cody@example.com")
    campaign = published_campaign(merchant, name="A coffee on us", end_at=timezone.now() + timedelta(days=30))
    fields = {"asked_at": timezone.now(), "waiting": 1_240, "control": 140, "invalid": 6, "duplicate": 11}
    return make_list(campaign, ListState.AWAITING_APPROVAL, name="All members of June", by=cody, **fields)
