"""Programs make campaigns under the checks of the builder's page, once however often they ask, and publish them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.api import making
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Notification, Scope, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


def summer(merchant: Merchant, **changes: Any) -> dict[str, Any]:
    first, second = merchant.reward_templates.order_by("pk")
    return {
        "name": "Summer", "objective": "Bring guests back", "fine_print": "One per guest.",
        "start_at": "2026-06-10T09:00:00-07:00", "end_at": "2026-06-30T09:00",
        "redeemable_from": "2026-06-10T16:00:00Z", "redeemable_to": "2026-07-15T09:00:00-07:00",
        "expected_guests": 500,
        "arms": [
            {"reward_template_id": first.pk, "percent": 60},
            {"reward_template_id": second.pk, "percent": 30, "name": "Second", "locked": True},
            {"name": "Control"},
        ],
    } | changes  # fmt: skip


def said(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {each["at"].removeprefix("body."): each["says"] for each in answer.json()["errors"]}


def test_a_draft_has_all_that_was_sent(program: Program, harbor: Merchant, ana: User) -> None:
    made = program.post("/campaigns", summer(harbor))
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["state"], told["accepts_guests"]) == ("Summer", "draft", False)
    assert (told["start_at"], told["end_at"]) == ("2026-06-10T16:00:00Z", "2026-06-30T16:00:00Z")
    assert [arm["percent"] for arm in told["arms"]] == [60, 30, 10]
    assert [arm["reward_template_id"] is None for arm in told["arms"]] == [False, False, True]
    campaign = Campaign.objects.get()
    assert told == program.get(f"/campaigns/{campaign.pk}").json()
    assert (campaign.created_by, campaign.asked_by, campaign.expected_guests) == (ana, "Survey tool", 500)
    assert [arm.locked for arm in campaign.variants.all()] == [False, True, False]


def test_a_campaign_is_published_at_once_on_demand_and_then_takes_guests(
    program: Program, harbor: Merchant, world: World, simulator: Simulator
) -> None:
    made = program.post("/campaigns", summer(harbor, publish=True))
    assert (made.status_code, made.json()["state"]) == (201, "publishing")
    path = f"/campaigns/{made.json()['id']}"
    early = program.post(f"{path}/rewards", {"guests": [{"email": "ann@example.com"}]})
    assert (early.status_code, "isn’t published yet" in early.json()["detail"]) == (409, True)
    world.drive()
    assert (program.get(path).json()["state"], len(simulator.books.campaigns)) == ("published", 1)
    assert program.post(f"{path}/rewards", {"guests": [{"email": "ann@example.com"}]}).status_code == 202


def test_the_log_says_which_program_did_it(program: Program, harbor: Merchant, world: World) -> None:
    program.post("/campaigns", summer(harbor, publish=True))
    lines = Activity.objects.for_merchant(harbor).filter(target__startswith="campaign:").order_by("pk")
    assert [line.sentence.partition(":")[0] for line in lines] == [
        "Drafted the campaign “Summer”. By “Survey tool”.", "Published the campaign “Summer”. By “Survey tool”.",
        "Fixed its split",
    ]  # fmt: skip
    assert {line.actor for line in lines} == {None}


@pytest.mark.parametrize(
    ("changes", "at", "says"),
    [
        ({"name": " "}, "name", "Give the campaign a name"),
        ({"name": "x" * 121}, "name", "at most 120 characters"),
        ({"start_at": "soon"}, "start_at", "ISO 8601"),
        ({"start_at": "06/07/2026 09:00"}, "start_at", "ISO 8601"),
        ({"start_at": "2026-06-07"}, "start_at", "ISO 8601"),
        ({"start_at": ""}, "start_at", "ISO 8601"),
        ({"start_at": "2026-06-31T09:00"}, "start_at", "Write a day and a time"),
        ({"start_at": "2027-03-14T02:30"}, "start_at", "there is no"),
        ({"end_at": "0026-06-30T09:00:00Z"}, "end_at", "Did you mean 2026?"),
        ({"expected_guests": 0}, "expected_guests", "greater than or equal to 1"),
        ({"arms": [{"percent": 101}]}, "arms.0.percent", "less than or equal to 100"),
        ({"arms": [{}, {"reward_template_id": 10**17, "percent": 1}]}, "arms.1.reward_template_id", "can’t be given"),
        ({"arms": [{"name": "control", "percent": 1}]}, "arms.0.name", "Only the arm without a reward"),
        ({"arms": [{"name": "Control"}] * 2}, "arms.1.reward_template_id", "only one Control"),
        ({"arms": [{"percent": 1}] * 5}, "arms", "at most 4."),
        ({"arms": [{"percent": "50"}]}, "arms.0.percent", "integer"),
        ({"publish": "yes"}, "publish", "boolean"),
        ({"state": "published"}, "", "a name that isn’t known"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_nothing_is_kept(
    program: Program, harbor: Merchant, changes: dict[str, Any], at: str, says: str
) -> None:
    errors = said(program.post("/campaigns", summer(harbor, **changes)))
    where = next((place for place in errors if place.endswith(at)), "")
    assert says in errors[where], errors
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"redeemable_to": None}, "Fill in all four dates"),
        ({"end_at": "2026-06-01T00:00"}, "end after it starts"),
        ({"start_at": "2020-06-01T00:00"}, "more than a year ago"),
        ({"arms": []}, "at least one arm"),
        ({"arms": [{"percent": 100}]}, "Pick a reward for the arm"),
    ],
)
def test_what_the_page_wouldnt_publish_is_neither_published_nor_kept(
    program: Program, harbor: Merchant, changes: dict[str, Any], says: str
) -> None:
    sent = summer(harbor, publish=True, **changes)
    told = program.post("/campaigns", sent)
    assert told.status_code == 422
    assert says in str(told.json()["errors"])
    assert not Campaign.objects.exists()
    assert program.post("/campaigns", sent | {"publish": False}).status_code == 201, "As a draft it can wait."


def test_a_reward_of_another_merchant_or_one_that_thanx_withdrew_cant_be_given(
    program: Program, harbor: Merchant, sunny: Merchant
) -> None:
    gone, foreign = harbor.reward_templates.order_by("pk")[0], sunny.reward_templates.order_by("pk")[0]
    harbor.reward_templates.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
    refused = [
        said(program.post("/campaigns", summer(harbor, arms=[{"reward_template_id": pk}])))
        for pk in (gone.pk, foreign.pk, 99_999)
    ]
    assert refused[0] == refused[1] == refused[2], "What is another's is as little there as what doesn't exist."


def test_nothing_is_published_for_a_merchant_that_has_opted_out(program: Program, harbor: Merchant) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    assert "no longer lists" in said(program.post("/campaigns", summer(harbor, publish=True)))["publish"]


def test_asked_again_after_a_lost_answer_there_is_one_campaign_and_the_same_answer(
    program: Program, harbor: Merchant, world: World, simulator: Simulator
) -> None:
    first = program.post("/campaigns", summer(harbor, publish=True), key="a")
    world.drive()
    again = program.post("/campaigns", summer(harbor, publish=True), key="a")
    assert (again.status_code, again.content) == (201, first.content)
    assert program.post("/campaigns", summer(harbor), key="a").status_code == 422
    assert (Campaign.objects.count(), len(simulator.books.campaigns)) == (1, 1)


def test_a_refused_request_uses_no_key_up(program: Program, harbor: Merchant) -> None:
    assert program.post("/campaigns", summer(harbor, name=""), key="a").status_code == 422
    assert program.post("/campaigns", summer(harbor), key="a").status_code == 201


def test_a_program_that_went_wrong_makes_no_more_than_some_a_day(
    program: Program, harbor: Merchant, ana: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_A_DAY", 2)
    made = [program.post("/campaigns", {"name": "A"}) for _ in range(3)]
    assert [each.status_code for each in made] == [201, 201, 429]
    assert made[2]["Retry-After"] == str(19 * 3600 + 1), "Until midnight in Los Angeles."
    assert Program(harbor, ana).post("/campaigns", {"name": "A"}).status_code == 201
    world.advance(timedelta(days=1).total_seconds())
    assert program.post("/campaigns", {"name": "A"}).status_code == 201


def test_who_may_publish_and_staff_are_told_that_thanx_refused_it(
    program: Program, harbor: Merchant, ana: User, ben: User, sam: User, world: World, simulator: Simulator
) -> None:
    made = program.post("/campaigns", summer(harbor, publish=True)).json()
    for template in harbor.reward_templates.all():
        simulator.unpublish(template.thanx_id)
    world.drive()
    told = program.get(f"/campaigns/{made['id']}").json()
    assert (told["state"], "Thanx no longer publishes" in told["problem"]) == ("draft", True)
    assert {each.person for each in Notification.objects.filter(kind="not_published")} == {ana, sam}
    assert "“Summer”, which “Survey tool” asked for, isn’t published." in Notification.objects.get(person=ana).sentence


def test_after_a_lost_answer_of_thanx_it_is_published_once(
    program: Program, harbor: Merchant, world: World, simulator: Simulator
) -> None:
    program.post("/campaigns", summer(harbor, publish=True))
    simulator.script("POST", "/partner/campaigns", [Fault.RESET_AFTER])
    world.drive()
    assert [campaign.state for campaign in Campaign.objects.all()] == ["published"]
    assert len(simulator.books.campaigns) == 1


def test_a_token_that_may_only_reward_makes_no_campaign(harbor: Merchant, ana: User) -> None:
    refused = Program(harbor, ana, Scope.READ, Scope.REWARD).post("/campaigns", {"name": "A"})
    assert (refused.status_code, "it lacks “campaigns”" in refused.json()["detail"]) == (403, True)


def test_blanks_around_a_name_are_not_counted(program: Program) -> None:
    assert program.post("/campaigns", {"name": f"\r {'x' * 120} "}).json()["name"] == "x" * 120
    assert program.post("/campaigns", {"name": "x" * 121}).status_code == 422
