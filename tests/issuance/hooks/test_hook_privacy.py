"""What tools send is kept short, and belongs to whom it names."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from issuance.models import HookEvent
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.privacy.exporting import as_document, export_guest
from issuance.privacy.finding import GuestSearch
from issuance.privacy.removal import remove_personal_data
from tests.issuance.hooks.tools import UNHAPPY, Tool, unhappy
from tests.issuance.privacy.tables import everything
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


def test_a_settled_event_loses_its_fields_after_a_week_and_one_that_waits_after_the_retention(
    tool: Tool, world: World
) -> None:
    tool.send(unhappy(1))
    tool.send({"id": 2, "guest": {"mail": "ann@example.com"}})
    tool.send(unhappy(1, score=1))
    world.drive()
    world.advance(7 * 86_400 + 1)
    remove_personal_data()
    assert [bool(event.fields) for event in HookEvent.objects.order_by("pk")] == [False, True, False]
    world.advance(settings.RETENTION_DAYS * 86_400)
    remove_personal_data()
    events = HookEvent.objects.order_by("pk")
    assert [(event.state, event.fields) for event in events] == [("passed", []), ("lapsed", [])]
    told = Activity.objects.latest("pk").sentence
    assert told == "1 event of the hook “Survey hook” came to nothing, as nobody decided in time."
    remove_personal_data()
    assert Activity.objects.latest("pk").sentence == told
    assert "ann@" not in everything()


def test_an_erased_guest_is_in_no_event_and_nobody_lets_one_through(
    tool: Tool, harbor: Merchant, ana: User, world: World
) -> None:
    tool.send({"id": 2, "comment": "Write to ANN (at) example.com"})
    tool.send(UNHAPPY)
    tool.send(unhappy(5))
    world.drive()
    erasure = order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    world.advance(1)
    tool.send({"id": 7, "after": "ann@example.com"})
    world.drive()
    assert erase_ordered() == 1
    events = HookEvent.objects.order_by("pk")
    assert [event.state for event in events] == ["erased", "passed", "passed", "waits"]
    assert [bool(event.fields) for event in events] == [False, False, True, True], "Later ones are another order."
    erasure.refresh_from_db()
    assert erasure.counts["hook_events"] == 2


def test_an_erasure_waits_for_what_an_event_asked_for(tool: Tool, harbor: Merchant, ana: User, world: World) -> None:
    tool.send(UNHAPPY)
    order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    assert erase_ordered() == 0
    world.drive()
    assert erase_ordered() == 1
    assert "ann@" not in everything()


def test_a_guest_gets_what_tools_sent_about_them(tool: Tool, harbor: Merchant, sunny: Merchant) -> None:
    tool.send({"id": 2, "guest": {"phone": 12025550123}})
    tool.send(unhappy(1))
    search = GuestSearch(harbor, "+12025550123")
    assert search.look() == {"hook_events": 1}
    document = json.dumps(as_document(search, export_guest(search)), default=str)
    assert "12025550123" in document
    assert "guest1@" not in document
    assert not GuestSearch(sunny, "+12025550123").is_known()


def test_keys_of_events_are_no_bare_hashes(tool: Tool) -> None:
    from hashlib import sha256

    body = json.dumps(UNHAPPY).encode()
    tool.send(UNHAPPY, webhook_id="m1")
    event = tool.event()
    bare = {sha256(text).hexdigest() for text in (body, b"0 " + body, b"m1", b"0 m1", b"r-1", b"external r-1")}
    assert not bare & {event.body_key, event.sender_key, event.external_key, event.guest_key}
