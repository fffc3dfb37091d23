"""What becomes of an event: a guest is rewarded once, and whatever can't be told waits for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Campaign
from issuance.hooks import deciding
from issuance.hooks.deciding import decide, drop, drop_all, take_up, try_again
from issuance.hooks.making import change_campaign, renew_address, switch
from issuance.models import EventBatch, Guest, GuestList, HookEvent
from issuance.outcomes.glance import Glance
from issuance.outcomes.needs import needs_of
from tests import cast
from tests.issuance.hooks.tools import MAPPING, UNHAPPY, Tool, unhappy
from tests.world import World
from thanxportal.accounts.models import Activity, ApiToken, Kind, Membership, Merchant, Notification, Role, User
from thanxportal.accounts.team import let_sign_in, remove_member, set_role
from thanxportal.accounts.tokens import end_token

pytestmark = pytest.mark.django_db
ALL = 10**9  # No event has a later id.


def let_through(event: HookEvent, mapping: dict[str, str], actor: User) -> HookEvent:
    return decide(event.pk, mapping=mapping, actor=actor)


def states() -> list[str]:
    return [event.state for event in HookEvent.objects.order_by("pk")]


def waits_because(tool: Tool) -> str:
    event = tool.event()
    assert (event.state, event.batch) == ("waits", None)
    assert not EventBatch.objects.exists()
    return event.note


def test_an_event_becomes_a_guest_of_a_list_named_after_the_hook(tool: Tool, world: World, ana: User) -> None:
    assert tool.send(UNHAPPY).status_code == 202
    world.drive()
    made = GuestList.objects.get()
    assert (made.rewarded_count, made.rows_count, made.closed) == (1, 1, True)
    assert made.name.startswith("Survey hook, Jun 1")
    assert Guest.objects.get().cells.split("\x1f")[:4] == ["ann@example.com", "", "", "r-1"]
    assert tool.event().batch.guest_list == made
    launched = Activity.objects.get(sentence__startswith="Launched")
    assert (launched.actor, launched.sentence.endswith("1 reward. By “Survey hook”.")) == (None, True)


def test_without_a_mapping_events_wait(one_arm: Campaign, ana: User) -> None:
    tool = Tool(one_arm, ana, mapped=False)
    tool.send(UNHAPPY)
    assert "which field holds the guest" in waits_because(tool)


def test_while_a_hook_is_off_events_wait_and_go_on_once_it_is_on(tool: Tool, ana: User) -> None:
    switch(tool.hook, on=False, actor=ana)
    tool.send(UNHAPPY)
    assert "off" in waits_because(tool)
    try_again(tool.hook, ana, newest=ALL)
    assert states() == ["waits"]
    switch(tool.hook, on=True, actor=ana)
    assert try_again(tool.hook, ana, newest=ALL) == "1 guest was passed on to be rewarded; 0 of 1 event still waiting"
    assert states() == ["passed"]


@pytest.mark.parametrize(
    ("guest", "says"),
    [
        ({}, "empty"),
        ({"email": None}, "empty"),
        ({"email": " "}, "empty"),
        ({"email": "nobody@"}, "@"),
        ({"email": ["ann@example.com"]}, "empty"),
        ({"email": "a" * 400 + "@example.com"}, "more than 320 characters"),
        ("ann@example.com", "empty"),
    ],
)
def test_an_event_that_names_no_guest_waits_with_the_reason(tool: Tool, guest: Any, says: str) -> None:
    tool.send(UNHAPPY | {"guest": guest})
    assert says in waits_because(tool)


def test_conditions_leave_out_who_is_happy_and_wait_where_nobody_can_tell(tool: Tool) -> None:
    tool.reads(MAPPING, ("/score", "at_most", "2"), ("/location", "is", "Pier 4"))
    for number, more in enumerate(
        [
            {"score": 5, "location": "Pier 4"},
            {"score": 2, "location": "pier  4 "},
            {"score": "two", "location": "Pier 4"},
            {"score": 1},
            {"score": 5},
        ]
    ):
        tool.send(unhappy(number) | more)
    assert states() == ["left_out", "passed", "waits", "waits", "left_out"]
    notes = [event.note for event in HookEvent.objects.order_by("pk")]
    assert notes[0] == "It doesn’t meet the condition “score is at most 2”."
    assert "isn’t a number" in notes[2]
    assert "no “location”" in notes[3]


def test_the_same_id_of_the_sender_is_one_event_whenever_it_comes(tool: Tool, world: World) -> None:
    tool.reads({"email": "/guest/email"})
    tool.send(unhappy(1), webhook_id="m1")
    world.advance(10 * 86_400)
    tool.send(unhappy(1), webhook_id="m1")
    tool.send(unhappy(3), webhook_id="m2")
    assert states() == ["passed", "passed"]
    assert [event.received_count for event in HookEvent.objects.order_by("pk")] == [2, 1]


@pytest.mark.parametrize("header", ["webhook_id", "svix_id", "idempotency_key"])
def test_an_id_that_a_tool_sends_each_time_swallows_no_event(tool: Tool, header: str, ana: User) -> None:
    for number in (1, 2, 3, 3):
        assert tool.send(unhappy(number), **{header: "constant"}).status_code == 202
    assert states() == ["passed", "waits", "waits"]
    assert "with other content" in HookEvent.objects.latest("pk").note
    assert HookEvent.objects.latest("pk").received_count == 2
    assert (
        try_again(tool.hook, ana, newest=ALL) == "2 guests were passed on to be rewarded; 0 of 2 events still waiting"
    )
    assert EventBatch.objects.count() == 3


def test_the_id_of_a_subscription_is_none_of_an_event(tool: Tool) -> None:
    for number in (1, 2):
        tool.send(unhappy(number), x_webhook_id="subscription")
    assert states() == ["passed", "passed"]


def test_long_external_ids_that_begin_alike_are_two(tool: Tool) -> None:
    for end in "ab":
        tool.send(unhappy(1, id="x" * 150 + end, guest={"email": f"{end}@example.com"}))
    assert states() == ["passed", "passed"]


def test_what_waits_is_tried_to_its_end_and_what_there_was_no_time_for_is_said(
    tool: Tool, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool.reads({})
    for number in range(3):
        tool.send({"id": number})
    tool.send(unhappy(7))
    tool.reads(MAPPING)
    assert try_again(tool.hook, ana, newest=ALL) == "1 guest was passed on to be rewarded; 3 of 4 events still waiting"
    monkeypatch.setattr(deciding, "SECONDS", -1)
    assert try_again(tool.hook, ana, newest=ALL).endswith("there was no time for 3 more")


def test_who_was_left_out_by_a_wrong_condition_is_decided_on_again(tool: Tool, ana: User, world: World) -> None:
    tool.reads(MAPPING, ("/score", "at_least", "2"))
    tool.send(unhappy(1, score=1))
    assert states() == ["left_out"]
    assert take_up(tool.event(), ana)
    assert not take_up(tool.event(), ana)
    tool.reads(MAPPING, ("/score", "at_most", "2"))
    try_again(tool.hook, ana, newest=ALL)
    assert states() == ["passed"]
    assert not take_up(tool.event(), ana)
    assert EventBatch.objects.count() == 1


@pytest.mark.parametrize("how", ["removed", "demoted", "locked"])
def test_once_who_made_a_hook_no_longer_manages_events_wait_until_another_manager_renews_its_address(
    tool: Tool, ana: User, harbor: Merchant, how: str
) -> None:
    mia = cast.person("mia@example.com", harbor, Role.MANAGER)
    member = Membership.objects.get(user=ana)
    if how == "removed":
        remove_member(member=member, actor=mia)
    elif how == "demoted":
        set_role(member=member, role=Role.APPROVER, actor=mia)
    else:
        let_sign_in(user=ana, active=False, actor=mia)
    assert tool.send(UNHAPPY).status_code == 202
    assert "no longer manages" in waits_because(tool)
    assert let_through(tool.event(), MAPPING, mia).waits
    assert "What comes to “Survey hook” waits" in Notification.objects.get(person=mia, kind=Kind.TOKEN).sentence
    tool.secret = renew_address(tool.hook, mia) or ""
    try_again(tool.hook, mia, newest=ALL)
    assert tool.send(unhappy(2)).status_code == 202
    assert states() == ["passed", "passed"]
    assert ApiToken.objects.get().created_by == mia


def test_what_somebody_else_settled_meanwhile_is_no_line_of_mine(tool: Tool, ana: User, sid: User) -> None:
    tool.send({"mail": "ann@example.com"})
    drop(tool.event(), sid)
    lines = Activity.objects.count()
    assert decide(tool.event().pk, mapping={"email": "/mail"}, actor=ana).state == "dropped"
    assert Activity.objects.count() == lines


def test_the_same_bytes_are_one_event_for_a_day(tool: Tool, world: World) -> None:
    tool.reads({"email": "/guest/email"})
    tool.send(UNHAPPY, webhook_id="m1")
    tool.send(UNHAPPY, webhook_id="m2")
    assert (states(), tool.event().received_count) == (["passed"], 2)
    world.drive()
    world.advance(86_401)
    tool.send(UNHAPPY)
    world.drive()
    assert states() == ["passed", "passed"]
    assert [made.rewarded_count for made in GuestList.objects.order_by("pk")] == [1, 0], "The campaign knows the guest."


def test_the_same_external_id_is_passed_on_once_whenever_it_comes(tool: Tool, world: World) -> None:
    tool.send(unhappy(1))
    world.advance(10 * 86_400)
    tool.send(unhappy(1, score=1, guest={"email": "GUEST1@example.com "}))
    assert states() == ["passed", "same"]
    assert EventBatch.objects.count() == 1


def test_an_external_id_that_all_guests_have_swallows_none_of_them(tool: Tool, ana: User) -> None:
    tool.reads({"email": "/guest/email", "external_id": "/survey"})
    for number in range(4):
        tool.send(unhappy(number, survey="SV_42"))
    assert states() == ["passed", "waits", "waits", "waits"]
    assert "Another guest" in HookEvent.objects.latest("pk").note
    tool.reads({"email": "/guest/email"})
    assert (
        try_again(tool.hook, ana, newest=ALL) == "3 guests were passed on to be rewarded; 0 of 3 events still waiting"
    )
    assert EventBatch.objects.count() == 4


def test_an_event_whose_guest_was_not_kept_swallows_no_other(tool: Tool) -> None:
    tool.send(unhappy(1))
    HookEvent.objects.update(guest_key="")
    tool.send(unhappy(1, score=1))
    assert states() == ["passed", "waits"]


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("phone", "202-555-0123 (mobile of my husband, please use it instead of) 202-555-0199"),
        ("phone", "202-555-0123 or 202-555-0199"),
        ("email", "ann@example.com" + " " * 310 + "bob@example.com"),
        ("external_id", "x" * 201),
    ],
)
def test_two_guests_in_one_field_are_never_one_however_long_it_is(tool: Tool, role: str, text: str) -> None:
    tool.reads({"email": "/guest/email"} | {role: "/other"} if role == "external_id" else {role: "/other"})
    tool.send(UNHAPPY | {"other": text})
    assert waits_because(tool)


def test_of_a_long_reason_the_beginning_is_kept(tool: Tool) -> None:
    tool.reads(MAPPING | {"reason": "/why"})
    tool.send(UNHAPPY | {"why": "Cold soup. " * 50})
    assert len(EventBatch.objects.get().guests[0][5][2]) == 200


def test_who_was_left_out_before_is_rewarded_once_the_answer_changes(tool: Tool) -> None:
    tool.reads(MAPPING, ("/score", "at_most", "2"))
    tool.send(unhappy(1, score=5))
    tool.send(unhappy(1, score=1))
    assert states() == ["left_out", "passed"]


def test_the_database_itself_refuses_a_second_event_of_the_same_id(tool: Tool) -> None:
    tool.send(unhappy(1), webhook_id="m1")
    event = tool.event()
    for keys in ({"external_key": event.external_key}, {"sender_key": event.sender_key, "body_key": event.body_key}):
        with pytest.raises(IntegrityError), transaction.atomic():
            HookEvent.objects.create(hook=tool.hook, **{"body_key": "x"} | keys)


def test_a_campaign_that_takes_no_guests_keeps_them_waiting(tool: Tool, one_arm: Campaign, ana: User) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    tool.send(UNHAPPY)
    assert "has ended" in waits_because(tool)
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now() + timedelta(days=1))
    try_again(tool.hook, ana, newest=ALL)
    assert states() == ["passed"]


def test_managers_hear_once_that_the_campaign_of_a_hook_has_ended_and_give_it_another(
    tool: Tool, harbor: Merchant, one_arm: Campaign, ana: User
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now() + timedelta(days=2))
    (need,) = (need for need in needs_of(Glance(harbor)) if "hook" in need.url)
    assert need.title == "One of your hooks is without a campaign, now or within three days."
    tool.send(unhappy(1))
    assert states() == ["passed"]
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    for number in (2, 3):
        tool.send(unhappy(number))
    assert states() == ["passed", "waits", "waits"]
    (told,) = Notification.objects.filter(person=ana, kind=Kind.HOOK)
    assert "its campaign “Coffee for everybody” has ended" in told.sentence
    other = cast.draft_campaign(harbor, weights=(100,), name="Cake", state="published", thanx_id="cake")
    change_campaign(tool.hook, other, ana)
    assert [need.title for need in needs_of(Glance(harbor)) if "hook" in need.url] == [
        "What a tool sent for “Cake” waits."
    ]
    try_again(tool.hook, ana, newest=ALL)
    assert states() == ["passed"] * 3
    assert [batch.stream.campaign.name for batch in EventBatch.objects.order_by("pk")][1:] == ["Cake", "Cake"]


def test_what_came_after_somebody_looked_is_neither_tried_nor_dropped(tool: Tool, ana: User) -> None:
    tool.reads({})
    tool.send(unhappy(1))
    seen = tool.event().pk
    tool.send(unhappy(2))
    tool.reads(MAPPING)
    try_again(tool.hook, ana, newest=seen)
    assert states() == ["passed", "waits"]
    assert drop_all(tool.hook, ana, newest=seen) == 0
    assert states() == ["passed", "waits"]


def test_more_guests_than_a_day_has_wait_for_the_next(one_arm: Campaign, ana: User, world: World) -> None:
    tool = Tool(one_arm, ana, guests_per_day=1)
    tool.send(unhappy(1))
    tool.send(unhappy(2))
    assert states() == ["passed", "waits"]
    assert ApiToken.objects.get().asked_count == 1
    world.advance(86_400)
    try_again(tool.hook, ana, newest=ALL)
    assert states() == ["passed", "passed"]


def test_what_fails_after_it_was_stored_waits_and_is_tried_when_it_comes_again(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **named: Any) -> None:
        raise RuntimeError("ann@example.com")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "receive", fail)
        assert tool.send(UNHAPPY).status_code == 202
    assert "nothing was made of it yet" in waits_because(tool)
    assert "RuntimeError" in caplog.text
    assert "ann@" not in caplog.text
    assert tool.send(UNHAPPY).status_code == 202
    assert (states(), tool.event().received_count) == (["passed"], 2), "It came again, as after a lost answer."
    tool.send(UNHAPPY)
    assert EventBatch.objects.count() == 1


def test_a_person_maps_again_and_lets_an_event_through_once(tool: Tool, ana: User, world: World) -> None:
    tool.reads({"email": "/mail"}, ("/score", "at_most", "2"))
    tool.send(UNHAPPY)
    event = tool.event()
    assert "score is at most 2" not in event.note
    for _ in range(2):
        settled = let_through(event, {"email": "/guest/email", "external_id": "/id"}, ana)
        event.refresh_from_db()
    assert (settled.state, settled.decided_by, EventBatch.objects.count()) == ("passed", ana, 1)
    assert settled.decided_at == timezone.now()
    line = Activity.objects.latest("pk")
    assert (line.actor, line.target) == (ana, tool.hook.target)
    assert line.sentence == "Let an event of the hook “Survey hook” through: Asked for."
    world.drive()
    assert GuestList.objects.get().rewarded_count == 1


def test_what_a_person_lets_through_is_still_one_reward_for_one_external_id(tool: Tool, ana: User) -> None:
    tool.send(unhappy(1))
    tool.send(unhappy(1, guest={"mail": "guest1@example.com"}))
    waiting = HookEvent.objects.get(state="waits")
    assert let_through(waiting, {"email": "/guest/mail", "external_id": "/id"}, ana).state == "same"
    assert EventBatch.objects.count() == 1


def test_a_person_lets_another_guest_under_the_same_id_through_by_leaving_the_id_out(tool: Tool, ana: User) -> None:
    tool.send(unhappy(1))
    tool.send(unhappy(1, guest={"email": "bob@example.com"}))
    waiting = HookEvent.objects.get(state="waits")
    assert "choose no field" in let_through(waiting, MAPPING, ana).note
    assert let_through(waiting, {"email": "/guest/email"}, ana).state == "passed"


def test_a_dropped_event_rewards_nobody_and_the_log_says_who_dropped_it(tool: Tool, ana: User) -> None:
    tool.send({"id": 1})
    event = tool.event()
    assert drop(event, ana)
    assert not drop(event, ana)
    assert let_through(tool.event(), {"email": "/id"}, ana).state == "dropped"
    assert Activity.objects.latest("pk").sentence.startswith("Dropped an event of the hook “Survey hook”")


def test_an_ended_hook_lets_nobody_through(tool: Tool, ana: User) -> None:
    tool.send({"guest": {"mail": "ann@example.com"}})
    end_token(token=tool.hook.token, actor=ana)
    assert "was ended" in let_through(tool.event(), {"email": "/guest/mail"}, ana).note
    assert not EventBatch.objects.exists()


def test_home_says_what_waits_until_it_is_settled(tool: Tool, harbor: Merchant, sunny: Merchant, ana: User) -> None:
    for number in range(2):
        tool.send({"id": number})
    needs = [need for need in needs_of(Glance(harbor)) if "hook" in need.url]
    assert [need.title for need in needs] == ["What a tool sent for “Coffee for everybody” waits."]
    assert needs_of(Glance(sunny)) == []
    for event in HookEvent.objects.all():
        drop(event, ana)
    assert [need for need in needs_of(Glance(harbor)) if "hook" in need.url] == []


def test_only_the_last_ten_settled_events_keep_their_fields(tool: Tool) -> None:
    tool.send({"id": "waits"})
    for number in range(13):
        tool.send(unhappy(number))
    events = HookEvent.objects.order_by("pk")
    assert [bool(event.fields) for event in events] == [True, *[False] * 3, *[True] * 10]
