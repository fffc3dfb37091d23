"""What programs ask for at the same moment is kept by one transaction, as if each had been alone."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from issuance.events.receiving import TooManyToday, checked
from issuance.events.together import Asked, together
from issuance.models import EventBatch, KeptAnswer
from tests.issuance.api.programs import Program
from thanxportal.accounts.models import ApiToken, Merchant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana, guests_per_day=10)


def wait(program: Program, campaign: Campaign, key: str, size: int = 1) -> Future[None]:
    """Another thread has asked for some guests, and nobody has kept them yet."""
    guests = [{"email": f"{key}-{number}@example.com"} for number in range(size)]
    answer = KeptAnswer(token=program.token, key=key, asked="-", status=202, answer="{}")
    asked = Asked(checked(campaign=campaign, token=program.token, guests=guests), answer, Future())
    together._asked.put(asked)
    return asked.done


def ask(program: Program, campaign: Campaign, *emails: str, key: str = "") -> Any:
    guests = [{"email": email} for email in emails or ["ann@example.com"]]
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests}, key=key)


def taken(program: Program) -> int:
    return ApiToken.objects.get(pk=program.token.pk).asked_count


def test_all_who_wait_are_kept_by_one_statement_and_counted(program: Program, one_arm: Campaign) -> None:
    others = [wait(program, one_arm, key, size) for key, size in (("a", 1), ("b", 3))]
    with CaptureQueriesContext(connection) as said:
        assert ask(program, one_arm).status_code == 202
    assert [other.result(timeout=0) for other in others] == [None, None]
    inserted = [query["sql"] for query in said if query["sql"].startswith('INSERT INTO "issuance_eventbatch"')]
    assert (len(inserted), EventBatch.objects.count(), KeptAnswer.objects.count()) == (1, 3, 3)
    assert taken(program) == 5
    assert ask(program, one_arm, "bob@example.com").status_code == 202
    assert EventBatch.objects.count() == 4


def test_who_asks_for_too_many_is_refused_alone(program: Program, one_arm: Campaign) -> None:
    before, too_many, after = (wait(program, one_arm, key, size) for key, size in (("a", 4), ("b", 7), ("c", 5)))
    assert ask(program, one_arm).status_code == 202
    assert (before.result(timeout=0), after.result(timeout=0)) == (None, None)
    assert isinstance(too_many.exception(timeout=0), TooManyToday)
    assert sum(batch.size for batch in EventBatch.objects.all()) == taken(program) == 10
    assert KeptAnswer.objects.count() == 3


def test_of_one_request_that_came_twice_one_is_kept(program: Program, one_arm: Campaign) -> None:
    first, again = (wait(program, one_arm, "a") for _ in range(2))
    assert ask(program, one_arm).status_code == 202
    assert first.result(timeout=0) is None
    assert isinstance(again.exception(timeout=0), IntegrityError)
    assert (EventBatch.objects.count(), taken(program)) == (2, 2)


def test_an_answer_kept_before_is_given_again_though_others_wait(program: Program, one_arm: Campaign) -> None:
    first = ask(program, one_arm, key="mine")
    other = wait(program, one_arm, "a")
    assert ask(program, one_arm, key="mine").content == first.content
    assert other.result(timeout=0) is None
    assert (EventBatch.objects.count(), taken(program)) == (2, 2)


def test_two_programs_and_campaigns_are_kept_together(program: Program, one_arm: Campaign, ana: User) -> None:
    sibling = Program(one_arm.merchant, ana, guests_per_day=2)
    other = wait(sibling, one_arm, "a", 2)
    assert ask(program, one_arm).status_code == 202
    assert other.result(timeout=0) is None
    assert [*EventBatch.objects.order_by("pk").values_list("stream__token", "size")] == [
        (sibling.token.pk, 2), (program.token.pk, 1),
    ]  # fmt: skip
    assert (taken(program), taken(sibling)) == (1, 2)
