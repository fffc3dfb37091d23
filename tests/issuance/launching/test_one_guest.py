"""One guest in twenty seconds: the same engine, limits, and never Control."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.allocation import arm_chooser
from campaigns.models import Campaign
from issuance.launching.one_guest import CantReward, gift_of, reward_one_guest
from issuance.models import Guest, GuestList
from tests import cast
from tests.issuance.factories import published, published_campaign
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Role, User

ClientOf = Callable[[User], Client]
FORM = reverse("issuance:one_guest", args=["harbor-grill"])


def ask(browser: Client, campaign: Campaign, guest: str = "ann@example.com", **data: Any) -> Any:
    token = re.search(r'name="token" value="([^"]+)"', browser.get(FORM).content.decode())
    assert token is not None
    values = {"token": token[1], "guest": guest, "campaign": campaign.pk, "reason": "A long wait", "note": ""}
    return browser.post(FORM, values | data)


def test_a_guest_is_rewarded_within_seconds_and_the_page_says_so(
    one_arm: Campaign, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    answer = ask(browser, one_arm, " Ann@Example.com ", note="table 4")
    assert answer.status_code == 302
    html = browser.get(answer["Location"]).content.decode()
    assert "On its way" in html
    assert "data-poll" in html
    assert "a•••@example.com" in html
    began = timezone.now()
    world.drive()
    assert (timezone.now() - began).total_seconds() < 20
    html = browser.get(answer["Location"]).content.decode()
    assert "<h1>Rewarded</h1>" in html
    assert "data-poll" not in html
    assert "A long wait: table 4, by Sid" in html
    made = GuestList.objects.get()
    assert (made.one_guest, made.canary_size, made.rewarded_count, made.closed) == (True, 0, 1, True)


@pytest.mark.parametrize("typed", ["(202) 555-0142", "+1 202 555 0142", "2025550142"])
def test_a_phone_may_be_written_as_people_write_it(
    typed: str, one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    assert ask(client_of(sid), one_arm, typed).status_code == 302
    assert Guest.objects.get().value == "+12025550142"


@pytest.mark.parametrize(
    ("guest", "said"),
    [
        ("", "Who gets the reward?"),
        ("ann@", "There is nothing after the @ sign."),
        ("555-0142", "This phone number has no area code."),
        ("=cmd()", "This is neither an email address nor a phone number."),
        ("Ann", "This is neither an email address nor a phone number."),
    ],
)
def test_what_is_no_guest_is_said_and_kept_in_the_form(
    guest: str, said: str, one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    answer = ask(client_of(sid), one_arm, guest)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not GuestList.objects.exists()


def test_the_same_form_sent_twice_rewards_once(one_arm: Campaign, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    token = "0d7b1e8e-2a51-4f5c-9d7e-6a3b1c2d4e5f"
    first, second = ask(browser, one_arm, token=token), ask(browser, one_arm, token=token)
    assert first["Location"] == second["Location"]
    assert GuestList.objects.count() == 1


def test_a_guest_of_the_campaign_is_not_rewarded_again(
    one_arm: Campaign, sid: User, client_of: ClientOf, world: World, launched: Any
) -> None:
    launched(one_arm, "ann@example.com")
    world.drive()
    answer = ask(client_of(sid), one_arm, "ANN@example.com")
    assert answer.status_code == 422
    assert "rewarded this guest already" in answer.content.decode()
    assert GuestList.objects.count() == 1


def test_a_guest_gets_one_reward_a_day_whatever_the_campaign_and_the_sender(
    one_arm: Campaign, harbor: Merchant, sid: User, ana: User, client_of: ClientOf, world: World
) -> None:
    other = published(cast.draft_campaign(harbor, weights=(100,), name="Another one"))
    assert ask(client_of(sid), one_arm).status_code == 302
    answer = ask(client_of(ana), other)
    assert answer.status_code == 422
    assert "within the last 24 hours" in answer.content.decode()
    world.advance(25 * 3600)
    assert ask(client_of(ana), other).status_code == 302


def test_a_sender_rewards_only_so_many_guests_a_day(
    one_arm: Campaign, sid: User, ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.ONE_GUEST_PER_SENDER = 2
    browser = client_of(sid)
    assert [ask(browser, one_arm, f"guest{n}@example.com").status_code for n in range(3)] == [302, 302, 422]
    assert ask(client_of(ana), one_arm, "guest3@example.com").status_code == 302


def test_a_refused_guest_may_be_tried_again(one_arm: Campaign, sid: User, client_of: ClientOf, world: World) -> None:
    browser = client_of(sid)
    answer = ask(browser, one_arm, "refused@example.com")
    world.drive()
    html = browser.get(answer["Location"]).content.decode()
    assert "<h1>Refused by Thanx</h1>" in html
    assert "Nothing was given, so you can try again." in html
    assert ask(browser, one_arm, "refused@example.com").status_code == 302


def test_who_would_fall_into_control_gets_another_arm_and_always_the_same(
    campaign: Campaign, ana: User, settings: Any
) -> None:
    settings.ONE_GUEST_PER_SENDER = 100
    people = [f"guest{number}@example.com" for number in range(40)]
    for person in people:
        reward_one_guest(campaign=campaign, guest=person, reason="Wait", token=uuid4(), actor=ana)
    weights = [arm.weight for arm in campaign.variants.all()]
    own = arm_chooser(campaign.uuid.bytes, weights)
    given = dict(Guest.objects.values_list("value", "variant__position"))
    held_out = [person for person in people if own(person) == 2]
    assert held_out
    assert all(given[person] == own(person) for person in people if person not in held_out)
    assert {given[person] for person in held_out} <= {0, 1}
    arms = list(campaign.variants.all())
    assert [gift_of(campaign, person) for person in held_out] == [arms[given[person]] for person in held_out]


def test_a_campaign_that_has_ended_is_not_offered_and_not_taken(
    one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    Campaign.objects.update(end_at=timezone.now())
    assert "No campaign to reward from" in browser.get(FORM).content.decode()
    one_arm.refresh_from_db()
    with pytest.raises(CantReward, match="has ended"):
        reward_one_guest(campaign=one_arm, guest="ann@example.com", reason="", token=one_arm.uuid, actor=sid)


def test_a_campaign_of_another_merchant_is_no_choice(
    one_arm: Campaign, sunny: Merchant, sid: User, client_of: ClientOf
) -> None:
    theirs = published_campaign(sunny, name="Secret sunny campaign")
    answer = ask(client_of(sid), theirs)
    assert answer.status_code == 422
    assert "Secret sunny campaign" not in answer.content.decode()


def test_the_last_campaign_is_chosen_already(
    one_arm: Campaign, harbor: Merchant, sid: User, client_of: ClientOf
) -> None:
    published(cast.draft_campaign(harbor, weights=(100,), name="A newer one"))
    browser = client_of(sid)
    ask(browser, one_arm)
    assert f'<option value="{one_arm.pk}" selected>' in browser.get(FORM).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUILDER])
def test_only_senders_reward(role: Role, one_arm: Campaign, harbor: Merchant, client_of: ClientOf) -> None:
    browser = client_of(cast.person("else@example.com", harbor, role))
    assert browser.get(FORM).status_code == 403
    assert browser.post(FORM).status_code == 403
    assert FORM not in browser.get(reverse("issuance:home", args=["harbor-grill"])).content.decode()


def test_the_log_names_the_reason_and_no_guest(one_arm: Campaign, sid: User, client_of: ClientOf) -> None:
    ask(client_of(sid), one_arm)
    sentences = " ".join(Activity.objects.values_list("sentence", flat=True))
    assert "Launched “One guest: A long wait”: 1 reward." in sentences
    assert "ann@example.com" not in sentences


def test_a_poll_costs_few_queries(
    one_arm: Campaign, sid: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(sid)
    answer = ask(browser, one_arm)
    url = answer["Location"] + "progress/"
    with django_assert_num_queries(7):
        html = browser.get(url, headers={"HX-Request": "true"}).content
    assert 500 < len(html) < 10_000


def test_who_was_refused_is_asked_for_again_without_typing_it_all_anew(
    one_arm: Campaign, sid: User, ana: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    page = ask(browser, one_arm, "refused@example.com", note="table 4")["Location"]
    world.drive()
    html = browser.get(page).content.decode()
    made = GuestList.objects.get()
    assert f'href="{FORM}?again={made.pk}"' in html
    again = browser.get(FORM, {"again": made.pk}).content.decode()
    assert 'value="refused@example.com"' in again
    assert 'value="table 4"' in again
    assert f'<option value="{one_arm.pk}" selected>' in again
    assert "refused@example.com" not in client_of(ana).get(FORM, {"again": made.pk}).content.decode()
