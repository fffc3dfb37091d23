"""The runbook of docs/operations.md for a restored backup, played step by step: nobody is rewarded twice, and each
number is true, whether Thanx still knows the keys of before or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.launching.launch import launch_list
from issuance.models import GuestList, IssuanceJob, SendingPause, ThanxStatement
from issuance.worker import due_work
from tests.issuance.factories import checked
from tests.made_jobs import what_thanx_made
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
RUNBOOK = (Path(__file__).parents[2] / "docs" / "operations.md").read_text().partition("## After restoring a backup")[2]
STATEMENTS = "/admin/issuance/thanxstatement/"
Launch = Callable[[Campaign, str], GuestList]


def guests(first: int, last: int) -> str:
    return "\n".join(f"guest{number}@example.com" for number in range(first, last))


SENT_PARTLY, HELD, CHECKED, LOST, NEW = guests(0, 9), guests(10, 32), guests(40, 55), guests(60, 100), guests(200, 230)


def step(sentence: str) -> None:
    """What follows is what the runbook says."""
    assert sentence in " ".join(RUNBOOK.split()), f"The runbook doesn't say: {sentence}"


def launch(guest_list: GuestList) -> None:
    guest_list.refresh_from_db()
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)


class Portal:
    """Two people of the staff, and a merchant, at a portal that was restored."""

    def __init__(self, client_of: Callable[[User], Client], sam: User, rob: User, ana: User) -> None:
        self.sam, self.rob, self.ana = client_of(sam), client_of(rob), client_of(ana)

    def write_down(self, made: str, **more: str) -> None:
        fields = {"made_jobs": made, "complete": "on", "evidence": "Ticket 12, Thanx support."} | more
        answer = self.sam.post(f"{STATEMENTS}add/", fields)
        assert answer.status_code == 302, answer.content.decode()

    def confirm(self, by: Client | None = None) -> str:
        statement = ThanxStatement.objects.first()
        assert statement
        form = {"action": "confirm", "_selected_action": [statement.pk]}
        page = (by or self.rob).post(STATEMENTS, form).content.decode()
        reason = {"confirmed": "yes", "reason": "I compared it with the mail of Thanx."}
        answer = (by or self.rob).post(STATEMENTS, form | reason, follow=True)
        return " ".join((page + answer.content.decode()).split())

    def click(self, name: str, guest_list: GuestList) -> str:
        address = reverse(f"issuance:{name}", args=[guest_list.merchant.handle, guest_list.pk])
        return self.ana.post(address, follow=True).content.decode()


@pytest.fixture
def portal(client_of: Callable[[User], Client], sam: User, rob: User, ana: User) -> Portal:
    return Portal(client_of, sam, rob, ana)


def held_true(simulator: Simulator) -> None:
    """Nobody holds two rewards, the sums close, and who counts as rewarded is who holds one."""
    rewards = simulator.rewards_by_identifier()
    assert max(rewards.values()) == 1
    assert reconcile().differences == []
    rewarded = IssuanceJob.objects.filter(guests__outcome="rewarded").values_list("guests__value", flat=True)
    unknown = IssuanceJob.objects.filter(guests__outcome="unknown").values_list("guests__value", flat=True)
    assert set(rewarded) <= set(rewards) <= set(rewarded) | set(unknown)


@pytest.fixture
def restored(one_arm: Campaign, launched: Launch, world: World, simulator: Simulator) -> Iterator[list[GuestList]]:
    """A portal whose database is an hour older than what it sent; with the lists that the backup knows."""
    partly = launched(one_arm, SENT_PARTLY)
    assert due_work.plan_list(partly.pk)
    held, unlaunched = launched(one_arm, HELD), checked(one_arm, CHECKED)
    with transaction.atomic():
        backup = transaction.savepoint()
        world.drive()
        launch(unlaunched)
        launched(one_arm, LOST)
        world.drive()
        assert len(simulator.jobs) == 4
        transaction.savepoint_rollback(backup)
        world.advance(3600)
        for guest_list in (partly, held, unlaunched):
            guest_list.refresh_from_db()
        yield [partly, held, unlaunched]


@pytest.mark.parametrize("keys_told", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("keys_known", [True, False], ids=["known", "forgotten"])
def test_the_runbook_ends_with_nobody_rewarded_twice_and_true_numbers(
    keys_known: bool,
    keys_told: bool,
    restored: list[GuestList],
    one_arm: Campaign,
    launched: Launch,
    portal: Portal,
    world: World,
    simulator: Simulator,
) -> None:
    partly, held, unlaunched = restored
    made = what_thanx_made(simulator, with_keys=keys_told)
    if not keys_known:
        simulator.books.keys.clear()

    step("Start one worker.")
    due_work.drive_due_work()
    assert SendingPause.objects.get().sends_forgotten
    assert set(IssuanceJob.objects.values_list("guest_list", "state")) == {
        (partly.pk, "forgotten"), (held.pk, "forgotten"),
    }  # fmt: skip

    step("Merchants may stop lists.")
    assert "Stopped" in portal.click("list_stop", partly)
    assert "hasn’t ended" in portal.click("list_send_unsent", partly)
    assert IssuanceJob.objects.filter(state="cancelled").count() == 0

    step("Under *Statements of Thanx*, choose *Add*")
    portal.write_down(made)
    step("A colleague selects the statement and chooses *Confirm the selected statement*.")
    page = portal.confirm()
    assert "of Thanx that fit no list: 2." in page
    assert SendingPause.objects.get().sends_forgotten

    step("Ask the merchants to launch the lists that the portal has, and to bring and launch the others again.")
    world.advance(3600)
    launch(unlaunched)
    launched(one_arm, LOST)
    due_work.drive_due_work()
    portal.write_down(made)
    assert "fit no list" not in portal.confirm()
    assert not SendingPause.objects.get().sends_forgotten
    new = launched(one_arm, NEW)

    step("python manage.py reconcile --resume-sending")
    call_command(
        "reconcile", resume_sending=True, by="sam@example.com", reason="Settled with Thanx, ticket 12.",
        stdout=StringIO(), stderr=StringIO(),
    )  # fmt: skip
    assert len(simulator.jobs) == 4
    world.drive()
    assert len(simulator.jobs) == 5
    new.refresh_from_db()
    assert new.rewarded_count + new.refused_count == 30
    assert not GuestList.objects.exclude(state="finished").exists()
    assert not GuestList.objects.exclude(unknown_count=0).exists()
    held_true(simulator)
