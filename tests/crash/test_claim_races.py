"""Two lists of one campaign at the same moment: no guest is promised a reward without a claim."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from campaigns.models import Campaign
from issuance.checking.reward_again import include_rewarded
from issuance.engine import planning
from issuance.engine.planning import plan_list
from issuance.engine.settlement import end_job
from issuance.launching.launch import launch_list
from issuance.models import ClaimOverride, GuestClaim, GuestList
from issuance.models.states import JobState
from tests.issuance.factories import checked
from thanxportal.accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True)]
on_postgresql = pytest.mark.skipif(
    "not __import__('django.db').db.connection.vendor == 'postgresql'",
    reason="SQLite lets one transaction write at a time, so there is no such race.",
)


def launched(campaign: Campaign, guests: list[str]) -> GuestList:
    made = checked(campaign, "\n".join(guests))
    assert launch_list(guest_list=made, token=made.confirm_token, actor=None)
    return made


def elsewhere(function: Callable[[], object]) -> threading.Thread:
    """Runs it in a thread with a database connection of its own."""

    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@on_postgresql
def test_a_claim_that_is_freed_while_another_list_is_planned_leaves_no_guest_without_one(
    one_arm: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = launched(one_arm, ["anna@example.com"])
    plan_list(first.pk)
    second = launched(one_arm, ["anna@example.com", "bob@example.com"])
    real_cursor = connection.cursor

    class FreesInBetween:
        """Another worker frees the first list's claims after the second list's were inserted."""

        def __init__(self) -> None:
            self.cursor = real_cursor()

        def __enter__(self) -> "FreesInBetween":
            return self

        def __exit__(self, *error: object) -> None:
            self.cursor.close()

        def execute(self, sql: str, params: Any = None) -> None:
            self.cursor.execute(sql, params)
            if sql.startswith("INSERT INTO issuance_guestclaim"):
                elsewhere(GuestClaim.objects.filter(guest_list=first).delete).join()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.cursor, name)

    with transaction.atomic(), monkeypatch.context() as context:
        context.setattr(connection, "cursor", FreesInBetween)
        planning._claim_guests(second)
        context.undo()
    promised = second.guests.filter(outcome="waiting")
    claimed = set(map(bytes, GuestClaim.objects.filter(guest_list=second).values_list("identity", flat=True)))
    assert {bytes(identity) for identity in promised.values_list("identity", flat=True)} == claimed


def meanwhile(planned: GuestList, function: Callable[[], object]) -> None:
    """Claims the guests of a list, and before that is committed somebody else calls the function."""
    with transaction.atomic():
        planning._claim_guests(planned)
        thread = elsewhere(function)
        thread.join(0.5)
    thread.join()


@on_postgresql
def test_a_short_list_is_planned_while_a_long_one_of_its_campaign_claims(one_arm: Campaign) -> None:
    long, short = launched(one_arm, ["anna@example.com"]), launched(one_arm, ["bob@example.com"])
    with transaction.atomic():
        planning._claim_guests(long)
        beside = elsewhere(lambda: plan_list(short.pk))
        beside.join(5)
        assert not beside.is_alive()
    assert short.jobs.count() == 1


@on_postgresql
def test_of_two_lists_that_claim_a_guest_at_once_one_rewards_him(one_arm: Campaign) -> None:
    first, second = launched(one_arm, ["anna@example.com"]), launched(one_arm, ["anna@example.com", "bob@example.com"])
    meanwhile(first, lambda: plan_list(second.pk))
    assert [*second.guests.order_by("row").values_list("outcome", flat=True)] == ["already_rewarded", "waiting"]


@on_postgresql
def test_a_guest_who_is_freed_while_another_list_claims_beside_is_held_by_that_list(
    one_arm: Campaign, sid: User
) -> None:
    first = launched(one_arm, ["anna@example.com"])
    plan_list(first.pk)
    again = checked(one_arm, "anna@example.com")
    assert include_rewarded(guest_list=again, campaign=one_arm, actor=sid, reason="The first one was lost.") == 1
    meanwhile(again, lambda: end_job(first.jobs.get(), JobState.CANCELLED))
    assert list(GuestClaim.objects.values_list("guest_list", "primary")) == [(again.pk, True)]


@on_postgresql
def test_a_decision_counts_the_guests_whom_another_list_is_claiming_just_now(one_arm: Campaign, sid: User) -> None:
    plan_list(launched(one_arm, ["bob@example.com"]).pk)
    again = checked(one_arm, "anna@example.com bob@example.com")
    other = launched(one_arm, ["anna@example.com"])
    decision = {"guest_list": again, "campaign": one_arm, "actor": sid, "reason": "Both were lost."}
    meanwhile(other, lambda: include_rewarded(**decision))
    assert ClaimOverride.objects.get().guests_count == 2
