"""Which token may ask what: every operation, by every kind of token, also by ids of another merchant."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.api.v1 import api
from issuance.models import EventBatch, Stream
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.factories import published_campaign
from thanxportal.accounts.models import ApiToken, Merchant, Scope, User

pytestmark = pytest.mark.django_db
NEEDS: dict[str, Scope | None] = {
    "GET /health": None,
    "GET /campaigns": Scope.READ,
    "GET /campaigns/{pk}": Scope.READ,
    "GET /reward-templates": Scope.READ,
    "GET /batches": Scope.READ,
    "GET /batches/{batch_id}": Scope.READ,
    "GET /batches/{batch_id}/guests": Scope.READ,
    "POST /campaigns": Scope.CAMPAIGNS,
    "POST /campaigns/{pk}/rewards": Scope.REWARD,
    "POST /rewards": Scope.REWARD,
    "DELETE /batches/{batch_id}": Scope.REWARD,
    "POST /guests/lookup": Scope.GUESTS,
}
GUESTS = {"guests": [{"email": "ann@example.com"}]}


def operations() -> list[str]:
    paths = api.get_openapi_schema()["paths"]
    return [f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods]


def ask(program: Program, operation: str, campaign: Campaign, batch: EventBatch) -> Any:
    method, path = operation.split()
    path = path.replace("{pk}", str(campaign.pk)).replace("{batch_id}", str(batch.uuid))
    if method == "POST":
        return program.post(path, body_of(operation, campaign))
    return program.delete(path) if method == "DELETE" else program.get(path)


def body_of(operation: str, campaign: Campaign) -> dict[str, Any]:
    """What names something of the campaign's merchant, where a body can."""
    reward = campaign.variants.all()[0].reward_template_id
    if operation == "POST /guests/lookup":
        return {"email": "ann@example.com"}
    if operation == "POST /campaigns":
        return {"name": "Autumn", "arms": [{"reward_template_id": reward}]}
    return {"reward_template_id": reward, "phone": "202 555 0123"} if operation == "POST /rewards" else GUESTS


@pytest.fixture
def batch(harbor: Merchant, ana: User, one_arm: Campaign) -> EventBatch:
    Program(harbor, ana).post(f"/campaigns/{one_arm.pk}/rewards", GUESTS)
    return EventBatch.objects.get()


def test_every_operation_says_what_it_needs() -> None:
    assert sorted(operations()) == sorted(NEEDS)


@pytest.mark.parametrize("scope", Scope)
def test_a_token_may_do_what_its_scope_says_and_no_more(
    scope: Scope, harbor: Merchant, ana: User, one_arm: Campaign, batch: EventBatch
) -> None:
    program = Program(harbor, ana, scope)
    preset_of(harbor, ana)
    Stream.objects.update(token=program.token)
    for operation, needed in NEEDS.items():
        status = ask(program, operation, one_arm, batch).status_code
        assert status in (200, 201, 202) if needed in (None, scope) else status == 403, operation


def test_tokens_that_are_none_any_more_may_do_nothing(
    harbor: Merchant, ana: User, one_arm: Campaign, batch: EventBatch
) -> None:
    ended, expired, wrong = (Program(harbor, ana) for _ in range(3))
    ApiToken.objects.filter(pk=ended.token.pk).update(ended_at=timezone.now())
    ApiToken.objects.filter(pk=expired.token.pk).update(expires_at=timezone.now())
    wrong.secret = wrong.secret[:-1] + ("a" if wrong.secret[-1] != "a" else "b")
    for program in (ended, expired, wrong):
        for operation in NEEDS:
            assert ask(program, operation, one_arm, batch).status_code == 401, operation


def test_ids_of_another_merchant_lead_nowhere(
    sunny: Merchant, cleo: User, harbor: Merchant, one_arm: Campaign, batch: EventBatch
) -> None:
    program = Program(sunny, cleo)
    published_campaign(sunny)
    preset_of(sunny, cleo)
    for operation in NEEDS:
        names_one = operation.startswith("POST") and "guests" not in operation
        answer, status = ask(program, operation, one_arm, batch), 422 if names_one else 200
        assert answer.status_code == (404 if "{" in operation else status), operation
        assert one_arm.name not in answer.content.decode()
        assert harbor.handle not in answer.content.decode()
    batch.refresh_from_db()
    assert (batch.waits, EventBatch.objects.count(), Campaign.objects.count()) == (True, 1, 2)
