"""The broker may repeat, drop, delay and reorder messages, or be away: the ledger ends the same."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from campaigns.models import Campaign
from issuance import engine, tasks
from issuance.models import Attempt, IssuanceJob, RecipientList
from issuance.services import create_list, launch_list
from tests.conftest import World
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


def brought(campaign: Campaign) -> RecipientList:
    return create_list(campaign=campaign, name="June guests", content="\n".join(GUESTS), actor=None)


def messages(guests: RecipientList) -> list[Message]:
    """All that was or could have been sent about a list so far."""
    jobs = IssuanceJob.objects.filter(recipient_list=guests).values_list("pk", flat=True)
    about_jobs = [partial(tasks.work_job, pk) for pk in jobs]
    return [partial(tasks.read_list, guests.pk), partial(tasks.work_list, guests.pk), *about_jobs]


def launch_if_checked(guests: RecipientList) -> None:
    guests.refresh_from_db()
    if guests.state == "checked":
        assert launch_list(recipient_list=guests, token=guests.confirm_token, actor=None)


def ledger_of(guests: RecipientList, simulator: Simulator) -> dict[str, int]:
    guests.refresh_from_db()
    assert guests.state == "finished"
    assert guests.closed
    rewards = simulator.rewards_by_identifier(guests.campaign.thanx_id)
    assert max(rewards.values()) == 1
    assert set(rewards) == set(guests.recipients.filter(outcome="rewarded").values_list("value", flat=True))
    sent = Attempt.objects.filter(job__recipient_list=guests)
    assert sent.values("idempotency_key").distinct().count() == guests.jobs.count()
    return {term: count for term, count in guests.ledger.items() if term in ("rows", "invalid", "duplicate", "refused")}


@pytest.mark.parametrize("seed", range(4))
def test_messages_repeated_dropped_and_in_any_order_end_in_the_same_ledger(
    seed: int, one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    guests, dice = brought(one_arm), random.Random(seed)
    for _ in range(300):
        sent = [message for message in messages(guests) * 3 if dice.random() < 0.4]
        dice.shuffle(sent)
        for message in sent:
            message()
        launch_if_checked(guests)
        world.advance(dice.uniform(0, 20))
        if guests.state == "finished":
            break
    assert ledger_of(guests, simulator) == LEDGER


def test_without_any_message_the_sweep_does_everything(one_arm: Campaign, simulator: Simulator, world: World) -> None:
    guests = brought(one_arm)
    for _ in range(40):
        tasks.sweep()
        launch_if_checked(guests)
        world.advance(15)
    assert ledger_of(guests, simulator) == LEDGER


def test_what_is_brought_without_a_broker_is_picked_up_within_fifteen_seconds(
    one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    guests = brought(one_arm)
    assert engine.seconds_to_next_due(most=15) < 15
    tasks.sweep()
    guests.refresh_from_db()
    assert guests.state == "checked"
    launch_if_checked(guests)
    tasks.sweep()
    world.advance(15)
    tasks.sweep()
    assert guests.jobs.get().thanx_id in simulator.jobs


def test_a_message_about_nothing_harms_nothing(db: None) -> None:
    for task in (tasks.read_list, tasks.work_list, tasks.work_job):
        task(999_999)
