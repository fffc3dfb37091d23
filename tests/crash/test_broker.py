"""The broker may repeat, drop, delay and reorder messages, or be away: the ledger ends the same."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from campaigns.models import Campaign
from issuance import tasks
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list
from issuance.models import Attempt, GuestList, IssuanceJob
from issuance.worker import due_work
from tests.world import World
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
GUESTS = [
    *(f"guest{number}@example.com" for number in range(40)),
    "guest1@example.com",
    "refused1@example.com",
    "nobody",
    "+12025550143",
]
LEDGER = {"rows": 44, "invalid": 1, "duplicate": 1, "refused": 3}  # The simulator judges guests by their address.
Message = Callable[[], object]
Broker = Callable[[list[Message], float, random.Random], list[Message]]  # sent, seconds since the start -> delivered
BROKERS: dict[str, Broker] = {
    "repeats all three times": lambda sent, at, dice: sent * 3,
    "drops all": lambda sent, at, dice: [due_work.drive_due_work],  # Then only the sweepers are left.
    "drops most": lambda sent, at, dice: [message for message in sent if dice.random() < 0.1],
    "reorders": lambda sent, at, dice: dice.sample(sent, len(sent)),
    "delays until nobody waits any more": lambda sent, at, dice: sent if dice.random() < 0.05 else [],
    "is down for ten minutes": lambda sent, at, dice: sent if at > 600 else [],
    "does all of it": lambda sent, at, dice: [
        message for message in dice.sample(sent * 3, len(sent) * 3) if dice.random() < 0.4
    ],
}


def brought(campaign: Campaign) -> GuestList:
    return create_list(campaign=campaign, name="June guests", content="\n".join(GUESTS), actor=None)


def messages(guest_list: GuestList) -> list[Message]:
    """All that was or could have been sent about a list so far."""
    jobs = IssuanceJob.objects.filter(guest_list=guest_list).values_list("pk", flat=True)
    about_jobs = [partial(tasks.work_job, pk) for pk in jobs]
    return [partial(tasks.read_list, guest_list.pk), partial(tasks.work_list, guest_list.pk), *about_jobs]


def launch_if_checked(guest_list: GuestList) -> None:
    guest_list.refresh_from_db()
    if guest_list.state == "checked":
        assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)


def ledger_of(guest_list: GuestList, simulator: Simulator) -> dict[str, int]:
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert guest_list.closed
    rewards = simulator.rewards_by_identifier(guest_list.campaign.thanx_id)
    assert max(rewards.values()) == 1
    assert set(rewards) == set(guest_list.guests.filter(outcome="rewarded").values_list("value", flat=True))
    sent = Attempt.objects.filter(job__guest_list=guest_list)
    assert sent.values("idempotency_key").distinct().count() == guest_list.jobs.count()
    return {
        term: count for term, count in guest_list.ledger.items() if term in ("rows", "invalid", "duplicate", "refused")
    }


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("broker", BROKERS)
def test_whatever_the_broker_does_the_ledger_ends_the_same(
    broker: str, seed: int, one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    guest_list, dice, at = brought(one_arm), random.Random(seed), 0.0
    while guest_list.state != "finished" and at < 7_200:
        for message in BROKERS[broker](messages(guest_list), at, dice):
            message()
        launch_if_checked(guest_list)
        step = dice.uniform(0, 20)
        world.advance(step)
        at += step
    assert ledger_of(guest_list, simulator) == LEDGER


def test_what_is_brought_without_a_broker_is_picked_up_within_fifteen_seconds(
    one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    guest_list = brought(one_arm)
    assert due_work.seconds_to_next_due(most=15) < 15
    due_work.drive_due_work()
    guest_list.refresh_from_db()
    assert guest_list.state == "checked"
    launch_if_checked(guest_list)
    due_work.drive_due_work()
    world.advance(15)
    due_work.drive_due_work()
    assert guest_list.jobs.get().thanx_id in simulator.jobs


def test_a_message_about_nothing_harms_nothing(db: None) -> None:
    for task in (tasks.read_list, tasks.work_list, tasks.work_job):
        task(999_999)
