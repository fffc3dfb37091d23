"""Whatever happens on the way to Thanx, a guest is rewarded once, or a person is told what is known."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.settlement import apply_snapshot
from issuance.launching.launch import launch_list, stop_list
from issuance.models import Attempt, GuestClaim, GuestList, IssuanceJob
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.partner_api import IssuanceJob as Snapshot
from thanxportal.partner_api import PartnerClient
from thanxportal.partner_simulator import Fault, Simulator

Launch = Callable[[Campaign, str], GuestList]
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(40))
LOST_ANSWERS = [
    Fault.RESET_AFTER,
    Fault.TIMEOUT_AFTER,
    Fault.HALF_BODY,
    Fault.HALF_HEADERS,
    Fault.ACCEPTED_WITHOUT_ID,
    Fault.STATUS_500,
    Fault.HTML_502,
    Fault.EMPTY_503,
    Fault.STATUS_504,
    Fault.RESET_BEFORE,
]
pytestmark = pytest.mark.django_db


def nobody_twice(simulator: Simulator) -> None:
    assert max(simulator.rewards_by_identifier().values(), default=0) <= 1


def ended(guest_list: GuestList) -> GuestList:
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert guest_list.closed
    return guest_list


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_a_lost_answer_is_replayed_with_the_same_key_and_bytes(
    fault: Fault, one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [fault, fault])
    world.drive()

    assert ended(guest_list).waiting_count == 0
    sends = Attempt.objects.filter(job__guest_list=guest_list)
    assert sends.count() == 3
    assert sends.values("idempotency_key", "body_sha256").distinct().count() == 1
    nobody_twice(simulator)
    rewarded = {row.value for row in guest_list.guests.filter(outcome="rewarded")}
    assert rewarded == set(simulator.rewards_by_identifier())


def test_a_429_is_harmless_and_waited_out(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [Fault.THROTTLE] * 3)
    world.drive()
    ended(guest_list)
    assert not IssuanceJob.objects.filter(in_doubt=True).exists()
    assert list(Attempt.objects.values_list("result", flat=True)) == ["not_sent"] * 3 + ["accepted"]


def test_a_refused_credential_keeps_the_queue_and_resumes_by_itself(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [Fault.UNAUTHORIZED])
    simulator.script("GET", "/partner/scopes", [Fault.UNAUTHORIZED] * 3)
    world.work()
    assert Credential.current().refused_at is not None
    world.drive()
    assert Credential.current().refused_at is None
    ended(guest_list)
    assert [record.path for record in simulator.requests if record.status == 202].count("/partner/campaigns/issue") == 1


def test_no_clear_answer_for_twenty_minutes_is_put_before_a_person(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_BEFORE] * 500)
    world.drive()
    guest_list.refresh_from_db()
    job = guest_list.jobs.get()
    assert job.state == "needs_staff"
    assert guest_list.unknown_count == 40
    assert guest_list.state == "finished"
    assert simulator.rewards_by_identifier() == {}
    assert Attempt.objects.values("idempotency_key").distinct().count() == 1


def test_a_worker_that_died_between_intent_and_answer_is_in_doubt_not_forgotten(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = launched(one_arm, GUESTS)

    issue = PartnerClient.issue

    def die_after_the_answer(*args: Any) -> None:
        issue(*args)
        raise SystemExit

    with monkeypatch.context() as context:
        context.setattr(PartnerClient, "issue", die_after_the_answer)
        with pytest.raises(SystemExit):
            world.work()
    assert guest_list.jobs.get().state == "sending"
    world.drive()
    ended(guest_list)
    nobody_twice(simulator)


def test_a_definite_refusal_frees_the_guests_for_another_list(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    variant = one_arm.variants.get()
    right_id, variant.thanx_id = variant.thanx_id, "gone1"
    variant.save()
    guest_list = launched(one_arm, GUESTS)
    world.drive()
    guest_list.refresh_from_db()
    assert {*IssuanceJob.objects.of_list(guest_list).values_list("state", flat=True)} == {"rejected"}
    assert guest_list.refused_count == 40
    assert guest_list.jobs.count() == 5, "parts are tried until two of them show that it isn't about a guest"
    assert not GuestClaim.objects.exists()

    variant.thanx_id = right_id
    variant.save()
    again = launched(one_arm, GUESTS)
    world.drive()
    assert ended(again).rewarded_count + again.refused_count == 40


def test_the_same_guest_in_a_second_list_is_not_rewarded_again(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    first = launched(one_arm, GUESTS)
    world.drive()
    second = launched(one_arm, GUESTS + "\nnew@example.com")
    world.drive()
    ended(first)
    refused_before = first.guests.filter(outcome="refused").count()
    assert ended(second).already_rewarded_count == 40 - refused_before
    nobody_twice(simulator)


def test_a_second_click_launches_nothing(one_arm: Campaign, world: World) -> None:
    guest_list = checked(one_arm, GUESTS)
    other = GuestList.objects.get(pk=guest_list.pk)
    token = guest_list.confirm_token
    assert launch_list(guest_list=guest_list, token=token, actor=None)
    assert not launch_list(guest_list=other, token=token, actor=None)
    assert not launch_list(guest_list=guest_list, token=token, actor=None)
    world.drive()
    assert IssuanceJob.objects.count() == 1


def test_control_guests_never_leave_the_database(
    campaign: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(300)))
    world.drive()
    ended(guest_list)
    control = {row.value for row in guest_list.guests.filter(outcome="control")}
    assert len(control) == guest_list.control_count > 10
    assert not control & set(simulator.submissions_by_identifier())


def test_a_failed_job_leaves_its_guests_unknown_and_is_never_sent_again(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    world.work()
    job = guest_list.jobs.get()
    answer = {"id": job.thanx_id, "state": "failed", "total_count": 40}
    apply_snapshot(job.pk, Snapshot.model_validate(answer))
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.unknown_count, guest_list.rewarded_count, guest_list.state) == (40, 0, "finished")
    assert guest_list.jobs.get().state == "failed"
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    "summary",
    [
        {"success_count": 39, "failure_count": 0, "failures": []},
        {"success_count": 39, "failure_count": 1, "failures": []},
        {"success_count": 39, "failure_count": 1, "failures": [{"identifier_index": 40, "error": "X"}]},
        {"success_count": 38, "failure_count": 2, "failures": [{"identifier_index": 4, "error": "X"}] * 2},
    ],
)
def test_an_answer_that_does_not_add_up_goes_to_review(
    summary: dict[str, Any], one_arm: Campaign, launched: Launch, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    world.work()
    job = guest_list.jobs.get()
    apply_snapshot(job.pk, Snapshot.model_validate({"id": job.thanx_id, "state": "completed", "summary": summary}))
    guest_list.refresh_from_db()
    assert guest_list.jobs.get().state == "needs_staff"
    assert guest_list.unknown_count == 40


def test_stopping_cancels_what_is_not_sent_and_frees_its_guests(
    campaign: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(100)))
    simulator.script("POST", "/partner/campaigns/issue", [Fault.THROTTLE])
    due_work.drive_due_work()
    guest_list.refresh_from_db()
    assert stop_list(guest_list=guest_list, actor=None)
    assert not stop_list(guest_list=guest_list, actor=None)
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "stopped"
    assert guest_list.waiting_count + guest_list.control_count == 100
    assert not GuestClaim.objects.exists()
    assert simulator.rewards_by_identifier() == {}


def test_a_lost_answer_to_a_revocation_is_looked_up_not_repeated(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, ana: User
) -> None:
    guest_list = launched(one_arm, GUESTS)
    world.drive()
    job = guest_list.jobs.get()
    rewarded = ended(guest_list).rewarded_count
    simulator.script("POST", "/partner/issuance_jobs", [Fault.RESET_AFTER])
    assert request_revocation(job=job, actor=ana, reason="Wrong reward.")
    assert not request_revocation(job=job, actor=ana, reason="Wrong reward.")
    world.drive()
    job.refresh_from_db()
    guest_list.refresh_from_db()
    assert job.state == "revoked"
    assert (guest_list.revoked_count, guest_list.rewarded_count) == (rewarded, 0)
    assert sum(record.path.endswith("/revoke") for record in simulator.requests) == 1


def test_a_revocation_that_thanx_refuses_leaves_the_job_as_it_was(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, ana: User
) -> None:
    guest_list = launched(one_arm, GUESTS)
    world.drive()
    job = guest_list.jobs.get()
    rewarded = ended(guest_list).rewarded_count
    IssuanceJob.objects.filter(pk=job.pk).update(state="revoking", problem_code="REVOKE_REFUSED_422")
    IssuanceJob.objects.filter(pk=job.pk).update(revoke_sent_at=timezone.now(), next_attempt_at=timezone.now())
    world.drive()
    job.refresh_from_db()
    guest_list.refresh_from_db()
    assert job.state == "completed"
    assert guest_list.rewarded_count == rewarded


def test_a_job_that_kills_its_worker_five_times_is_parked(
    one_arm: Campaign, launched: Launch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = launched(one_arm, GUESTS)

    def die(*args: Any) -> None:
        raise RuntimeError("the worker dies")

    monkeypatch.setattr(due_work, "submit_job", die)
    for _ in range(8):
        due_work.drive_due_work()
        world.advance(180)
    job = guest_list.jobs.get()
    assert (job.problem_code, job.next_attempt_at, job.crash_count) == ("parked", None, 5)


def test_a_revocation_asked_for_while_a_poll_runs_is_not_forgotten(
    one_arm: Campaign, launched: Launch, world: World, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = launched(one_arm, GUESTS)

    def apply_and_revoke(job_id: int, snapshot: Snapshot) -> Any:
        state = apply_snapshot(job_id, snapshot)
        if state == "completed":
            assert request_revocation(job=IssuanceJob.objects.get(pk=job_id), actor=ana, reason="Wrong reward.")
        return state

    monkeypatch.setattr("issuance.engine.polling.apply_snapshot", apply_and_revoke)
    world.drive()
    assert guest_list.jobs.get().state == "revoked"


def test_a_launch_that_lost_its_race_leaves_no_trace(one_arm: Campaign, world: World) -> None:
    guest_list = checked(one_arm, GUESTS)
    GuestList.objects.filter(pk=guest_list.pk).update(epoch=guest_list.epoch + 1)
    assert not launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    guest_list.refresh_from_db()
    assert guest_list.launched_at is None
    assert guest_list.state == "checked"


def test_a_list_that_holds_a_guest_twice_after_all_sends_one_reward(
    one_arm: Campaign, simulator: Simulator, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    guest_list = checked(one_arm, "a@example.com b@example.com c@example.com")
    first, later, _ = guest_list.guests.order_by("row")
    guest_list.guests.filter(pk=later.pk).update(identity=first.identity, value=first.value)
    guest_list.search_texts.all().delete()  # Nothing of the portal's does this.
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    world.drive()
    assert (ended(guest_list).rewarded_count, guest_list.already_rewarded_count) == (2, 1)
    assert guest_list.guests.get(outcome="already_rewarded").row == later.row
    nobody_twice(simulator)
    assert "1 of its rows get nothing" in caplog.text
