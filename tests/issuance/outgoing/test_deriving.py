"""What happens to what programs asked for becomes messages: each once, whoever is killed, and without any email."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.settlement import end_job
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list
from issuance.launching.retries import retry_refused
from issuance.lifecycle.transitions import move_job
from issuance.models import EventBatch, Guest, GuestList, IssuanceJob
from issuance.models.states import JobState
from issuance.outgoing import bodies, deriving
from issuance.worker.messenger import tell_what_happened
from tests import cast
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.factories import published
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.outgoing.endpoints import add_endpoint, turn_off
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.outgoing.models import Endpoint, Happening, Message, MessageType

pytestmark = pytest.mark.django_db
FOUR = [{"email": f"guest{number}@example.com", "external_id": f"survey-{number}"} for number in range(3)]
FOUR.append({"email": "refused@example.com", "phone": "(202) 555-0123", "external_id": "till-7"})


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


@pytest.fixture
def endpoint(harbor: Merchant, ana: User) -> Endpoint:
    return add_endpoint(merchant=harbor, actor=ana, address="https://hooks.example.com/", types=MessageType.values)[0]


def ask(program: Program, campaign: Campaign, guests: list[Any]) -> str:
    answer = program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests})
    assert answer.status_code == 202
    return str(answer.json()["id"])


def told(kind: str = "") -> list[dict[str, Any]]:
    assert tell_what_happened() == 0
    bodies = [json.loads(message.body) for message in Message.objects.order_by("pk")]
    return [body["data"] for body in bodies if kind in ("", body["type"])]


def types() -> list[str]:
    return [*Message.objects.order_by("pk").values_list("type", flat=True)]


def test_a_batch_is_told_from_its_guests_to_its_end(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    batch = ask(program, one_arm, FOUR)
    world.drive()
    rewarded, refused, finished = told()
    assert types() == ["guest.rewarded", "guest.refused", "batch.finished"]
    made = GuestList.objects.get()
    of = {"batch_id": batch, "campaign_id": one_arm.pk, "list_id": made.pk}
    guests = [{"index": number, "external_id": f"survey-{number}"} for number in range(3)]
    assert rewarded == of | {"arm": "Arm A", "guests": guests}
    (guest,) = refused["guests"]
    assert (guest["index"], guest["external_id"], bool(guest["code"]), bool(guest["detail"])) == (
        3,
        "till-7",
        True,
        True,
    )
    assert finished["outcomes"] == {"rewarded": 3, "refused": 1}
    assert (finished["state"], finished["size"], finished["batch_id"]) == ("finished", 4, batch)
    assert Happening.objects.count() == 0


def test_no_message_has_an_email_or_a_phone_whatever_a_program_calls_its_guests(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    names = ["ann@example.com", "+12025550123", "(202) 555-0123", "order 77"]
    ask(program, one_arm, [guest | {"external_id": name} for guest, name in zip(FOUR, names, strict=True)])
    world.drive()
    guests = told("guest.rewarded")[0]["guests"] + told("guest.refused")[0]["guests"]
    assert [guest["external_id"] for guest in guests] == ["[email]", "[phone]", "[phone]", "order 77"]
    everything = " ".join(Message.objects.values_list("body", flat=True))
    assert "@" not in everything
    assert "555" not in everything


def test_batches_of_one_list_are_told_apart(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    first = ask(program, one_arm, FOUR[:1])
    second = ask(program, one_arm, FOUR[1:])
    world.drive()
    assert GuestList.objects.count() == 1
    rewarded = told("guest.rewarded")
    assert [(each["batch_id"], [guest["index"] for guest in each["guests"]]) for each in rewarded] == [
        (first, [0]), (second, [0, 1]),
    ]  # fmt: skip
    assert [each["size"] for each in told("batch.finished")] == [1, 3]


def test_many_guests_are_told_some_at_a_time(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_GUESTS", 2)
    ask(program, one_arm, FOUR)
    world.drive()
    assert [len(each["guests"]) for each in told("guest.rewarded")] == [2, 1]


def test_lists_of_people_have_no_messages_about_guests(
    launched: Callable[[Campaign, str], GuestList], one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    launched(one_arm, "a@example.com refused@example.com")
    world.drive()
    assert told() == []


def test_a_list_of_people_costs_settlement_nothing(
    launched: Callable[[Campaign, str], GuestList], one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    launched(one_arm, "a@example.com refused@example.com")
    with CaptureQueriesContext(connection) as queries:
        world.drive()
    assert not any("outgoing_" in query["sql"] for query in queries)


def test_without_anybody_to_tell_what_happened_is_forgotten(
    program: Program, one_arm: Campaign, endpoint: Endpoint, ana: User, world: World
) -> None:
    turn_off(endpoint=endpoint, actor=ana)
    ask(program, one_arm, FOUR)
    world.drive()
    assert Happening.objects.exists()
    assert told() == []
    assert not Happening.objects.exists()


def test_an_endpoint_is_told_what_it_asks_for_and_another_merchant_nothing(
    program: Program, one_arm: Campaign, harbor: Merchant, sunny: Merchant, ana: User, cleo: User, world: World
) -> None:
    some, _ = add_endpoint(merchant=harbor, actor=ana, address="https://a.example.com/", types=["batch.finished"])
    add_endpoint(merchant=sunny, actor=cleo, address="https://b.example.com/", types=MessageType.values)
    ask(program, one_arm, FOUR)
    world.drive()
    assert len(told()) == 1
    assert Message.objects.get().endpoint == some


@pytest.fixture
def again(
    program: Program, one_arm: Campaign, endpoint: Endpoint, sid: User, world: World
) -> tuple[list[str], GuestList]:
    """Two batches that ended, and a retry of the guest whom Thanx refused in the second, whose email is corrected."""
    batches = [ask(program, one_arm, FOUR[:1]), ask(program, one_arm, FOUR[1:])]
    world.drive()
    assert [each["outcomes"] for each in told("batch.finished")] == [{"rewarded": 1}, {"rewarded": 2, "refused": 1}]
    Message.objects.all().delete()
    Guest.objects.filter(outcome="refused").update(reason="USER_EMAIL_INVALID")
    retry = retry_refused(guest_list=GuestList.objects.get(), reasons=[], actor=sid)
    retry.guests.update(value="corrected@example.com")
    return batches, retry


def test_a_guest_whom_a_retry_rewarded_is_told_as_of_the_first_batch_which_finishes_once_more(
    again: tuple[list[str], GuestList], sid: User, world: World
) -> None:
    (_, batch), retry = again
    assert launch_list(guest_list=retry, token=retry.confirm_token, actor=sid)
    world.drive()
    rewarded, finished = told()
    assert (rewarded["batch_id"], [guest["index"] for guest in rewarded["guests"]]) == (batch, [2])
    assert (finished["batch_id"], finished["list_id"], finished["state"]) == (batch, retry.parent_id, "finished")
    assert finished["outcomes"] == {"rewarded": 3}
    assert types() == ["guest.rewarded", "batch.finished"], "Nobody of the other batch was sent again."


def test_of_a_retry_that_is_refused_once_more_the_last_counts_are_told_too(
    again: tuple[list[str], GuestList], sid: User, world: World
) -> None:
    (_, batch), retry = again
    retry.guests.update(value="refused2@example.com")
    assert launch_list(guest_list=retry, token=retry.confirm_token, actor=sid)
    world.drive()
    refused, finished = told()
    assert (refused["batch_id"], finished["batch_id"]) == (batch, batch)
    assert finished["outcomes"] == {"rewarded": 2, "refused": 1}


def test_a_retry_that_is_discarded_tells_nobody(again: tuple[list[str], GuestList], sid: User, world: World) -> None:
    assert discard_list(guest_list=again[1], actor=sid)
    world.drive()
    assert told() == []


def test_a_retry_of_a_list_of_people_has_no_messages(
    launched: Callable[[Campaign, str], GuestList], one_arm: Campaign, endpoint: Endpoint, sid: User, world: World
) -> None:
    launched(one_arm, "a@example.com refused@example.com")
    world.drive()
    Guest.objects.filter(outcome="refused").update(reason="USER_EMAIL_INVALID")
    retry = retry_refused(guest_list=GuestList.objects.get(), reasons=[], actor=sid)
    assert launch_list(guest_list=retry, token=retry.confirm_token, actor=sid)
    world.drive()
    assert told() == []


def test_rewards_that_were_taken_back_are_told(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    batch = ask(program, one_arm, FOUR)
    world.drive()
    told()
    Message.objects.all().delete()
    job = IssuanceJob.objects.get()
    assert move_job(job, JobState.REVOKING)
    assert end_job(job, JobState.REVOKED, revoked_at=timezone.now())
    (revoked,) = told()
    assert (revoked["batch_id"], revoked["guests_revoked"]) == (batch, 3)
    assert revoked["outcomes"] == {"revoked": 3, "refused": 1}
    assert types() == ["batch.revoked"]


def test_a_job_that_thanx_didnt_revoke_after_all_tells_nobody_twice(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    ask(program, one_arm, FOUR)
    world.drive()
    told()
    Message.objects.all().delete()
    job = IssuanceJob.objects.get()
    assert move_job(job, JobState.REVOKING)
    assert move_job(job, JobState.COMPLETED)
    assert told() == []


def test_a_list_that_waits_for_approval_is_told_with_its_page(
    program: Program, one_arm: Campaign, harbor: Merchant, endpoint: Endpoint, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    batch = ask(program, one_arm, FOUR)
    world.drive(hours=0.1)
    (asked,) = told("approval.requested")
    made = GuestList.objects.get()
    assert (asked["list_id"], asked["guests_count"], asked["batch_ids"]) == (made.pk, 4, [batch])
    assert asked["url"].endswith(f"/m/harbor-grill/lists/{made.pk}/approval/")


@pytest.mark.parametrize("why", ["withdrawn", "campaign_ended"])
def test_what_never_becomes_a_list_is_told_as_finished(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World, why: str
) -> None:
    batch = ask(program, one_arm, FOUR)
    if why == "withdrawn":
        assert program.delete(f"/batches/{batch}").status_code == 200
    else:
        Campaign.objects.filter(pk=one_arm.pk).update(end_at=one_arm.start_at)
        world.drive(hours=0.1)
    (finished,) = told()
    assert (finished["batch_id"], finished["state"], finished["outcomes"]) == (batch, why, {"not_sent": 4})
    assert finished["list_id"] is None


def test_a_guest_of_control_is_told_as_finished(
    program: Program, campaign: Campaign, launched: Callable[[Campaign, str], GuestList], endpoint: Endpoint,
    harbor: Merchant, ana: User, world: World,
) -> None:  # fmt: skip
    launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(30)))
    world.drive()
    preset_of(harbor, ana)
    held_out = Guest.objects.filter(outcome="control")[0]
    reward = harbor.reward_templates.order_by("pk")[0]
    batch = program.post("/rewards", {"email": held_out.value, "reward_template_id": reward.pk}).json()["id"]
    (finished,) = told("batch.finished")
    assert (finished["batch_id"], finished["state"], finished["outcomes"]) == (batch, "finished", {"control": 1})


def test_a_campaign_is_told_once_it_is_published(harbor: Merchant, endpoint: Endpoint, simulator: Any) -> None:
    campaign = published(cast.draft_campaign(harbor))
    (told_of,) = told()
    assert (told_of["campaign_id"], told_of["name"]) == (campaign.pk, "Win-back June")
    assert told_of["published_at"] == "2026-06-01T12:00:00Z"
    assert types() == ["campaign.published"]


def test_what_didnt_happen_in_the_end_is_told_to_nobody(one_arm: Campaign, endpoint: Endpoint) -> None:
    with transaction.atomic():
        note_happening(one_arm.merchant_id, Kind.CAMPAIGN_PUBLISHED, one_arm.pk)
        transaction.set_rollback(True)
    assert told() == []


def test_a_worker_killed_while_it_tells_has_told_nothing_and_the_next_tells_all(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(program, one_arm, FOUR)
    world.drive()
    before = Happening.objects.count()

    class Killed(BaseException):
        pass

    def die(*args: Any) -> None:
        tell(*args)
        raise Killed

    tell = deriving.tell
    monkeypatch.setattr(deriving, "tell", die)
    with pytest.raises(Killed), transaction.atomic():
        deriving.tell_happening(Happening.objects.order_by("pk")[0].pk)
    assert (Message.objects.count(), Happening.objects.count()) == (0, before)
    monkeypatch.setattr(deriving, "tell", tell)
    assert len(told()) == 3
    assert len(told()) == 3


def test_what_kills_whoever_tells_it_keeps_nobody_from_telling_the_rest(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(subject: int) -> None:
        raise Killed

    asked, _ = deriving.TELLERS[Kind.CAMPAIGN_PUBLISHED]
    monkeypatch.setitem(deriving.TELLERS, Kind.CAMPAIGN_PUBLISHED, (asked, die))  # type: ignore[arg-type]
    note_happening(one_arm.merchant_id, Kind.CAMPAIGN_PUBLISHED, one_arm.pk)
    ask(program, one_arm, FOUR)
    world.drive()
    deaths = 0
    for _ in range(240):  # an hour
        try:
            tell_what_happened()
        except Killed:
            deaths += 1
        world.advance(15)
    assert len(types()) == 3
    assert deaths < 20
    assert [each.kind for each in Happening.objects.all()] == [Kind.CAMPAIGN_PUBLISHED]


def test_what_cant_be_told_doesnt_hold_up_the_rest(
    program: Program, one_arm: Campaign, endpoint: Endpoint, world: World
) -> None:
    note_happening(one_arm.merchant_id, Kind.LIST_ENDED, 999_999)
    ask(program, one_arm, FOUR)
    world.drive()
    assert tell_what_happened() == 1
    assert len(types()) == 3
    assert EventBatch.objects.count() == 1


def test_every_kind_that_is_noted_has_somebody_who_tells_it() -> None:
    assert {*deriving.TELLERS} == {*Happening.Kind}
    assert {kind for asked, _ in deriving.TELLERS.values() for kind in asked} == {*MessageType.values}
