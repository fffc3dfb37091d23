"""What programs asked for and is in no list yet: given up once nobody can be rewarded, but never if it may be sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.sending_pauses import pause_sending
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.models import EventBatch, GuestList
from issuance.models.states import JobState, ListState
from issuance.worker import due_work
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import Merchant, Notification, User
from thanxportal.accounts.tokens import end_token

pytestmark = pytest.mark.django_db
ENDS = ["campaign_ended", "opted_out", "token_ended"]


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


def ask(program: Program, campaign: Campaign, *names: str) -> Any:
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": [{"email": f"{n}@example.com"} for n in names]})


def make_vain(why: str, program: Program, campaign: Campaign, maker: User) -> None:
    if why == "opted_out":
        Merchant.objects.filter(pk=campaign.merchant_id).update(withdrawn_at=timezone.now())
    elif why == "campaign_ended":
        Campaign.objects.filter(pk=campaign.pk).update(end_at=timezone.now())
    else:
        assert end_token(token=program.token, actor=maker)


@pytest.mark.parametrize("why", ENDS)
def test_what_waits_is_given_up_though_a_list_before_it_waits_for_people(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, world: World, why: str
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    for name in "abc":
        ask(program, one_arm, name)
        world.drive(hours=0.1)
    assert list(EventBatch.objects.order_by("pk").values_list("waits", flat=True)) == [False, False, True]
    batch = program.get(f"/batches/{EventBatch.objects.latest('pk').uuid}").json()
    name = GuestList.objects.latest("pk").name
    assert batch["detail"] == f"It waits until somebody has decided about the earlier list “{name}”."
    make_vain(why, program, one_arm, ana)
    world.drive(hours=0.1)
    last = EventBatch.objects.latest("pk")
    assert (last.waits, last.given_up, last.guests) == (False, why, [])


def test_people_are_told_once_a_day_and_the_page_of_the_day_says_how_many(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, ben: User, world: World, client_of: Any
) -> None:
    ask(program, one_arm, "a", "b")
    ask(program, one_arm, "c")
    make_vain("campaign_ended", program, one_arm, ana)
    world.drive()
    told = Notification.objects.get(person=ana)
    assert told.sentence == "“Survey tool, Jun 1” asked for 3 guests in vain. Not sent: the campaign had ended."
    assert "Not sent: the campaign had ended: 3 more guests" in client_of(ben).get(told.path).content.decode()


@pytest.mark.parametrize("why", ENDS)
def test_what_may_have_been_sent_before_a_restore_is_planned_as_forgotten(
    program: Program, one_arm: Campaign, ana: User, world: World, why: str
) -> None:
    ask(program, one_arm, "a")
    pause_sending(actor=None, reason="Restored", sends_forgotten=True)
    make_vain(why, program, one_arm, ana)
    world.advance(11)
    due_work.drive_due_work()
    assert EventBatch.objects.get().given_up == ""
    assert [job.state for job in GuestList.objects.get().jobs.all()] == [JobState.FORGOTTEN]


def test_what_may_have_been_sent_before_a_restore_is_not_taken_back(program: Program, one_arm: Campaign) -> None:
    made = ask(program, one_arm, "a")
    pause_sending(actor=None, reason="Restored", sends_forgotten=True)
    assert program.delete(f"/batches/{made.json()['id']}").status_code == 409
    assert EventBatch.objects.get().waits


def test_who_opts_out_while_a_list_is_gathered_leaves_none_behind(
    program: Program, one_arm: Campaign, harbor: Merchant, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(program, one_arm, "a")
    world.advance(11)

    def meanwhile(made: GuestList) -> Any:
        Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
        return set_aside_rewarded(made)

    with monkeypatch.context() as patched:
        patched.setattr("issuance.events.gathering.set_aside_rewarded", meanwhile)
        assert due_work.drive_due_work() == 1
    assert not GuestList.objects.exists()
    world.advance(60)
    world.drive()
    assert [made.state for made in GuestList.objects.all()] == [ListState.FINISHED]
