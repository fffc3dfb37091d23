"""What a restored database may have sent is unknown until two people settle it with Thanx, whatever anybody clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.engine.sending_pauses import pause_sending, sends_were_forgotten
from issuance.launching.launch import continue_after_safety_stop, stop_list
from issuance.launching.one_guest import CantReward, reward_one_guest
from issuance.launching.retries import CantRetry, retry_refused, send_unsent
from issuance.models import GuestClaim, GuestList, IssuanceJob, Resolution, SendingPause, ThanxStatement
from issuance.staff.made_jobs import UnclearLine, read_made_jobs
from issuance.staff.resume_sending import resume_sending
from issuance.staff.statements import CantConfirm, confirm_statement
from issuance.worker import due_work
from tests.made_jobs import what_thanx_made
from tests.statements import settle, written
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
WHY = "Settled with Thanx, ticket 12."
PAGES = "/admin/issuance/thanxstatement/"


def guests(first: int, last: int) -> str:
    return "\n".join(f"guest{number}@example.com" for number in range(first, last))


def restore() -> None:
    """Makes the database look as if it had forgotten a send."""
    Credential.objects.update(sent_count=F("sent_count") - 1)
    assert sends_were_forgotten()


@pytest.fixture
def planned(one_arm: Campaign, launched: Launch, world: World, settings: Any) -> GuestList:
    """A list of nine guests in two jobs: ready in a database that was restored."""
    settings.JOB_SIZE = 5
    launched(one_arm, "first@example.com")
    world.drive()
    guest_list = launched(one_arm, guests(0, 9))
    assert due_work.plan_list(guest_list.pk)
    restore()
    world.advance(3600)
    return again(guest_list)


def again(guest_list: GuestList) -> GuestList:
    return GuestList.objects.select_related("campaign", "merchant").get(pk=guest_list.pk)


def states(guest_list: GuestList) -> list[str]:
    return list(guest_list.jobs.order_by("number").values_list("state", flat=True))


def test_planned_jobs_become_unknown_with_their_claims(planned: GuestList) -> None:
    assert states(planned) == ["forgotten", "forgotten"]
    assert (planned.state, planned.unknown_count, planned.waiting_count) == ("issuing", 9, 0)
    assert GuestClaim.objects.filter(guest_list=planned).count() == 9
    assert reconcile().differences == []


def test_nothing_that_merchants_do_frees_the_guests(
    planned: GuestList, launched: Launch, ana: User, world: World
) -> None:
    assert stop_list(guest_list=planned, actor=ana)
    assert not stop_list(guest_list=again(planned), actor=ana)
    assert not continue_after_safety_stop(guest_list=again(planned), actor=ana)
    for follow in (lambda: send_unsent(guest_list=again(planned), actor=ana),
                   lambda: retry_refused(guest_list=again(planned), reasons=(), actor=ana)):  # fmt: skip
        with pytest.raises(CantRetry):
            follow()
    one = {
        "gift": planned.campaign.variants.all()[0],
        "guest": "guest1@example.com",
        "reason": "Sorry",
        "token": uuid4(),
    }
    with pytest.raises(CantReward, match="rewarded this guest already"):
        reward_one_guest(**one, actor=ana)  # type: ignore[arg-type]
    same = launched(planned.campaign, guests(0, 9))
    world.work()
    assert states(planned) == ["forgotten", "forgotten"]
    assert again(same).already_rewarded_count == 9
    assert GuestClaim.objects.filter(guest_list=planned).count() == 9


def test_a_launched_list_cannot_go_back_to_its_review(
    one_arm: Campaign, launched: Launch, world: World, ana: User, client_of: Callable[[User], Client]
) -> None:
    launched(one_arm, "first@example.com")
    world.drive()
    held = launched(one_arm, guests(0, 3))
    Credential.objects.update(sent_count=F("sent_count") - 1)
    address = reverse("issuance:list_stop", args=[held.merchant.handle, held.pk])
    assert "can’t be stopped just now" in client_of(ana).post(address, follow=True).content.decode()
    assert again(held).state == "held"
    world.work()
    assert states(held) == ["forgotten"]


def test_the_database_refuses_to_send_or_cancel_a_planned_job_while_sends_are_forgotten(planned: GuestList) -> None:
    jobs = IssuanceJob.objects.filter(guest_list=planned)
    jobs.update(state="ready")
    for state in ("sending", "cancelled"):
        with pytest.raises(IntegrityError), transaction.atomic():
            jobs.update(state=state, ended_at=planned.launched_at, next_attempt_at=None)
    jobs.update(state="forgotten", next_attempt_at=None)
    for change in ({"sends_forgotten": False}, {"in_force": False}, {"forgotten_count": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SendingPause.objects.update(**change)


def test_surely_unsent_jobs_go_out_after_the_pause(
    planned: GuestList, sam: User, rob: User, simulator: Simulator, world: World
) -> None:
    settle(what_thanx_made(simulator), sam, rob)
    assert states(planned) == ["ready", "ready"]
    world.drive()
    assert states(planned) == ["ready", "ready"]
    resume_sending(actor=sam, reason=WHY)
    world.drive()
    assert again(planned).closed
    assert max(simulator.rewards_by_identifier().values()) == 1
    settled = Resolution.objects.values_list("decision", "proposed_by", "confirmed_by")
    assert set(settled) == {("never_executed", sam.pk, rob.pk)}
    said = Activity.objects.filter(sentence__contains="settled 2 jobs of “June guests”").get()
    assert said.actor == rob


def test_surely_unsent_jobs_of_a_stopped_list_are_cancelled(
    planned: GuestList, sam: User, rob: User, ana: User, simulator: Simulator
) -> None:
    stop_list(guest_list=planned, actor=ana)
    settle(what_thanx_made(simulator), sam, rob)
    assert states(planned) == ["cancelled", "cancelled"]
    assert (again(planned).state, again(planned).waiting_count) == ("stopped", 9)
    assert send_unsent(guest_list=again(planned), actor=ana).waiting_count == 9
    assert reconcile().differences == []


def test_alike_jobs_are_found_by_their_keys_as_long_as_thanx_knows_them(
    one_arm: Campaign, launched: Launch, world: World, settings: Any, sam: User, rob: User, simulator: Simulator
) -> None:
    """Two jobs of five guests each were sent, and Thanx doesn't say which of them has which id."""
    settings.JOB_SIZE = 5
    guest_list = launched(one_arm, guests(0, 10))
    backup = transaction.savepoint()
    world.drive()
    made = what_thanx_made(simulator, with_keys=False)
    transaction.savepoint_rollback(backup)
    due_work.plan_list(guest_list.pk)
    world.advance(60)
    settle(made, sam, rob)
    assert states(guest_list) == ["sending", "sending"]
    world.drive()
    assert len(simulator.jobs) == 2
    assert again(guest_list).closed


def test_alike_jobs_stay_unknown_once_thanx_may_have_forgotten_their_keys(
    one_arm: Campaign, launched: Launch, world: World, settings: Any, sam: User, rob: User, simulator: Simulator
) -> None:
    settings.JOB_SIZE = 5
    guest_list = launched(one_arm, guests(0, 10))
    backup = transaction.savepoint()
    world.drive()
    made = what_thanx_made(simulator, with_keys=False)
    transaction.savepoint_rollback(backup)
    due_work.plan_list(guest_list.pk)
    world.advance(60 * 60)
    settle(made, sam, rob)
    assert states(guest_list) == ["needs_staff", "needs_staff"]
    assert (again(guest_list).state, again(guest_list).unknown_count) == ("finished", 10)
    assert GuestClaim.objects.count() == 10
    resume_sending(actor=sam, reason=WHY)
    world.drive()
    assert len(simulator.jobs) == 2


def test_lists_that_share_guests_are_settled_by_keys_alone(
    one_arm: Campaign, launched: Launch, world: World, sam: User, rob: User, simulator: Simulator
) -> None:
    """Planned in another order, the second list has as many guests in its job as the first one had then."""
    first = launched(one_arm, guests(0, 10))
    backup = transaction.savepoint()
    world.drive()
    transaction.savepoint_rollback(backup)
    second = launched(one_arm, guests(6, 16))
    made = what_thanx_made(simulator, with_keys=False)
    assert sends_were_forgotten()
    due_work.plan_list(second.pk)
    due_work.plan_list(first.pk)
    matching = settle(made, sam, rob)
    assert [len(matching.questions), len(matching.unknown)] == [1, 2]
    assert states(first) + states(second) == ["forgotten", "forgotten"]
    settle(made, sam, rob, about_the_rest="Nobody knows the keys.")
    assert states(first) + states(second) == ["needs_staff", "needs_staff"]


def test_what_is_not_all_leaves_the_rest_unknown(planned: GuestList, sam: User, rob: User) -> None:
    settle("", sam, rob, complete=False)
    assert (states(planned), sends_were_forgotten()) == (["forgotten", "forgotten"], True)
    settle("", sam, rob, complete=False, about_the_rest="Thanx can’t tell.")
    assert (states(planned), sends_were_forgotten()) == (["needs_staff", "needs_staff"], False)
    assert set(Resolution.objects.values_list("decision", flat=True)) == {"unknown"}
    assert reconcile().differences == []


def test_a_job_that_was_revoked_meanwhile_ends_as_revoked(
    one_arm: Campaign, launched: Launch, world: World, sam: User, rob: User, simulator: Simulator
) -> None:
    guest_list = launched(one_arm, "a@example.com refused@example.com")
    backup = transaction.savepoint()
    world.drive()
    made = what_thanx_made(simulator)
    transaction.savepoint_rollback(backup)
    (theirs,) = simulator.jobs.values()
    theirs.revoke_asked_at = theirs.ended_at + 1
    due_work.plan_list(guest_list.pk)
    settle(made, sam, rob)
    world.drive()
    assert states(guest_list) == ["revoked"]
    assert (again(guest_list).revoked_count, again(guest_list).refused_count) == (1, 1)
    assert reconcile().differences == []


def test_canaries_that_are_settled_decide_about_the_rest(
    one_arm: Campaign, launched: Launch, world: World, settings: Any, sam: User, rob: User, simulator: Simulator
) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 5, 3
    guest_list = launched(one_arm, guests(0, 10))
    due_work.plan_list(guest_list.pk)
    pause_sending(actor=sam, reason="Restored without the marks.", sends_forgotten=True)
    assert states(guest_list) == ["forgotten", "forgotten"]
    settle("", sam, rob)
    resume_sending(actor=sam, reason=WHY)
    due_work.drive_due_work()
    assert states(guest_list)[1] == "ready"
    world.drive()
    assert again(guest_list).closed
    assert len(simulator.jobs) == 2


def test_two_people_settle_and_only_by_the_latest_statement(planned: GuestList, sam: User, rob: User) -> None:
    statement = written("", sam)
    with pytest.raises(CantConfirm, match="Somebody else"):
        confirm_statement(statement=statement, actor=sam, reason=WHY)
    later = written("", sam)
    with pytest.raises(CantConfirm, match="latest"):
        confirm_statement(statement=statement, actor=rob, reason=WHY)
    confirm_statement(statement=later, actor=rob, reason=WHY)
    with pytest.raises(CantConfirm, match="nothing to settle"):
        confirm_statement(statement=later, actor=rob, reason=WHY)
    for change in ({"evidence": "Another"}, {"confirmed_at": None, "confirmed_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ThanxStatement.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThanxStatement.objects.all().delete()


def test_lists_of_a_merchant_that_has_left_are_recorded_too(
    planned: GuestList, launched: Launch, sam: User, rob: User, simulator: Simulator, world: World
) -> None:
    held = launched(planned.campaign, guests(20, 23))
    Merchant.objects.update(withdrawn_at=timezone.now())
    world.work()
    assert states(held) == ["forgotten"]
    settle(what_thanx_made(simulator), sam, rob)
    resume_sending(actor=sam, reason=WHY)
    world.work()
    assert states(planned) + states(held) == ["ready"] * 3


def test_launched_lists_have_to_be_recorded_first(
    planned: GuestList, launched: Launch, sam: User, rob: User, ana: User
) -> None:
    waiting = launched(planned.campaign, guests(20, 23))
    with pytest.raises(CantConfirm, match=f"List {waiting.pk} was launched"):
        settle("", sam, rob)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("job1,camp1,var1", "3 columns"),
        ("job1,camp1,var1,many,2026-06-01T12:00:00Z\njob1,camp1,var1,many,2026-06-01T12:00:00Z", "Line 2"),
        ("job1,camp1,var1,0,2026-06-01T12:00:00Z", "number of guests"),
        ("job1,camp1,var1,10001,2026-06-01T12:00:00Z", "number of guests"),
        ("job1,camp1,var1,5,noon", "isn’t a time"),
        ("job1,camp1,var1,5,2026-06-01T12:00:00Z,secret", "idempotency key"),
        ("job1,,var1,5,2026-06-01T12:00:00Z", "an id is missing"),
        ("a,c,v,5,2026-06-01T12:00:00Z\na,c,v,5,2026-06-01T12:00:00Z", "named twice"),
    ],
)
def test_a_line_that_is_unclear_is_named(text: str, sentence: str) -> None:
    with pytest.raises(UnclearLine, match=sentence):
        read_made_jobs(text)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_lines_are_read_as_spreadsheets_write_them(separator: str) -> None:
    key = "5b3a3a52-6f0f-5b0a-9d5e-0a1b2c3d4e5f"
    rows = [
        ["id", "campaign", "variant", "guests", "time", "key"],
        ["j1", "c1", "v1", "5", "2026-06-01T12:00:00Z", key],
    ]
    text = "\ufeff" + "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows) + "\r\n\r\n"
    (job,) = read_made_jobs(text)
    assert (job.thanx_id, job.guests, str(job.key), job.made_at.year) == ("j1", 5, key, 2026)
