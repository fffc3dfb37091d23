"""One guest, one reward, no campaign: it is made of the merchant's preset once, and no guest is lost or rewarded twice
while Thanx doesn't have it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, RewardPreset, RewardTemplate
from campaigns.publishing import request_publication
from issuance.engine import planning
from issuance.engine.parking import return_to_work
from issuance.engine.sending_pauses import pause_sending
from issuance.launching.approval import approve_list
from issuance.models import EventBatch, GuestList, IssuanceJob
from issuance.models.states import ListState
from issuance.worker import due_work
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import Activity, ApiToken, Merchant, Notification, User
from thanxportal.accounts.tokens import end_token
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
ANN = {"email": "ann@example.com", "reason": "A long wait", "external_id": "8841", "fields": {"Table": "7"}}


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


@pytest.fixture
def preset(harbor: Merchant, ana: User) -> RewardPreset:
    return preset_of(harbor, ana)


@pytest.fixture
def coffee(harbor: Merchant) -> RewardTemplate:
    return harbor.reward_templates.order_by("pk")[0]


@pytest.fixture
def dessert(harbor: Merchant) -> RewardTemplate:
    return harbor.reward_templates.order_by("pk")[1]


def ask(program: Program, reward: RewardTemplate, guest: Any = ANN, *, key: str = "") -> Any:
    guest = {"email": f"{guest}@example.com"} if isinstance(guest, str) else guest
    return program.post("/rewards", guest | {"reward_template_id": reward.pk}, key=key)


def told(program: Program, made: Any) -> Any:
    return program.get(f"/batches/{made.json()['id']}").json()


def issued(simulator: Simulator) -> int:
    """Rewards that Thanx was asked for, in whatever job."""
    return sum(len(job.identifiers) for job in simulator.books.jobs.values())


def test_the_first_guest_has_the_campaign_made_and_is_rewarded_once_thanx_has_it(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, world: World, simulator: Simulator
) -> None:
    made = ask(program, coffee)
    assert (made.status_code, made.json()["state"], made.json()["size"]) == (202, "waiting", 1)
    assert made.json()["detail"] == "Waits for Thanx to create its campaign."
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.name) == ("publishing", f"{coffee.name}, week of Jun 1, 2026")
    assert [(arm.reward_template, arm.weight) for arm in campaign.variants.all()] == [(coffee, 100)]
    world.drive()
    assert (told(program, made)["state"], told(program, made)["outcomes"]) == ("finished", {"rewarded": 1})
    assert (len(simulator.books.campaigns), GuestList.objects.get().file_info["names"][-1]) == (1, "Table")


def test_guests_of_a_reward_and_a_period_share_one_campaign(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, world: World
) -> None:
    for day in range(3):
        ask(program, coffee, f"coffee{day}")
        ask(program, dessert, f"dessert{day}")
        world.advance(86_400)
        world.drive(hours=1)
    assert Campaign.objects.count() == 2
    world.advance(6 * 86_400)
    ask(program, coffee, "next")
    world.drive(hours=1)
    assert [campaign.state for campaign in Campaign.objects.all()] == ["published"] * 3
    assert sum(made.rewarded_count for made in GuestList.objects.all()) == 7


@pytest.mark.parametrize(("period", "begins", "ends"), [("day", 1, 2), ("week", 1, 8), ("month", 1, 31)])
def test_its_dates_hang_on_the_period_alone(
    program: Program, harbor: Merchant, ana: User, coffee: RewardTemplate, world: World, period: str, begins: int,
    ends: int,
) -> None:  # fmt: skip
    preset_of(harbor, ana, period=period, claim_days=2, use_days=10)
    ask(program, coffee)
    campaign, zone = Campaign.objects.get(), ZoneInfo(harbor.time_zone)
    start = datetime(2026, 6, begins, tzinfo=zone)
    end = datetime(2026, 6, 1, tzinfo=zone) + timedelta(days=ends - 1 + 2)
    if period == "month":
        end = datetime(2026, 7, 3, tzinfo=zone)
    assert (campaign.start_at, campaign.redeemable_from, campaign.end_at) == (start, start, end)
    assert campaign.redeemable_to == end + timedelta(days=10)


def test_without_a_preset_a_sentence_says_where_one_is_made(
    program: Program, coffee: RewardTemplate, harbor: Merchant, ana: User, client_of: Any
) -> None:
    refused = ask(program, coffee)
    assert refused.status_code == 409
    assert "Settings, Integrations, Rewards on the fly" in refused.json()["detail"]
    preset_of(harbor, ana)
    client_of(ana).post("/m/harbor-grill/integrations/on-the-fly/end/")
    assert ask(program, coffee).status_code == 409
    assert not Campaign.objects.exists()


def test_what_was_asked_for_before_it_was_turned_off_is_still_sent(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, ana: User, client_of: Any, world: World
) -> None:
    made = ask(program, coffee)
    client_of(ana).post("/m/harbor-grill/integrations/on-the-fly/end/")
    world.drive()
    assert told(program, made)["outcomes"] == {"rewarded": 1}


@pytest.mark.parametrize("guest", [{}, {"email": "ann@"}, {"phone": "12"}, {"email": " "}])
def test_who_is_no_guest_is_refused_and_has_no_campaign_made(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, guest: dict[str, str]
) -> None:
    refused = ask(program, coffee, guest)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == ("body.email" if guest.get("email") else "body.phone")
    preset.refresh_from_db()
    assert (Campaign.objects.count(), preset.asked_count, ApiToken.objects.get().asked_count) == (0, 0, 0)


def test_a_reward_of_another_merchant_is_as_little_there_as_one_that_thanx_withdrew(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, sunny: Merchant
) -> None:
    RewardTemplate.objects.filter(pk=coffee.pk).update(withdrawn_at=timezone.now())
    answers = [ask(program, each) for each in (coffee, sunny.reward_templates.order_by("pk")[0])]
    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
    assert not Campaign.objects.exists()


def test_asked_again_after_a_lost_answer_there_is_one_batch_and_one_campaign(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, world: World, simulator: Simulator
) -> None:
    first = ask(program, coffee, key="a")
    assert ask(program, coffee, key="a").content == first.content
    world.drive()
    again = ask(Program.of(program.token, program.secret), coffee, key="a")
    assert (again.status_code, again.content) == (202, first.content)
    world.drive()
    assert (EventBatch.objects.count(), Campaign.objects.count(), issued(simulator)) == (1, 1, 1)
    assert ApiToken.objects.get().asked_count == RewardPreset.objects.get().asked_count == 1


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.TIMEOUT_AFTER, Fault.STATUS_500, Fault.HTML_502_AFTER])
def test_guests_wait_out_an_outage_of_thanx_and_are_rewarded_once(
    fault: Fault, program: Program, preset: RewardPreset, coffee: RewardTemplate, world: World, simulator: Simulator
) -> None:
    simulator.script("POST", "/partner/campaigns", [fault])
    made = [ask(program, coffee, name) for name in ("ann", "bob")]
    world.drive(hours=3)
    assert [told(program, each)["outcomes"] for each in made] == [{"rewarded": 1}] * 2
    assert (len(simulator.books.campaigns), issued(simulator)) == (1, 2)


def withdrawn(simulator: Simulator, reward: RewardTemplate) -> None:
    simulator.unpublish(reward.thanx_id)


def test_if_publishing_fails_guests_wait_and_everybody_is_told_in_words(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, ana: User, ben: User,
    sam: User, world: World, simulator: Simulator, client_of: Any,
) -> None:  # fmt: skip
    made = ask(program, coffee)
    withdrawn(simulator, coffee)
    world.drive()
    batch = told(program, made)
    assert (batch["state"], batch["outcomes"]) == ("not_published", {"waiting": 1})
    assert "Thanx no longer publishes" in batch["detail"]
    assert {each.person for each in Notification.objects.filter(kind="not_published")} == {ana, sam}
    notice = Notification.objects.get(person=ana)
    assert "Its guests wait." in notice.sentence
    assert "asked to reward wait until it is published" in client_of(ana).get(notice.path).content.decode()
    page = client_of(ana).get("/m/harbor-grill/integrations/").content.decode()
    assert "Waits: its campaign isn’t published" in page
    assert "isn’t published, and guests wait for it." in client_of(ana).get("/m/harbor-grill/").content.decode()


def edited(browser: Client, campaign: Campaign, **typed: Any) -> str:
    """What the builder says after somebody has typed this into the campaign."""
    page = f"/m/harbor-grill/campaigns/{campaign.pk}/edit/"
    form = browser.get(page).context["builder"].form
    values = {field.html_name: field.value() or "" for field in form}
    dates = {name: f"{value:%Y-%m-%dT%H:%M}" for name, value in values.items() if isinstance(value, datetime)}
    browser.post(page, values | dates | typed)
    return browser.get(page).content.decode()


def test_who_was_promised_a_reward_gets_that_one_whatever_people_change_in_its_campaign(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, ana: User, world: World,
    simulator: Simulator, client_of: Any,
) -> None:  # fmt: skip
    made = ask(program, coffee)
    withdrawn(simulator, coffee)
    world.drive()
    campaign, browser = Campaign.objects.get(), client_of(ana)
    assert "publish again once it does" in campaign.problem
    other = {"arm0-reward": str(dessert.pk), "arm0-weight": "50", "arm1-reward": str(dessert.pk), "arm1-name": "B"}
    for act in ("save", "add", "control", f"choose-0-{dessert.pk}", "remove-0"):
        page = edited(browser, campaign, act=act, fine_print="Two per guest.", **other, **{"arm1-weight": "50"})
    assert "so it stays. You can change everything else." in page
    assert "Guests were promised it: publish the campaign once Thanx has it again." in page
    campaign = Campaign.objects.get()
    assert campaign.fine_print == "Two per guest."
    assert [(arm.reward_template, arm.weight) for arm in campaign.variants.all()] == [(coffee, 100)]
    assert not request_publication(campaign=campaign, actor=ana)
    simulator.books.unpublished.clear()
    RewardTemplate.objects.filter(pk=coffee.pk).update(withdrawn_at=None)
    assert request_publication(campaign=campaign, actor=ana)
    world.drive()
    assert told(program, made)["outcomes"] == {"rewarded": 1}
    (body,) = simulator.books.campaigns.values()
    assert [arm["reward_template_id"] for arm in body["variants"]] == [coffee.thanx_id]


def test_a_campaign_for_which_guests_wait_cant_be_deleted(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, ana: User, world: World, simulator: Simulator,
    client_of: Any,
) -> None:  # fmt: skip
    ask(program, coffee)
    withdrawn(simulator, coffee)
    world.drive()
    client_of(ana).post(f"/m/harbor-grill/campaigns/{Campaign.objects.get().pk}/delete/")
    assert Campaign.objects.get().state == "draft"


def test_who_waits_in_vain_until_the_end_is_given_up_and_people_are_told(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, ana: User, world: World, simulator: Simulator
) -> None:
    made = ask(program, coffee)
    withdrawn(simulator, coffee)
    world.drive()
    world.advance(15 * 86_400)
    world.drive()
    assert (told(program, made)["state"], told(program, made)["outcomes"]) == ("campaign_ended", {"not_sent": 1})
    assert "in vain" in Notification.objects.get(person=ana, kind="finished").sentence
    assert EventBatch.objects.get().guests == []


@pytest.mark.parametrize("why", ["opted_out", "token_ended"])
def test_who_waits_for_a_campaign_that_can_no_longer_come_is_given_up(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, harbor: Merchant, ana: User, world: World, why: str
) -> None:
    made = ask(program, coffee)
    if why == "opted_out":
        Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    else:
        end_token(token=program.token, actor=ana)
    world.advance(11)
    due_work.drive_due_work()
    assert EventBatch.objects.get().given_up == why, made


def test_the_same_guest_gets_nothing_twice_whatever_the_reward(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, world: World,
    harbor: Merchant,
) -> None:  # fmt: skip
    Merchant.objects.filter(pk=harbor.pk).update(repeat_days=0)
    made = [ask(program, reward) for reward in (coffee, dessert, coffee)]
    world.drive()
    assert [told(program, each)["outcomes"] for each in made[1:]] == [{"already_rewarded": 1}, {"duplicate": 1}]
    assert sum(each.rewarded_count for each in GuestList.objects.all()) == 1
    world.advance(86_400)
    later = [ask(program, reward) for reward in (dessert, coffee)]
    world.drive()
    assert [told(program, each)["outcomes"] for each in later] == [{"rewarded": 1}, {"already_rewarded": 1}]


def test_who_was_rewarded_lately_by_a_list_gets_nothing(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, one_arm: Campaign, launched: Any, world: World
) -> None:
    launched(one_arm, "ann@example.com")
    world.drive()
    world.advance(20 * 86_400)
    made = ask(program, coffee)
    world.drive()
    assert told(program, made)["outcomes"] == {"already_rewarded": 1}


def test_a_guest_in_control_of_another_campaign_gets_nothing_and_is_told_so(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, campaign: Campaign, launched: Any, world: World,
    simulator: Simulator, ben: User, client_of: Any,
) -> None:  # fmt: skip
    launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(30)))
    world.drive()
    before, held_out = issued(simulator), GuestList.objects.get().guests.filter(outcome="control")[0]
    made = ask(program, coffee, {"email": held_out.value.upper()}, key="a")
    assert (made.status_code, made.json()["state"]) == (202, "finished")
    assert made.json()["detail"] == "Control, which gets nothing."
    assert told(program, made)["outcomes"] == {"control": 1}
    (guest,) = program.get(f"/batches/{made.json()['id']}/guests", outcome="control").json()["items"]
    assert (guest["index"], guest["outcome"]) == (0, "control")
    assert ask(program, coffee, {"email": held_out.value.upper()}, key="a").content == made.content
    world.drive()
    assert (issued(simulator), EventBatch.objects.get().guests, GuestList.objects.count()) == (before, [], 1)
    assert ApiToken.objects.get().asked_count == RewardPreset.objects.get().asked_count == 1
    assert program.delete(f"/batches/{made.json()['id']}").status_code == 409
    stream = client_of(ben).get(f"/m/harbor-grill/streams/{EventBatch.objects.get().stream_id}/").content.decode()
    assert "Control, which gets nothing: 1 more guest of this day." in " ".join(stream.split())
    assert told(program, ask(program, coffee, "somebody"))["outcomes"] == {"waiting": 1}


def test_who_is_in_control_of_a_campaign_that_is_no_longer_compared_is_rewarded(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, campaign: Campaign, launched: Any, world: World
) -> None:
    launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(30)))
    world.drive()
    held_out = GuestList.objects.get().guests.filter(outcome="control")[0]
    Campaign.objects.filter(pk=campaign.pk).update(redeemable_to=timezone.now())
    made = ask(program, coffee, {"email": held_out.value})
    world.drive()
    assert told(program, made)["outcomes"] == {"rewarded": 1}


def test_above_the_threshold_somebody_has_to_approve(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, harbor: Merchant, abe: User, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    first = ask(program, coffee, "ann")
    world.drive(hours=1)
    second = ask(program, coffee, "bob")
    world.drive(hours=1)
    assert told(program, first)["outcomes"] == {"rewarded": 1}
    assert told(program, second)["state"] == "needs_approval"


def test_no_more_guests_than_the_preset_allows_in_a_period(
    program: Program, harbor: Merchant, ana: User, coffee: RewardTemplate, dessert: RewardTemplate, world: World
) -> None:
    preset_of(harbor, ana, guests_per_period=2)
    first = ask(program, coffee, "ann")
    assert ask(program, dessert, "bob").status_code == 202
    refused = ask(program, coffee, "cyd")
    assert refused.status_code == 429
    assert "2 guests a week" in refused.json()["detail"]
    assert refused["Retry-After"] == str((7 * 24 - 5) * 3600 + 1), "Until Monday in Los Angeles."
    program.delete(f"/batches/{first.json()['id']}")
    assert ask(program, coffee, "cyd").status_code == 202
    world.advance(7 * 86_400)
    assert ask(program, coffee, "dan").status_code == 202


def test_the_campaign_made_is_no_way_around_the_preset(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, world: World
) -> None:
    ask(program, coffee)
    world.drive()
    refused = program.post(f"/campaigns/{Campaign.objects.get().pk}/rewards", {"guests": [{"email": "b@example.com"}]})
    assert (refused.status_code, "one by one at /rewards" in refused.json()["detail"]) == (409, True)
    assert EventBatch.objects.count() == 1


def test_what_is_taken_back_leaves_room_where_it_was_counted_alone(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, harbor: Merchant,
    ana: User, world: World,
) -> None:  # fmt: skip
    first = ask(program, coffee, "ann")
    world.advance(7 * 86_400)
    ask(program, dessert, "bob")
    program.delete(f"/batches/{first.json()['id']}")
    preset.refresh_from_db()
    assert preset.asked_count == 1, "Ann was counted in the week before."


def test_a_change_of_the_period_or_the_zone_empties_no_count(
    program: Program, harbor: Merchant, ana: User, coffee: RewardTemplate, world: World
) -> None:
    preset_of(harbor, ana, guests_per_period=1)
    first = ask(program, coffee, "ann")
    preset_of(harbor, ana, guests_per_period=1, period="day")
    Merchant.objects.filter(pk=harbor.pk).update(time_zone="Pacific/Auckland")
    again = Program.of(ApiToken.objects.get(), program.secret)
    refused = ask(again, coffee, "bob")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 5 * 86_400, "The week that has begun is counted to its end."
    again.delete(f"/batches/{first.json()['id']}")
    assert ask(again, coffee, "bob").status_code == 202
    world.advance(8 * 86_400)
    assert ask(again, coffee, "cyd").status_code == 202


def test_who_was_rewarded_while_a_list_waited_for_an_approver_gets_nothing_by_it(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, harbor: Merchant,
    abe: User, world: World,
) -> None:  # fmt: skip
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=0)
    first = ask(program, coffee)
    world.drive(hours=1)
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=None)
    second = ask(program, dessert)
    world.drive(hours=1)
    assert told(program, second)["outcomes"] == {"rewarded": 1}
    asked = GuestList.objects.get(state=ListState.AWAITING_APPROVAL)
    assert approve_list(guest_list=asked, token=asked.confirm_token, actor=abe)
    world.drive(hours=1)
    assert told(program, first)["outcomes"] == {"already_rewarded": 1}
    made = GuestList.objects.get(pk=asked.pk)
    assert (made.state, made.closed, IssuanceJob.objects.count()) == (ListState.FINISHED, True, 1)


def test_a_refusal_by_the_tokens_own_limit_counts_for_nothing(
    harbor: Merchant, ana: User, preset: RewardPreset, coffee: RewardTemplate
) -> None:
    program = Program(harbor, ana, guests_per_day=1)
    assert [ask(program, coffee, name).status_code for name in "ab"] == [202, 429]
    preset.refresh_from_db()
    assert preset.asked_count == 1


def test_an_opted_out_merchant_rewards_nobody(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, harbor: Merchant
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    refused = ask(program, coffee)
    assert (refused.status_code, "no longer lists" in refused.json()["detail"]) == (409, True)


def test_while_sending_is_paused_guests_wait(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, world: World
) -> None:
    pause_sending(actor=None, reason="A test")
    made = [ask(program, coffee, "ann"), ask(program, dessert, "bob")]
    world.drive(hours=0.2)
    assert not IssuanceJob.objects.exists()
    assert all(told(program, each)["outcomes"] == {"waiting": 1} for each in made)
    assert GuestList.objects.filter(state=ListState.HELD).count() == 1


def test_a_campaign_that_thanx_has_since_before_a_restore_is_found(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, world: World, simulator: Simulator
) -> None:
    ask(program, coffee)
    world.drive()
    thanx_id = Campaign.objects.get().thanx_id
    Campaign.objects.update(  # As a backup of the moment after the request has it.
        state="publishing", thanx_id="", raw={}, publish_attempts=0, next_attempt_at=timezone.now(), published_at=None
    )
    world.drive()
    assert Campaign.objects.get().thanx_id == thanx_id
    assert len(simulator.books.campaigns) == 1


def test_the_log_says_which_program_had_the_campaign_made(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, harbor: Merchant, world: World
) -> None:
    ask(program, coffee)
    world.drive()
    lines = [line.sentence for line in Activity.objects.for_merchant(harbor).filter(actor=None)]
    assert [line for line in lines if line.startswith(("Drafted", "Published", "Launched"))] == [
        f"Launched “{GuestList.objects.get().name}”: 1 reward. By “Survey tool”.",
        f"Published the campaign “{Campaign.objects.get().name}”. By “Survey tool”.",
        f"Drafted the campaign “{Campaign.objects.get().name}”. By “Survey tool”.",
    ]


def test_a_name_that_is_too_long_is_cut(program: Program, harbor: Merchant, ana: User, coffee: RewardTemplate) -> None:
    RewardTemplate.objects.filter(pk=coffee.pk).update(name="A very long name " * 15)
    preset_of(harbor, ana, name="{reward} {reward} {reward} {period}")
    assert ask(program, coffee).status_code == 202
    assert len(Campaign.objects.get().name) <= 120


def test_a_session_is_no_token(preset: RewardPreset, coffee: RewardTemplate, ana: User) -> None:
    browser = Client()
    browser.force_login(ana)
    sent = browser.post("/api/v1/rewards", ANN | {"reward_template_id": coffee.pk}, content_type="application/json")
    assert sent.status_code == 401


def test_a_parked_list_holds_up_no_other_reward_and_looks_again_once_it_is_mended(
    program: Program, preset: RewardPreset, coffee: RewardTemplate, dessert: RewardTemplate, world: World, sam: User,
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*args: Any) -> None:
        raise MemoryError

    stuck = ask(program, coffee, "ann")
    with monkeypatch.context() as poison:
        poison.setattr(planning, "_claim_guests", fail)
        world.drive(hours=3)
    parked = GuestList.objects.parked().get()
    for guest in ("ann", "bob"):
        ask(program, dessert, guest)
    world.drive()
    assert (told(program, stuck)["state"], issued(simulator)) == ("held", 2)
    assert return_to_work(parked, actor=sam, reason="It has more memory now.")
    world.drive()
    assert (told(program, stuck)["outcomes"], issued(simulator)) == ({"already_rewarded": 1}, 2)
