"""What programs read of a merchant, and how errors are told."""

from __future__ import annotations

import json
from html import unescape
from typing import Any, get_args

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.api.schemas import GuestOutcome
from issuance.events.telling import NOT_SENT
from issuance.models import RowError
from issuance.models.states import Outcome
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.factories import published_campaign
from thanxportal.accounts.models import Merchant, Scope, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


def test_a_token_tells_whose_it_is(program: Program) -> None:
    told = program.get("/health").json()
    assert (told["merchant"], told["token"], told["scopes"]) == ("harbor-grill", "Survey tool", [*Scope])


def test_campaigns_come_page_by_page_with_their_arms(program: Program, harbor: Merchant) -> None:
    made = [published_campaign(harbor, name=f"Campaign {number}").pk for number in range(5)]
    seen, before = [], {}
    while before is not None:
        page = program.get("/campaigns", limit=2, **before).json()
        seen += [each["id"] for each in page["items"]]
        before = {"before": page["next"]} if page["next"] else None
    assert seen == made[::-1]
    one = program.get(f"/campaigns/{made[0]}").json()
    assert [(arm["name"], arm["percent"]) for arm in one["arms"]] == [("Arm A", 45), ("Arm B", 45), ("Control", 10)]
    assert one["accepts_guests"]
    assert one["arms"][2]["reward_template_id"] is None


def test_the_number_of_queries_does_not_grow_with_campaigns(
    program: Program, harbor: Merchant, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        published_campaign(harbor)
    program.get("/health")  # The first of a day is logged.
    with django_assert_max_num_queries(5):
        assert len(program.get("/campaigns").json()["items"]) == 5


def test_reward_templates_that_thanx_withdrew_are_left_out(program: Program, harbor: Merchant) -> None:
    first, second = harbor.reward_templates.order_by("pk")
    first.withdrawn_at = first.seen_at
    first.save()
    assert [each["id"] for each in program.get("/reward-templates").json()["items"]] == [second.pk]


def test_what_is_another_merchants_does_not_exist(program: Program, sunny: Merchant) -> None:
    other = cast.draft_campaign(sunny)
    assert program.get(f"/campaigns/{other.pk}").status_code == 404
    assert program.get("/campaigns").json()["items"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/campaigns/0", 422), (f"/campaigns/{10**30}", 422), ("/campaigns?limit=0", 422), ("/campaigns?before=x", 422),
        ("/campaigns/1", 404), ("/nothing", 404), ("/", 404), ("/campaigns/a%00b", 404),
    ],
)  # fmt: skip
def test_every_error_is_a_problem_in_json(program: Program, path: str, status: int) -> None:
    response = program.get(path)
    told = json.loads(response.content)
    assert (response.status_code, told["status"], response["Content-Type"]) == (
        status, status, "application/problem+json",
    )  # fmt: skip
    assert told["request_id"] == response["X-Request-ID"]
    assert told["title"]


def test_other_methods_and_missing_tokens_are_problems_too(program: Program) -> None:
    assert program.post("/batches", {}).json()["status"] == 405
    refused = Client().get("/api/v1/campaigns")
    assert (refused.json()["status"], refused["WWW-Authenticate"]) == (401, "Bearer")


def test_a_session_counts_for_nothing_where_programs_ask(campaign: Campaign, ana: User, client_of: Any) -> None:
    assert client_of(ana).get(f"/api/v1/campaigns/{campaign.pk}").status_code == 401


def test_an_error_of_ours_says_no_more_than_that(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("ann@example.com")

    monkeypatch.setattr("issuance.api.v1.page_of", fail)
    program.client.raise_request_exception = False
    response = program.get("/campaigns")
    assert (response.status_code, response.json()["title"]) == (500, "Something went wrong here")
    assert "ann@" not in response.content.decode()


def test_the_document_and_its_page_are_there_for_anybody() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    page = Client().get("/api/v1/docs").content.decode()
    for path in document["paths"]:
        assert path in page


def test_its_page_says_what_is_sent_and_has_a_command_for_each_operation() -> None:
    page = unescape(Client().get("/api/v1/docs").content.decode())
    for name in ("guests[].external_id", "guests[].fields", "reward_template_id", "arms[].percent", "X-Merchant"):
        assert f"<code>{name}</code>" in page
    assert page.count('aria-label="By curl"') == page.count("data-copy=") == 12
    assert """-d '{"guests": [{"email": "ann@example.com"}]}'""" in page
    assert '/api/v1/batches/$BATCH_ID/guests"' in page
    assert "`" not in page.partition("<main")[2].partition("</main")[0]


def test_the_document_says_how_to_go_on_and_what_is_too_long() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    pages = document["components"]["schemas"]
    assert "“after”" in pages["GuestPage"]["properties"]["next"]["description"]
    assert "“before”" in pages["Page_BatchOut_"]["properties"]["next"]["description"]
    too_long = document["paths"]["/api/v1/rewards"]["post"]["responses"]["413"]
    assert [*too_long["content"]] == ["application/problem+json"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/nothing", "", 404),
        ("get", "/campaigns/", "", 404),
        ("delete", "/campaigns", "", 405),
        ("post", "/rewards", "x" * 9_000_000, 413),
    ],
)
def test_what_is_refused_before_the_api_is_asked_says_what_to_do(
    program: Program, method: str, path: str, body: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {program.secret}"}
    refused = getattr(program.client, method)(f"/api/v1{path}", body, content_type="application/json", headers=headers)
    assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    assert refused.json()["detail"]


def test_the_document_names_each_outcome_that_a_guest_can_have() -> None:
    assert {*get_args(GuestOutcome)} == {*Outcome.values, RowError.INVALID, RowError.DUPLICATE, NOT_SENT}
