"""Programs with the right to it look up what one guest got, and no log, address or answer has who that is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.issuance.api.programs import Program
from tests.issuance.factories import read_file
from tests.world import World
from thanxportal.accounts.limits import RETRY_AFTER
from thanxportal.accounts.models import Activity, Merchant, Scope, User

pytestmark = pytest.mark.django_db
ANN = {"email": "Ann@Example.com "}


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana, Scope.GUESTS)


def lookup(program: Program, body: Any) -> Any:
    return program.post("/guests/lookup", body)


@pytest.mark.parametrize(
    "body",
    [{}, {"email": ""}, {"email": "a@example.com", "phone": "+12025550123"}, {"email": "ann"}, {"phone": "7"},
     {"mail": "ann@example.com"}, {"email": ["ann@example.com"]}, "[]", ""],
)  # fmt: skip
def test_what_names_no_guest_is_refused_and_leaves_no_line(body: Any, program: Program, harbor: Merchant) -> None:
    answer = lookup(program, body)
    assert answer.status_code in (400, 422)
    assert "ann" not in answer.content.decode()
    assert not Activity.objects.for_merchant(harbor).filter(target="guest").exists()


def test_a_guest_whom_no_list_names_got_nothing(program: Program) -> None:
    assert lookup(program, ANN).json() == {"items": [], "rewards": 0, "more": False}


def test_a_guest_is_found_in_every_spelling_and_told_without_a_name(
    program: Program, one_arm: Campaign, world: World, harbor: Merchant
) -> None:
    asking = Program(harbor, program.token.created_by, Scope.REWARD)
    asking.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [{"email": "ann@example.com"}]})
    world.drive()
    answer = lookup(program, ANN)
    (item,) = answer.json()["items"]
    reward = one_arm.variants.get().reward_template
    assert reward is not None
    assert (item["campaign_id"], item["list_id"], item["outcome"]) == (
        one_arm.pk,
        GuestList.objects.get().pk,
        "rewarded",
    )
    assert (item["reward_template_id"], item["reward"], answer.json()["rewards"]) == (reward.pk, reward.name, 1)
    assert "ann" not in answer.content.decode().lower().replace("anna", "")


def test_blanks_beside_a_phone_are_no_email(program: Program) -> None:
    assert lookup(program, {"email": "  ", "phone": "202 555 0123"}).status_code == 200


def test_the_log_says_that_a_program_asked_and_not_about_whom(
    program: Program, harbor: Merchant, caplog: pytest.LogCaptureFixture
) -> None:
    lookup(program, ANN)
    line = Activity.objects.for_merchant(harbor).get(target="guest")
    assert (line.actor, line.sentence) == (None, "Looked up what one guest got. By “Survey tool”.")
    assert "example.com" not in caplog.text.lower()


def test_guests_of_another_merchant_are_not_found(
    program: Program, sunny: Merchant, cleo: User, one_arm: Campaign
) -> None:
    read_file(one_arm, "Email\nann@example.com\n")
    assert len(lookup(program, ANN).json()["items"]) == 1
    assert lookup(Program(sunny, cleo, Scope.GUESTS), ANN).json()["items"] == []


def test_looking_up_is_no_part_of_reading_and_is_nothing_that_new_tokens_may_unless_somebody_says_so(
    harbor: Merchant, ana: User, client: Any
) -> None:
    assert lookup(Program(harbor, ana, Scope.READ, Scope.REWARD), ANN).status_code == 403
    client.force_login(ana)
    html = client.get(f"/m/{harbor.handle}/integrations/").content.decode()
    checked = re.findall(r'name="scopes" value="(\w+)"[^>]* checked', html)
    assert checked == ["read", "reward"]


def test_it_is_counted_among_the_searches_of_the_team(program: Program, harbor: Merchant, settings: Any) -> None:
    _, of_merchant, seconds = settings.LIMITS["searches"]
    for number in range(of_merchant):
        cache.add(f"searches:merchant:{harbor.pk}:{number}", True, seconds)
    refused = lookup(program, ANN)
    assert (refused.status_code, refused["Retry-After"]) == (429, str(RETRY_AFTER))
    cache.clear()
    for _ in range(10):
        assert lookup(program, ANN).status_code == 200, "A place is given back."


def test_no_address_takes_a_guest(program: Program) -> None:
    answer = program.get("/guests/lookup", email="ann@example.com")
    assert answer.status_code == 405
    assert "ann" not in answer.content.decode()
