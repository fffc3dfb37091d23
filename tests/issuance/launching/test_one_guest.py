"""One guest in twenty seconds: the same engine, limits, and never Control."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.allocation import arm_chooser
from campaigns.models import Campaign, RewardTemplate, Variant
from issuance.engine.planning import plan_list
from issuance.launching.one_guest import CantReward, reward_one_guest
from issuance.models import ControlLeak, Guest, GuestList
from issuance.outcomes.arm_outcomes import outcome_of
from tests import cast
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.factories import known_at_thanx, published, published_campaign
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Role, User
from thanxportal.partner_simulator import Simulator

ClientOf = Callable[[User], Client]
FORM = reverse("issuance:one_guest", args=["harbor-grill"])


@pytest.fixture
def july(harbor: Merchant, simulator: Simulator) -> Campaign:
    return known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="July"), simulator)


def ask(browser: Client, campaign: Campaign, guest: str = "ann@example.com", **data: Any) -> Any:
    token = re.search(r'name="token" value="([^"]+)"', browser.get(FORM).content.decode())
    assert token is not None
    values = {"token": token[1], "guest": guest, "reward": gift(campaign).pk, "reason": "A long wait", "note": ""}
    return browser.post(FORM, values | data)


def gift(campaign: Campaign) -> Variant:
    return campaign.variants.all()[0]


def chosen(html: str) -> list[int]:
    """The reward that the form proposes."""
    return [int(pk) for pk in re.findall(r'name="reward" value="(\d+)"[^>]* checked', html)]


def test_a_guest_is_rewarded_within_seconds_and_the_page_says_so(
    one_arm: Campaign, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    answer = ask(browser, one_arm, " Ann@Example.com ", note="table 4")
    assert answer.status_code == 302
    html = browser.get(answer["Location"]).content.decode()
    assert "On its way" in html
    assert "data-poll" in html
    assert "ann@example.com" in html
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


def test_the_reward_that_was_picked_is_given_whatever_the_split_says(
    campaign: Campaign, ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.ONE_GUEST_PER_SENDER = 100
    second, browser = campaign.variants.all()[1], client_of(ana)
    people = [person for person in map("guest{}@example.com".format, range(12)) if not in_control(campaign, person)]
    for person in people:
        assert ask(browser, campaign, person, reward=second.pk).status_code == 302
    assert set(Guest.objects.values_list("variant", flat=True)) == {second.pk}


def in_control(campaign: Campaign, person: str) -> bool:
    weights = [arm.weight for arm in campaign.variants.all()]
    return arm_chooser(campaign.salt, weights)(person) == 2


def guest_of_control(campaign: Campaign) -> str:
    return next(person for person in map("guest{}@example.com".format, range(99)) if in_control(campaign, person))


def test_a_reward_shows_its_picture_in_the_form_and_on_the_page_that_follows(
    one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    RewardTemplate.objects.update(image_url="https://pictures.example.com/coffee.jpg")
    browser = client_of(sid)
    assert "https://pictures.example.com/coffee.jpg" in browser.get(FORM).content.decode()
    html = browser.get(ask(browser, one_arm)["Location"]).content.decode()
    assert "https://pictures.example.com/coffee.jpg" in html


def test_only_who_typed_the_guest_sees_whom(
    one_arm: Campaign, sid: User, abe: User, client_of: ClientOf, world: World
) -> None:
    page = ask(client_of(sid), one_arm)["Location"]
    world.drive()
    assert "ann@example.com" in client_of(sid).get(page).content.decode()
    html = client_of(abe).get(page).content.decode()
    assert "ann@example.com" not in html
    assert "a•••@example.com" in html


def test_a_guest_of_control_gets_a_reward_only_after_a_question_and_that_is_kept_as_a_leak(
    campaign: Campaign, sid: User, client_of: ClientOf, world: World
) -> None:
    browser, person = client_of(sid), guest_of_control(campaign)
    asked = ask(browser, campaign, person, note="table 4")
    assert asked.status_code == 409
    html = asked.content.decode()
    assert "This guest belongs to Control. Nothing was sent yet." in html
    assert f'value="{person}"' in html
    assert 'value="table 4"' in html
    assert not GuestList.objects.exists()
    answer = ask(browser, campaign, person, seen=asked.context["seen"])
    world.drive()
    leak = ControlLeak.objects.get()
    assert (leak.campaign, leak.decided_by, leak.guest_list.rewarded_count) == (campaign, sid, 1)
    assert bytes(leak.identity) == bytes(leak.guest_list.guests.get().identity)
    assert Activity.objects.filter(sentence="Rewarded a guest of Control of “Win-back June”.", actor=sid).exists()
    assert answer.status_code == 302
    outcome = outcome_of(campaign)
    assert outcome is not None
    assert outcome.by_hand == 1


def test_what_was_said_of_one_guest_counts_for_no_other(campaign: Campaign, sid: User, client_of: ClientOf) -> None:
    browser, person = client_of(sid), guest_of_control(campaign)
    seen = ask(browser, campaign, person).context["seen"]
    other = next(one for one in map("more{}@example.com".format, range(99)) if in_control(campaign, one))
    assert ask(browser, campaign, other, seen=seen).status_code == 409
    assert not ControlLeak.objects.exists()


def test_a_guest_whom_another_campaign_holds_out_is_asked_about_as_well(
    campaign: Campaign, one_arm: Campaign, sid: User, client_of: ClientOf, launched: Any, world: World
) -> None:
    browser, person = client_of(sid), guest_of_control(campaign)
    launched(campaign, f"{person} ann@example.com")
    world.drive()
    asked = ask(browser, one_arm, person)
    assert asked.status_code == 409
    assert asked.context["controls"] == [campaign]
    assert ask(browser, one_arm, person, seen=asked.context["seen"]).status_code == 302
    assert ControlLeak.objects.get().campaign == campaign


def test_a_guest_whom_a_program_rewarded_lately_gets_another_reward_only_after_a_question(
    one_arm: Campaign, july: Campaign, harbor: Merchant, ana: User, sid: User, client_of: ClientOf, world: World,
) -> None:  # fmt: skip
    guests = [{"email": "ann@example.com"}]
    Program(harbor, ana).post(f"/campaigns/{july.pk}/rewards", {"guests": guests})
    world.drive()
    world.advance(5 * 86_400)
    browser = client_of(sid)
    asked = ask(browser, one_arm)
    assert asked.status_code == 409
    html = asked.content.decode()
    assert "This guest was rewarded lately. Nothing was sent yet." in html
    assert "“July” rewarded this guest on Jun 1, 2026." in html
    assert "belongs to Control" not in html
    assert GuestList.objects.count() == 1
    answer = ask(browser, one_arm, seen=asked.context["seen"])
    assert answer.status_code == 302
    world.drive()
    made = GuestList.objects.get(one_guest=True)
    assert (made.rewarded_count, made.guests.get().earlier_campaign) == (1, july)
    assert Activity.objects.filter(sentence="Rewarded a guest whom “July” had rewarded.", actor=sid).exists()
    assert not ControlLeak.objects.exists()


def test_who_was_rewarded_by_a_list_of_people_is_asked_about_as_well(
    one_arm: Campaign, july: Campaign, sid: User, client_of: ClientOf, world: World, launched: Any
) -> None:
    launched(july, "ann@example.com bob@example.com")
    world.drive()
    seen = ask(client_of(sid), one_arm).context["seen"]
    assert ask(client_of(sid), one_arm, "bob@example.com", seen=seen).status_code == 409
    assert ask(client_of(sid), one_arm, seen=seen).status_code == 302


def test_only_what_was_given_within_the_merchants_days_is_asked_about(
    one_arm: Campaign, july: Campaign, harbor: Merchant, sid: User, client_of: ClientOf, world: World, launched: Any
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(repeat_days=0)
    launched(july, "ann@example.com")
    world.drive()
    assert ask(client_of(sid), one_arm).status_code == 409  # One reward a day all the same.
    world.advance(25 * 3_600)
    assert ask(client_of(sid), one_arm).status_code == 302


def test_who_is_rewarded_elsewhere_before_the_single_reward_goes_out_gets_one_and_may_get_another(
    one_arm: Campaign, july: Campaign, sid: User, client_of: ClientOf, world: World, launched: Any
) -> None:
    browser, other = client_of(sid), launched(july, "ann@example.com")
    answer = ask(browser, one_arm)
    assert plan_list(other.pk)
    world.drive()
    html = browser.get(answer["Location"]).content.decode()
    assert "“July” rewarded this guest just before, so nothing was sent." in html
    seen = ask(browser, one_arm).context["seen"]
    assert ask(browser, one_arm, seen=seen).status_code == 302
    world.drive()
    assert GuestList.objects.filter(one_guest=True, rewarded_count=1).count() == 1


def test_control_of_a_campaign_that_never_met_the_guest_is_no_matter(
    campaign: Campaign, one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    assert ask(client_of(sid), one_arm, guest_of_control(campaign)).status_code == 302
    assert not ControlLeak.objects.exists()


def test_a_campaign_that_has_ended_is_not_offered_and_not_taken(
    one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    Campaign.objects.update(end_at=timezone.now())
    assert "No campaign to reward from" in browser.get(FORM).content.decode()
    one_arm.refresh_from_db()
    with pytest.raises(CantReward, match="has ended"):
        reward_one_guest(gift=gift(one_arm), guest="ann@example.com", reason="", token=one_arm.uuid, actor=sid)


def test_no_reward_of_a_campaign_made_on_the_fly_is_a_choice(
    one_arm: Campaign, harbor: Merchant, ana: User, sid: User, client_of: ClientOf
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(preset=preset_of(harbor, ana))
    assert "No campaign to reward from" in client_of(sid).get(FORM).content.decode()


def test_a_campaign_of_another_merchant_is_no_choice(
    one_arm: Campaign, sunny: Merchant, sid: User, client_of: ClientOf
) -> None:
    theirs = published_campaign(sunny, name="Secret sunny campaign")
    answer = ask(client_of(sid), theirs)
    assert answer.status_code == 422
    assert "Secret sunny campaign" not in answer.content.decode()


def test_the_last_reward_is_chosen_already(one_arm: Campaign, harbor: Merchant, sid: User, client_of: ClientOf) -> None:
    published(cast.draft_campaign(harbor, weights=(100,), name="A newer one"))
    browser = client_of(sid)
    ask(browser, one_arm)
    assert chosen(browser.get(FORM).content.decode()) == [gift(one_arm).pk]


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
    with django_assert_num_queries(6):
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
    assert chosen(again) == [gift(one_arm).pk]
    assert "refused@example.com" not in client_of(ana).get(FORM, {"again": made.pk}).content.decode()
