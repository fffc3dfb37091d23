"""Programs that ask at the same moment: one campaign for a reward and period, one batch for a key, none too many."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connections

from campaigns.models import Campaign, RewardPreset
from issuance.api import making
from issuance.events.gathering import gather, streams_to_gather
from issuance.models import EventBatch, GuestList
from issuance.worker import due_work
from tests.crash import as_often
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import ApiToken, Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "not __import__('django.db').db.connection.vendor == 'postgresql'",
        reason="SQLite lets one transaction write at a time, so there is no such race.",
    ),
]
AT_ONCE = 8
ROUNDS = as_often(usually=3, ci=10, full=50)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Does all at the same moment, each in a thread with a database connection of its own."""
    start, answers = threading.Barrier(len(acts)), list[Any]()

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait()
            answers.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(acts)
    return answers


def posted(merchant: Merchant, maker: User, path: str, bodies: list[dict[str, Any]], key: str = "") -> list[Any]:
    """The answers to one program that asks for all of them at once."""
    first = Program(merchant, maker)
    many = [(Program.of(first.token, first.secret), body) for body in bodies]
    return together(*(partial(program.post, path, body, key=key) for program, body in many))


def test_first_guests_who_come_at_once_share_one_campaign(
    harbor: Merchant, ana: User, world: World, simulator: Simulator
) -> None:
    preset_of(harbor, ana, period="day")
    reward = harbor.reward_templates.order_by("pk")[0]
    for number in range(1, ROUNDS + 1):
        guests = [{"email": f"g{number}-{at}@example.com", "reward_template_id": reward.pk} for at in range(AT_ONCE)]
        answers = posted(harbor, ana, "/rewards", guests)
        assert [answer.status_code for answer in answers] == [202] * AT_ONCE
        assert Campaign.objects.count() == number
        world.drive(hours=1)
        world.advance(86_400)
    assert len(simulator.books.campaigns) == ROUNDS
    issued = [identifier for job in simulator.books.jobs.values() for identifier in job.identifiers]
    assert len(issued) == len({*issued}) == ROUNDS * AT_ONCE
    assert RewardPreset.objects.get().asked_count == AT_ONCE


def test_the_same_request_at_once_is_one_batch_and_one_campaign(harbor: Merchant, ana: User) -> None:
    preset_of(harbor, ana)
    reward = harbor.reward_templates.order_by("pk")[0]
    for number in range(1, ROUNDS + 1):
        guest = {"email": f"guest{number}@example.com", "reward_template_id": reward.pk}
        answers = posted(harbor, ana, "/rewards", [guest] * AT_ONCE, key="a")
        assert len({answer.content for answer in answers}) == 1, answers
        assert (EventBatch.objects.count(), Campaign.objects.count()) == (number, 1)
    assert RewardPreset.objects.get().asked_count == ROUNDS


def test_a_campaign_that_is_asked_for_twice_at_once_is_made_once(harbor: Merchant, ana: User) -> None:
    for number in range(1, ROUNDS + 1):
        answers = posted(harbor, ana, "/campaigns", [{"name": "Summer"}] * AT_ONCE, key="a")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert Campaign.objects.count() == number


def test_of_more_campaigns_at_once_than_a_day_has_room_for_the_others_are_refused(
    harbor: Merchant, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_A_DAY", 3)
    answers = posted(harbor, ana, "/campaigns", [{"name": f"Summer {at}"} for at in range(AT_ONCE)])
    assert Counter(answer.status_code for answer in answers) == {201: 3, 429: AT_ONCE - 3}
    assert Campaign.objects.count() == 3


def test_of_more_guests_at_once_than_the_period_has_room_for_the_others_are_refused(
    harbor: Merchant, ana: User
) -> None:
    preset_of(harbor, ana, guests_per_period=3)
    rewards = list(harbor.reward_templates.order_by("pk"))
    guests = [{"email": f"g{at}@example.com", "reward_template_id": rewards[at % 2].pk} for at in range(AT_ONCE)]
    answers = posted(harbor, ana, "/rewards", guests)
    assert Counter(answer.status_code for answer in answers) == {202: 3, 429: AT_ONCE - 3}
    assert (RewardPreset.objects.get().asked_count, ApiToken.objects.get().asked_count) == (3, 3)


def test_of_more_guests_at_once_than_the_day_has_room_for_the_others_are_refused(
    harbor: Merchant, ana: User, one_arm: Campaign
) -> None:
    first = Program(harbor, ana, guests_per_day=3)
    posts = [
        partial(Program.of(first.token, first.secret).post, f"/campaigns/{one_arm.pk}/rewards",
                {"guests": [{"email": f"g{at}@example.com"}]}, key=str(at // 2))
        for at in range(2 * AT_ONCE)
    ]  # fmt: skip
    answers = together(*(partial(post) for post in posts))
    assert Counter(answer.status_code for answer in answers)[202] >= 3
    assert (EventBatch.objects.count(), ApiToken.objects.get().asked_count) == (3, 3)


def test_one_guest_for_two_rewards_is_rewarded_once_though_two_workers_gather_at_once(
    harbor: Merchant, ana: User, world: World
) -> None:
    preset_of(harbor, ana)
    program = Program(harbor, ana)
    for number in range(1, ROUNDS + 1):
        for reward in harbor.reward_templates.all():
            program.post("/rewards", {"email": f"guest{number}@example.com", "reward_template_id": reward.pk})
        world.advance(11)
        due_work.drive_due_work()  # Publishes.
        together(*[partial(gather, stream) for stream in streams_to_gather()])
        world.drive(hours=1)
        assert sum(made.rewarded_count for made in GuestList.objects.all()) == number


def test_who_is_taken_back_while_a_worker_gathers_is_in_one_place(harbor: Merchant, ana: User, world: World) -> None:
    preset_of(harbor, ana)
    program, reward = Program(harbor, ana), harbor.reward_templates.order_by("pk")[0]
    for number in range(ROUNDS):
        guest = {"email": f"guest{number}@example.com", "reward_template_id": reward.pk}
        made = program.post("/rewards", guest).json()["id"]
        world.drive(hours=0.001)
        world.advance(11)
        together(partial(program.delete, f"/batches/{made}"), due_work.drive_due_work)
        world.drive(hours=1)
    outcomes = [program.get(f"/batches/{batch.uuid}").json()["outcomes"] for batch in EventBatch.objects.all()]
    assert all(each in ({"rewarded": 1}, {"not_sent": 1}) for each in outcomes)
    assert RewardPreset.objects.get().asked_count == outcomes.count({"rewarded": 1})
