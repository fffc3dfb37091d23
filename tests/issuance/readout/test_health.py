"""Whether arms can be compared: their sizes, who of Control got a reward all the same, and the proof of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.allocation import arm_chooser
from campaigns.models import Campaign
from issuance.launching.one_guest import reward_one_guest
from issuance.launching.review import review_facts
from issuance.models import ControlLeak, GuestList, ReadOut
from issuance.outcomes.arm_outcomes import outcome_of
from issuance.readout.health import Health, health_of
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.browsing import ClientOf
from tests.issuance.factories import checked, job, make_list, published, published_campaign
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]


def known(campaign: Campaign) -> Health:
    outcome = outcome_of(campaign)
    assert outcome is not None
    health = health_of(campaign, outcome)
    assert health is not None
    return health


def shown(campaign: Campaign, person: User, client_of: ClientOf) -> str:
    url = reverse("issuance:campaign_lists", args=["harbor-grill", campaign.pk])
    return client_of(person).get(url).content.decode()


def guests_in_control(campaign: Campaign, number: int) -> list[str]:
    choose = arm_chooser(campaign.salt, [arm.weight for arm in campaign.variants.all()])
    everybody = map("guest{}@example.com".format, range(number * 30))
    return [guest for guest in everybody if choose(guest) == 2][:number]


@pytest.fixture
def held_out(campaign: Campaign, launched: Launch, world: World) -> list[str]:
    """A hundred guests of Control, in a list that was issued with some others."""
    guests = guests_in_control(campaign, 100)
    launched(campaign, " ".join([*guests, "other1@example.com", "other2@example.com", "other3@example.com"]))
    world.drive()
    return guests


def test_control_stays_control_in_another_list_and_every_other_reward_is_a_named_leak(
    campaign: Campaign,
    harbor: Merchant,
    held_out: list[str],
    launched: Launch,
    world: World,
    sid: User,
    client_of: ClientOf,
) -> None:
    """The same hundred again, one of them rewarded by the form for one guest and one by a list of another campaign."""
    assert known(campaign).leaked == 0
    assert "<b>Leak: 0.</b> Nobody of the " in shown(campaign, sid, client_of)
    again = launched(campaign, " ".join([*held_out, "other9@example.com"]))
    reward_one_guest(
        gift=campaign.variants.all()[0], guest=held_out[0], reason="A long wait", token=again.uuid.__class__(int=7),
        actor=sid, despite=[campaign],
    )  # fmt: skip
    other = published(cast.draft_campaign(harbor, weights=(100,), name="Summer"))
    launched(other, f"{held_out[1]} stranger@example.com")
    world.drive()
    again.refresh_from_db()
    assert again.control_count >= 100
    health = known(campaign)
    assert (health.leaked, [(leak.by, leak.guests) for leak in health.leaks]) == (
        2,
        [("One guest", 1), ("June guests", 1)],
    )
    html = shown(campaign, sid, client_of)
    assert "Leak: 2 guests of Control got a reward." in html
    assert health.control is not None
    assert health.control.guests == GuestList.objects.order_by("pk")[0].control_count + again.control_count - 100
    assert ControlLeak.objects.get(guest_list__campaign=other).decided_by is None


def test_the_api_rewards_nobody_of_control_and_a_reward_of_another_campaign_by_it_is_a_named_leak(
    campaign: Campaign, harbor: Merchant, held_out: list[str], world: World, ana: User
) -> None:
    program, (first, second) = Program(harbor, ana), held_out[:2]
    other = published(cast.draft_campaign(harbor, weights=(100,), name="Summer"))
    program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": [{"email": first}]})
    program.post(f"/campaigns/{other.pk}/rewards", {"guests": [{"email": second}]})
    world.drive()
    health = known(campaign)
    assert health.leaked == 1
    assert [(leak.by.startswith("Survey tool"), leak.guests) for leak in health.leaks] == [(True, 1)]
    batches = program.get("/batches").json()["items"]
    outcomes = [program.get(f"/batches/{batch['id']}").json()["outcomes"] for batch in batches]
    assert outcomes == [{"rewarded": 1}, {"control": 1}]


def test_a_reward_still_on_its_way_when_control_is_held_out_is_a_leak_too(
    campaign: Campaign, harbor: Merchant, launched: Launch, world: World
) -> None:
    (guest,) = guests_in_control(campaign, 1)
    other = published(cast.draft_campaign(harbor, weights=(100,), name="Summer"))
    launched(other, f"{guest} stranger@example.com")
    world.work(1)
    Merchant.objects.update(repeat_days=0)  # Else who was rewarded lately is held out of every arm.
    launched(campaign, f"{guest} other1@example.com other2@example.com other3@example.com")
    world.drive()
    assert known(campaign).leaked == 1


def test_whom_thanx_refused_is_no_leak_and_after_the_window_nobody_is(
    campaign: Campaign, harbor: Merchant, held_out: list[str], launched: Launch, world: World
) -> None:
    other = published(cast.draft_campaign(harbor, weights=(100,), name="Summer"))
    made = launched(other, held_out[0])
    world.drive()
    made.guests.update(outcome="refused")
    assert known(campaign).leaked == 0
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    Campaign.objects.filter(pk=campaign.pk).update(redeemable_to=timezone.now())
    launched(other, held_out[1])
    world.drive()
    assert known(campaign).leaked == 0


@pytest.mark.parametrize(
    ("sizes", "tone", "words"),
    [((450, 450, 100), "ok", "Healthy"), ((450, 360, 100), "warn", "Look"), ((450, 300, 100), "bad", "Don’t compare")],
)
def test_arms_off_their_shares_are_told_by_how_rare_that_is(
    sizes: tuple[int, int, int], tone: str, words: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    campaign = published_campaign(harbor)
    first, second, control = sizes
    made = make_list(campaign, already_rewarded=3, planned_at=timezone.now())
    arms = campaign.variants.all()
    job(made, 1, arms[0], "completed", first)
    job(made, 2, arms[1], "completed", second)
    GuestList.objects.filter(pk=made.pk).update(
        rewarded_count=first + second, control_count=control, rows_count=first + second + control + 3
    )
    health = known(campaign)
    assert (health.tone, health.label) == (tone, words)
    html = shown(campaign, ana, client_of)
    assert ("Guests rewarded before were left out." in html) == (tone != "ok")


def test_the_proof_lets_anybody_compute_every_arm_again_once_the_salt_is_told(
    campaign: Campaign, held_out: list[str], ana: User, client_of: ClientOf
) -> None:
    def table() -> list[list[str]]:
        answer: Any = client_of(ana).get(reverse("issuance:proof", args=["harbor-grill", campaign.pk]))
        return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    rows = table()
    facts = dict(row[:2] for row in rows[1:5])
    assert facts["salt"] == "told from the read-out date on"
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    salt = bytes.fromhex(dict(row[:2] for row in table()[1:5])["salt"])
    assert sha256(salt).hexdigest() == facts["seal: SHA-256 of the salt"]
    assert Activity.objects.filter(sentence__contains=f"Seal: {sha256(salt).hexdigest()[:16]}.").exists()
    arms = [arm.name for arm in campaign.variants.all()]
    choose = arm_chooser(salt, [45, 45, 10])
    guests = GuestList.objects.get().guests.order_by("row")
    assert [row[1] for row in rows[5:]] == [arms[choose(guest.value)] for guest in guests]
    assert not any("@" in cell for row in rows for cell in row)


def test_the_review_still_says_what_a_list_could_show(campaign: Campaign) -> None:
    assert review_facts(checked(campaign, "guest1@example.com"))["difference"]
