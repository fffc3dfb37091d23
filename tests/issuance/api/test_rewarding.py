"""Programs reward guests as lists do: gathered, assigned to arms, sent once, and told one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from issuance.guests.sight import opens_rows, sight_of, takes_bad_rows
from issuance.launching.approval import approve_list
from issuance.launching.launch import stop_list
from issuance.launching.retries import retry_refused
from issuance.models import EventBatch, Guest, GuestList, IssuanceJob
from issuance.models.states import JobState, ListState
from issuance.outcomes.arm_outcomes import outcome_of
from issuance.worker import due_work
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import Activity, ApiToken, Loosening, Membership, Merchant, Notification, Role, User

pytestmark = pytest.mark.django_db
FOUR = [{"email": f"guest{number}@example.com", "external_id": f"survey-{number}"} for number in range(4)]


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


def ask(program: Program, campaign: Campaign, guests: list[Any], **more: Any) -> Any:
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests}, **more)


def outcomes(program: Program, made: Any) -> dict[str, int]:
    told: dict[str, int] = program.get(f"/batches/{made.json()['id']}").json()["outcomes"]
    return told


def test_guests_are_rewarded_and_told_one_by_one(program: Program, one_arm: Campaign, world: World) -> None:
    made = ask(program, one_arm, FOUR)
    assert (made.status_code, made.json()["state"], made.json()["invalid"]) == (202, "waiting", [])
    assert outcomes(program, made) == {"waiting": 4}
    world.drive()
    assert outcomes(program, made) == {"rewarded": 4}
    told = program.get(f"/batches/{made.json()['id']}/guests", limit=3).json()
    assert [(each["index"], each["external_id"], each["outcome"]) for each in told["items"]] == [
        (0, "survey-0", "rewarded"), (1, "survey-1", "rewarded"), (2, "survey-2", "rewarded"),
    ]  # fmt: skip
    rest = program.get(f"/batches/{made.json()['id']}/guests", after=told["next"]).json()
    assert ([each["index"] for each in rest["items"]], rest["next"]) == ([3], None)
    assert program.get(f"/batches/{made.json()['id']}").json()["state"] == "finished"
    assert "example.com" not in str(told)


def test_what_is_asked_for_in_some_seconds_becomes_one_list(program: Program, one_arm: Campaign, world: World) -> None:
    made = [ask(program, one_arm, [guest]) for guest in FOUR]
    due_work.drive_due_work()
    assert not GuestList.objects.exists()
    world.drive()
    gathered = GuestList.objects.get()
    assert (gathered.rows_count, gathered.rewarded_count, gathered.closed) == (4, 4, True)
    assert gathered.name.startswith("Survey tool, Jun 1, 05:00:")
    assert IssuanceJob.objects.count() == 1
    assert [outcomes(program, each) for each in made] == [{"rewarded": 1}] * 4
    again = ask(program, one_arm, [{"email": "later@example.com"}])
    world.drive()
    assert outcomes(program, again) == {"rewarded": 1}
    assert len({each.stream_id for each in GuestList.objects.all()}) == 1


def test_who_comes_while_others_wait_goes_with_them(program: Program, one_arm: Campaign, world: World) -> None:
    for guest in FOUR:
        ask(program, one_arm, [guest])
        world.advance(3)
    world.drive()
    assert [each.rows_count for each in GuestList.objects.all()] == [4]


def test_each_guest_goes_to_the_arm_of_any_list_and_control_is_told_so(
    program: Program, campaign: Campaign, world: World
) -> None:
    guests = [{"email": f"guest{number}@example.com"} for number in range(200)]
    made = ask(program, campaign, guests)
    world.drive()
    told = outcomes(program, made)
    assert told["control"] > 0
    assert sum(told.values()) == 200
    some = program.get(f"/batches/{made.json()['id']}/guests", outcome="control", limit=100).json()["items"]
    assert len(some) == told["control"]


def test_who_is_of_control_counts_once_however_often_a_program_asks(
    program: Program, campaign: Campaign, world: World
) -> None:
    guests = [{"email": f"guest{number}@example.com"} for number in range(100)]
    for _ in range(3):
        ask(program, campaign, guests)
        world.drive()
    outcome = outcome_of(campaign)
    assert outcome is not None
    assert outcome.assigned + outcome.left_out == outcome.rows == 300
    assert outcome.guests["control"] == GuestList.objects.order_by("pk")[0].control_count > 0


def test_bad_guests_are_answered_at_once_and_counted_as_bad_rows(
    program: Program, one_arm: Campaign, world: World
) -> None:
    made = ask(program, one_arm, [{"email": "nobody@"}, {}, FOUR[0], FOUR[0], {"phone": "202 555 0123"}])
    assert [(bad["index"], bad["code"]) for bad in made.json()["invalid"]] == [
        (0, "email_nothing_after_at"), (1, "no_identifier"),
    ]  # fmt: skip
    world.drive()
    assert outcomes(program, made) == {"invalid": 2, "duplicate": 1, "rewarded": 2}
    gathered = GuestList.objects.get()
    assert (gathered.rows_count, gathered.invalid_count, gathered.duplicate_count, gathered.closed) == (5, 2, 1, True)
    assert "nobody@" not in made.content.decode()


@pytest.mark.parametrize(
    ("email", "phone", "value", "code"),
    [
        ("(202) 555-0101", "202 555 0102", "+12025550102", ""),
        ("202 555 0101", "n/a", "+12025550101", ""),
        ("ann@example.com", "bob@example.com", "ann@example.com", ""),
        ("n/a", "ann@example.com", "ann@example.com", ""),
        ("hello", "", "", "email_no_at"),
        ("555-0101", "", "", "email_no_at"),
        ("", "ann@example", "", "phone_no_digits"),
        ("", "", "", "no_identifier"),
    ],
)
def test_who_is_meant_is_read_as_in_the_columns_of_a_file(
    program: Program, one_arm: Campaign, world: World, email: str, phone: str, value: str, code: str
) -> None:
    made = ask(program, one_arm, [{"email": email, "phone": phone}, FOUR[0]])
    assert [bad["code"] for bad in made.json()["invalid"]] == ([code] if code else [])
    world.drive()
    gathered = GuestList.objects.get()
    bad = [(error.code, error.column) for error in gathered.row_errors.all()]
    assert bad == ([(code, "Phone" if email == "" and phone else "Email")] if code else [])
    assert [guest.value for guest in gathered.guests.order_by("row")] == [*([value] if value else []), FOUR[0]["email"]]


def test_the_report_has_reason_external_id_time_and_free_fields(
    program: Program, one_arm: Campaign, world: World
) -> None:
    ask(program, one_arm, [FOUR[0] | {"reason": "A long wait", "fields": {"Table": "7"}}, FOUR[1]])
    world.drive()
    gathered = GuestList.objects.get()
    assert gathered.file_info["names"] == ["Email", "Phone", "Reason", "External ID", "Received", "Table"]
    assert gathered.guests.get(row=1).cells.split("\x1f") == [
        "guest0@example.com", "", "A long wait", "survey-0", "2026-06-01T12:00:00Z", "7",
    ]  # fmt: skip


def test_nobody_is_rewarded_twice_in_a_campaign(program: Program, one_arm: Campaign, world: World) -> None:
    ask(program, one_arm, FOUR)
    world.drive()
    again = ask(program, one_arm, FOUR)
    world.drive()
    assert outcomes(program, again) == {"already_rewarded": 4}


def test_the_same_key_is_one_batch_and_the_same_answer(program: Program, one_arm: Campaign) -> None:
    first = ask(program, one_arm, FOUR, key="a")
    assert ask(program, one_arm, FOUR, key="a").content == first.content
    assert ask(program, one_arm, FOUR[:1], key="a").status_code == 422
    assert EventBatch.objects.count() == 1
    assert ApiToken.objects.get().asked_count == 4
    assert ask(program, one_arm, FOUR, key="b").status_code == 202


def test_a_refused_request_uses_no_key_up(program: Program, one_arm: Campaign) -> None:
    assert ask(program, one_arm, [], key="a").status_code == 422
    assert ask(program, one_arm, FOUR, key="a").status_code == 202


def test_a_post_without_a_key_is_refused(program: Program, one_arm: Campaign) -> None:
    headers = {"Authorization": f"Bearer {program.secret}"}
    sent = program.client.post(
        f"/api/v1/campaigns/{one_arm.pk}/rewards", {"guests": FOUR}, content_type="application/json", headers=headers
    )
    assert sent.status_code == 422
    assert "Idempotency-Key" in str(sent.json()["errors"])


def test_a_campaign_that_takes_no_lists_takes_no_events(
    program: Program, one_arm: Campaign, harbor: Merchant, world: World
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    refused = ask(program, one_arm, FOUR)
    assert (refused.status_code, "has ended" in refused.json()["detail"]) == (409, True)
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now() + timedelta(days=1), state="draft")
    assert ask(program, one_arm, FOUR).status_code == 409
    Campaign.objects.filter(pk=one_arm.pk).update(state="published")
    Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    assert "no longer lists" in ask(program, one_arm, FOUR).json()["detail"]
    assert not EventBatch.objects.exists()


@pytest.mark.parametrize("why", ["campaign_ended", "opted_out"])
def test_what_can_no_longer_be_gathered_says_why(
    program: Program, one_arm: Campaign, harbor: Merchant, world: World, why: str
) -> None:
    made = ask(program, one_arm, FOUR)
    if why == "opted_out":
        Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    else:
        Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    world.drive()
    assert program.get(f"/batches/{made.json()['id']}").json()["state"] == why
    assert outcomes(program, made) == {"not_sent": 4}
    assert (EventBatch.objects.get().guests, GuestList.objects.count()) == ([], 0)


def test_a_large_list_is_held_and_can_be_stopped_before_anything_is_sent(
    program: Program, one_arm: Campaign, world: World, settings: Any, sid: User
) -> None:
    settings.CANARY_ABOVE = 3
    made = ask(program, one_arm, FOUR)
    world.advance(settings.GATHER_SECONDS)
    due_work.drive_due_work()
    gathered = GuestList.objects.get()
    assert (gathered.state, gathered.held_until) == (
        ListState.HELD, gathered.launched_at + timedelta(seconds=settings.HOLD_SECONDS),
    )  # fmt: skip
    world.advance(settings.HOLD_SECONDS - 10)
    due_work.drive_due_work()
    assert stop_list(guest_list=gathered, actor=sid)
    world.drive()
    assert not IssuanceJob.objects.exists()
    assert outcomes(program, made) == {"waiting": 4}


def test_a_large_list_that_nobody_stops_goes_out_after_its_hold(
    program: Program, one_arm: Campaign, world: World, settings: Any
) -> None:
    settings.CANARY_ABOVE = 3
    made = ask(program, one_arm, FOUR)
    world.drive()
    assert outcomes(program, made) == {"rewarded": 4}


def test_few_guests_are_sent_without_a_hold(program: Program, one_arm: Campaign, world: World, settings: Any) -> None:
    settings.CANARY_ABOVE = 4
    ask(program, one_arm, FOUR)
    world.advance(settings.GATHER_SECONDS)
    due_work.drive_due_work()
    assert IssuanceJob.objects.get().first_sent_at is not None


def test_a_batch_above_the_threshold_waits_by_itself_for_an_approver(
    program: Program, one_arm: Campaign, harbor: Merchant, world: World, abe: User, ana: User
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=3)
    large, small = ask(program, one_arm, FOUR), ask(program, one_arm, [{"email": "guest9@example.com"}])
    world.drive()
    assert program.get(f"/batches/{large.json()['id']}").json()["state"] == "needs_approval"
    assert outcomes(program, small) == {"rewarded": 1}
    asked = GuestList.objects.get(state=ListState.AWAITING_APPROVAL)
    assert not approve_list(guest_list=asked, token=asked.confirm_token, actor=ana), "Whose token it is has asked."
    assert approve_list(guest_list=asked, token=asked.confirm_token, actor=abe)
    world.drive()
    assert outcomes(program, large) == {"rewarded": 4}


def test_a_program_rewards_no_more_alone_than_who_made_its_token(
    program: Program, one_arm: Campaign, harbor: Merchant, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=3)
    for guest in FOUR[:3]:
        ask(program, one_arm, [guest])
        world.drive()
    fourth = ask(program, one_arm, [FOUR[3]])
    world.drive(hours=0.1)
    assert program.get(f"/batches/{fourth.json()['id']}").json()["state"] == "needs_approval"
    later = ask(program, one_arm, [{"email": "later@example.com"}])
    world.drive(hours=0.1)
    assert program.get(f"/batches/{later.json()['id']}").json()["state"] == "waiting", "Nobody is asked twice."
    assert GuestList.objects.filter(state=ListState.AWAITING_APPROVAL).count() == 1
    assert Notification.objects.filter(sentence__contains="asks you to approve").count() <= 1


def test_what_was_asked_for_before_the_threshold_was_loosened_is_judged_by_the_old_one(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=3)
    before = ask(program, one_arm, FOUR)
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=None)
    about: dict[str, Any] = {"subject": "approval_threshold", "values": {}, "sentence": "loosen it", "asked_by": ana}
    Loosening.objects.create(merchant=harbor, threshold_before=3, done_at=timezone.now(), **about)
    world.advance(5)
    later = ask(program, one_arm, FOUR)
    world.drive(hours=0.1)
    states = [program.get(f"/batches/{made.json()['id']}").json()["state"] for made in (before, later)]
    assert states == ["needs_approval", "finished"]


def test_nobody_is_asked_to_approve_that_nobody_gets_anything(
    program: Program, campaign: Campaign, harbor: Merchant, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=100)
    ask(program, campaign, [{"email": f"guest{number}@example.com"} for number in range(50)])
    world.drive()
    held_out = Guest.objects.filter(outcome="control")[0]
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=3)
    made = ask(program, campaign, [{"email": held_out.value}])
    world.drive()
    assert program.get(f"/batches/{made.json()['id']}").json()["state"] == "finished"
    assert outcomes(program, made) == {"control": 1}


def test_a_token_asks_for_no_more_guests_a_day_than_it_may(harbor: Merchant, ana: User, one_arm: Campaign) -> None:
    program = Program(harbor, ana, guests_per_day=5)
    assert ask(program, one_arm, FOUR).status_code == 202
    refused = ask(program, one_arm, FOUR)
    assert (refused.status_code, refused["Retry-After"]) == (429, str(19 * 3600 + 1)), "Until midnight in Los Angeles."
    assert ask(program, one_arm, [{"email": "one@example.com"}]).status_code == 202
    assert EventBatch.objects.count() == 2


def test_the_limit_of_a_day_begins_anew_on_the_next(
    harbor: Merchant, ana: User, one_arm: Campaign, world: World
) -> None:
    program = Program(harbor, ana, guests_per_day=4)
    ask(program, one_arm, FOUR)
    world.advance(86_400)
    assert ask(program, one_arm, FOUR).status_code == 202


def test_a_batch_is_taken_back_as_long_as_it_waits(program: Program, one_arm: Campaign, world: World) -> None:
    first = ask(program, one_arm, FOUR)
    assert program.delete(f"/batches/{first.json()['id']}").json()["state"] == "withdrawn"
    world.drive()
    assert not GuestList.objects.exists()
    assert outcomes(program, first) == {"not_sent": 4}
    second = ask(program, one_arm, FOUR)
    world.drive()
    assert program.delete(f"/batches/{second.json()['id']}").status_code == 409


def test_what_is_taken_back_leaves_room_for_others_on_that_day(harbor: Merchant, ana: User, one_arm: Campaign) -> None:
    program = Program(harbor, ana, guests_per_day=4)
    made = ask(program, one_arm, FOUR)
    for _ in range(2):
        program.delete(f"/batches/{made.json()['id']}")
    assert ApiToken.objects.get().asked_count == 0
    assert ask(program, one_arm, FOUR).status_code == 202


def test_no_program_takes_back_what_another_asked_for(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User
) -> None:
    made, other = ask(program, one_arm, FOUR), Program(harbor, ana, name="CRM")
    assert other.delete(f"/batches/{made.json()['id']}").status_code == 403
    assert EventBatch.objects.get().waits


def test_errors_repeat_no_name_that_was_sent(program: Program, one_arm: Campaign) -> None:
    wrong = {"fields": {"ann@example.com": 5, "bob@example.com" * 5: "x"}, "cyd@example.com": "x"}
    refused = ask(program, one_arm, [wrong])
    assert refused.status_code == 422
    assert "example.com" not in refused.content.decode()
    assert {each["at"] for each in refused.json()["errors"]} == {"body.guests.0.fields", "body.guests.0"}


def test_of_many_errors_the_first_are_told(program: Program, one_arm: Campaign) -> None:
    problem = ask(program, one_arm, [{"email": 7}] * 250).json()
    assert len(problem["errors"]) == 100
    assert problem["errors"][99]["at"] == "body.guests.99.email"
    assert problem["detail"].endswith("These are the first 100 of 250 errors.")


def test_numbers_and_nulls_of_exports_are_texts(program: Program, one_arm: Campaign, world: World) -> None:
    made = ask(program, one_arm, [{"email": None, "phone": 2025550123.0, "external_id": 8841, "reason": 2}])
    assert made.status_code == 202
    world.drive()
    (told,) = program.get(f"/batches/{made.json()['id']}/guests").json()["items"]
    assert (told["external_id"], told["outcome"]) == ("8841", "rewarded")
    assert Guest.objects.get().value == "+12025550123"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"guests": [{}],\n}', "The body isn’t JSON: look at line 2, column 1."),
        (b'{"guests": [{"external_id": "Zo\xeb"}]}', "The body isn’t UTF-8: look at byte 32."),
        (b"[" * 100_000, "The body is nested too deeply."),
    ],
)
def test_why_a_body_cannot_be_read_is_said(program: Program, one_arm: Campaign, body: bytes, says: str) -> None:
    refused = program.post(f"/campaigns/{one_arm.pk}/rewards", body)
    assert (refused.status_code, refused.json()["detail"]) == (400, says)


def test_an_outcome_that_there_is_none_of_is_refused(program: Program, one_arm: Campaign) -> None:
    made = ask(program, one_arm, FOUR).json()
    refused = program.get(f"/batches/{made['id']}/guests", outcome="Refused")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == "query.outcome"


def test_one_batch_is_told_in_the_same_way_each_time(program: Program, one_arm: Campaign) -> None:
    made = ask(program, one_arm, FOUR).json()
    whole = program.get(f"/batches/{made['id']}").json()
    assert made.pop("invalid") == []
    assert whole.pop("outcomes") == {"waiting": 4}
    assert whole == made


def test_the_log_says_which_program_did_it(program: Program, one_arm: Campaign, harbor: Merchant, world: World) -> None:
    ask(program, one_arm, FOUR)
    world.drive()
    launched = Activity.objects.for_merchant(harbor).filter(sentence__startswith="Launched").get()
    assert launched.sentence.endswith("4 rewards. By “Survey tool”.")
    assert launched.actor is None
    assert not GuestList.objects.get().events.exclude(actor=None).exists()
    assert not Notification.objects.filter(sentence__contains="has finished").exists()


def test_nothing_is_gathered_twice_however_often_somebody_looks(
    program: Program, one_arm: Campaign, world: World
) -> None:
    ask(program, one_arm, FOUR)
    world.advance(11)
    for _ in range(3):
        due_work.drive_due_work()
    assert GuestList.objects.count() == 1
    assert IssuanceJob.objects.exclude(state=JobState.READY).count() <= 1


def test_workers_know_when_something_is_to_be_gathered(program: Program, one_arm: Campaign, world: World) -> None:
    assert due_work.next_due() is None
    ask(program, one_arm, FOUR)
    assert due_work.next_due() == timezone.now() + timedelta(seconds=10)


def test_refused_guests_are_told_why(program: Program, one_arm: Campaign, world: World) -> None:
    made = ask(program, one_arm, [{"email": "refused@example.com"}, FOUR[0]])
    world.drive()
    told = program.get(f"/batches/{made.json()['id']}/guests").json()["items"]
    assert [(each["outcome"], bool(each["detail"])) for each in told] == [("refused", True), ("rewarded", False)]


@pytest.mark.parametrize(
    "guest",
    [
        {"mail": "a@example.com"}, {"email": 7}, {"email": "a" * 400}, {"fields": {str(n): "" for n in range(11)}},
        {"fields": {"a": {"b": "c"}}}, [], None, "ann@example.com",
    ],
)  # fmt: skip
def test_guests_of_another_shape_are_refused(program: Program, one_arm: Campaign, guest: Any) -> None:
    assert ask(program, one_arm, [guest]).status_code == 422


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"guests": "\\u0000"}', "[" * 100_000, '{"guests":[{}],"x":1}']
)
def test_bodies_that_are_none_are_refused(program: Program, one_arm: Campaign, body: str) -> None:
    assert program.post(f"/campaigns/{one_arm.pk}/rewards", body).status_code in (400, 422)


def test_text_that_is_none_is_cleaned(program: Program, one_arm: Campaign, world: World) -> None:
    body = '{"guests": [{"email": "ann@example.com", "reason": "a\\u0000b\\ud800", "fields": {"x\\u0000": "y"}}]}'
    assert program.post(f"/campaigns/{one_arm.pk}/rewards", body).status_code == 202
    world.drive()
    assert GuestList.objects.get().rewarded_count == 1


def test_a_request_with_a_column_for_each_guest_is_refused(program: Program, one_arm: Campaign) -> None:
    guests = [{"email": f"guest{n}@example.com", "fields": {f"order-{n}": ""}} for n in range(51)]
    refused = ask(program, one_arm, guests)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["says"] == "Fields of one request have at most 50 different names."
    assert ask(program, one_arm, guests[:50]).status_code == 202


def test_requests_with_many_columns_become_lists_with_few(program: Program, one_arm: Campaign, world: World) -> None:
    for part in range(3):
        names = [f"{part}-{n}" for n in range(30)]
        guests = [{"email": f"guest{name}@example.com", "fields": {name: "x"}} for name in names]
        ask(program, one_arm, guests)
    world.drive()
    assert [len(made.file_info["names"]) for made in GuestList.objects.all()] == [35, 35, 35]
    assert sum(made.rewarded_count for made in GuestList.objects.all()) == 90


def test_errors_of_layers_below_have_the_length_of_their_own_body(program: Program, one_arm: Campaign) -> None:
    nowhere = program.get("/nowhere")
    long = program.post(f"/campaigns/{one_arm.pk}/rewards", "x" * (9 * 1024 * 1024))
    assert (nowhere.status_code, long.status_code) == (404, 413)
    for told in (nowhere, long):
        assert told.headers.get("Content-Length") in (None, str(len(told.content)))
        assert told.json()["status"] == told.status_code


def test_of_two_requests_at_once_the_second_gets_the_answer_of_the_first_even_at_the_end_of_the_day(
    harbor: Merchant, ana: User, one_arm: Campaign
) -> None:
    program = Program(harbor, ana, guests_per_day=4)
    first = ask(program, one_arm, FOUR, key="a")
    second = ask(program, one_arm, FOUR, key="a")
    assert (second.status_code, second.content) == (202, first.content)
    assert ask(program, one_arm, FOUR, key="b").status_code == 429


def test_the_maker_of_a_token_sees_what_its_program_asked_for_as_everybody_else(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=0)
    ask(program, one_arm, [FOUR[0], {"email": "secret@"}])
    world.drive(hours=0.1)
    Membership.objects.filter(user=ana, merchant=harbor).update(role=Role.BUILDER)
    made, member = GuestList.objects.get(), Membership.objects.get(user=ana, merchant=harbor)
    assert made.state == ListState.AWAITING_APPROVAL
    assert not any([sight_of(member, made).whole, takes_bad_rows(member, made), opens_rows(member, made)])


def test_outcomes_are_read_a_page_at_a_time(program: Program, one_arm: Campaign, world: World) -> None:
    made = ask(program, one_arm, [FOUR[0], {"email": "x@"}, FOUR[1], FOUR[1], {}, FOUR[2], FOUR[3]])
    world.drive()
    path = f"/batches/{made.json()['id']}/guests"
    for outcome, indexes in (("", [*range(7)]), ("rewarded", [0, 2, 5, 6]), ("invalid", [1, 4]), ("not_sent", [])):
        after, told = -1, []
        while after is not None:
            page = program.get(path, **({"outcome": outcome} if outcome else {}), after=after, limit=2).json()
            told += [each["index"] for each in page["items"]]
            after = page["next"]
        assert told == indexes


def test_who_is_rewarded_by_a_retry_is_told_so(program: Program, one_arm: Campaign, world: World, ana: User) -> None:
    made = ask(program, one_arm, [{"email": "refused@example.com"}, {"email": "refused2@example.com"}, *FOUR])
    world.drive()
    first = GuestList.objects.get()
    Guest.objects.filter(guest_list=first, row__lte=2).update(outcome="refused", reason="USER_NOT_FOUND")
    retry = retry_refused(guest_list=first, reasons=[], actor=ana)
    assert outcomes(program, made) == {"refused": 2, "rewarded": 4}
    Guest.objects.filter(guest_list=retry, row=1).update(outcome="rewarded")
    assert outcomes(program, made) == {"refused": 1, "rewarded": 5}
    path = f"/batches/{made.json()['id']}/guests"
    for outcome, indexes in (("refused", [1]), ("rewarded", [0, 2, 3, 4, 5])):
        told = program.get(path, outcome=outcome).json()["items"]
        assert [(each["index"], each["outcome"]) for each in told] == [(at, outcome) for at in indexes]


def test_who_looks_at_batches_reads_no_guests(program: Program, one_arm: Campaign) -> None:
    ask(program, one_arm, FOUR)
    with CaptureQueriesContext(connection) as asked:
        assert program.get("/batches").json()["items"]
    assert not [query for query in asked if '"guests"' in query["sql"]]


def test_more_guests_than_a_job_takes_are_refused(program: Program, one_arm: Campaign) -> None:
    assert ask(program, one_arm, [{"email": f"g{n}@example.com"} for n in range(10_001)]).status_code == 422


def test_an_external_id_that_is_an_address_is_told_to_nobody(program: Program, one_arm: Campaign, world: World) -> None:
    names = ["ann@example.com", "order 7 of 202-555-0123", "survey-1"]
    guests = [{"email": f"guest{at}@example.com", "external_id": name} for at, name in enumerate(names)]
    batch = program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": guests}).json()["id"]
    for _ in range(2):
        told = program.get(f"/batches/{batch}/guests").json()["items"]
        assert [guest["external_id"] for guest in told] == ["[email]", "order 7 of [phone]", "survey-1"]
        world.drive()


@pytest.mark.parametrize("name", ["Email", "external id", "Outcome", " row "])
def test_a_field_called_like_a_column_of_the_report_is_refused(name: str, program: Program, one_arm: Campaign) -> None:
    guest = {"email": "ann@example.com", "fields": {name: "x"}}
    refused = program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [guest]})
    assert refused.status_code == 422
    assert "Rename the field." in str(refused.json()["errors"])


def test_a_batch_that_was_taken_back_says_so_when_it_is_again(program: Program, one_arm: Campaign) -> None:
    batch = program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [{"email": "ann@example.com"}]}).json()["id"]
    assert program.delete(f"/batches/{batch}").status_code == 200
    again = program.delete(f"/batches/{batch}")
    assert (again.status_code, again.json()["detail"]) == (409, "This batch no longer waits. Taken back.")
