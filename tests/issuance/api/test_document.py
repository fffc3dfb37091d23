"""The API keeps what its OpenAPI document promises, whatever is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.conf import settings as portal
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from campaigns.models import Campaign
from issuance.api.v1 import api
from issuance.models import EventBatch
from tests.crash import as_often
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from thanxportal.accounts.models import Merchant, User
from thanxportal.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.repeats]
EXAMPLES = as_often(usually=25, ci=100, full=1_250)  # of each operation and kind
RULED = {
    "/api/v1/campaigns",
    "/api/v1/rewards",
    "/api/v1/guests/lookup",
}  # Rules between what is sent are in no document.
asked: Counter[int] = Counter()


@pytest.fixture
def program(harbor: Merchant, ana: User, one_arm: Campaign, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """Its requests leave the connection open as those of Django's own test client do: it is the test's transaction."""
    monkeypatch.setattr(portal, "PROGRAM_RATE", (10**9, 10**9))
    program = Program(harbor, ana, guests_per_day=1_000_000)
    preset_of(harbor, ana)
    for number in range(3):
        program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [{"email": f"guest{number}@example.com"}]})
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield program
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.usefixtures("refusals_unsaid")
def test_every_answer_is_one_that_the_document_names(mode: GenerationMode, program: Program, one_arm: Campaign) -> None:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    known = {"pk": one_arm.pk, "batch_id": str(EventBatch.objects.all()[0].uuid)}
    for result in schema.get_all_operations():
        _try(result.ok(), mode, program, known)
    assert not [status for status in asked if status >= 500], asked


def _try(operation: Any, mode: GenerationMode, program: Program, known: dict[str, Any]) -> None:
    """Who may ask is tested in test_rights. Parameters that nobody knows are left alone, but for what is in a body."""
    left_out = [ignored_auth] if operation.method.upper() == "POST" else [ignored_auth, negative_data_rejection]
    if operation.path in RULED:
        left_out.append(positive_data_acceptance)

    @settings(max_examples=EXAMPLES, derandomize=True, database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        if mode == GenerationMode.POSITIVE and case.path_parameters and len(str(case.body)) % 2:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        headers = {"Authorization": f"Bearer {program.secret}", "X-Merchant": "harbor-grill"}
        if mode == GenerationMode.POSITIVE:
            headers["Idempotency-Key"] = uuid4().hex  # The same one with something else is refused.
        response = case.call(app=application, headers=headers)
        asked[response.status_code] += 1
        case.validate_response(response, excluded_checks=left_out)

    check()
