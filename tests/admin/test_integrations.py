"""Staff see the state of each integration and what waits there, but no guest, no secret and no address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance.hooks.making import change_signature
from issuance.models import FolderFile, GuestList, Hook, HookEvent, WatchedFolder
from tests.admin.rows import url
from tests.issuance.hooks.tools import UNHAPPY, Tool, unhappy
from thanxportal.accounts.models import User
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.outgoing.models import Endpoint, Message

pytestmark = pytest.mark.django_db


def read(staff: Client, model: type, *row: int, **query: object) -> str:
    answer = staff.get(url(model, "change", *row) if row else url(model, "changelist"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def tool(one_arm: Campaign, ana: User) -> Tool:
    return Tool(one_arm, ana)


def test_an_event_shows_its_reason_and_its_fields_masked(staff: Client, tool: Tool) -> None:
    tool.change(is_on=False)
    tool.send(UNHAPPY)
    page = read(staff, HookEvent, tool.event().pk)
    for shown in (">waits<", "It came while the hook was off.", "guest › email (email): a•••@example.com", "score: 2"):
        assert shown in page
    assert "ann@example.com" not in page
    assert "Ann<" not in page
    assert "ann@" not in read(staff, HookEvent)


def test_a_hook_shows_what_waits_but_neither_its_address_nor_its_secret(staff: Client, tool: Tool, ana: User) -> None:
    signature = {"kind": "hmac", "header": "X-Sign", "encoding": "hex", "before": "", "secret": "s3cret-of-theirs"}
    tool.change(mapping={})
    for number in (1, 2, 3):
        tool.send(unhappy(number))
    change_signature(tool.hook, signature, ana)
    assert tool.send(unhappy(4)).status_code == 401
    pages = read(staff, Hook) + read(staff, Hook, tool.hook.pk)
    for shown in (
        "Survey hook",
        "Not set up",
        "Nothing yet",
        "HMAC-SHA256 in a header",
        ">3<",
        "The signature is missing",
    ):
        assert shown in pages, shown
    for kept in (tool.secret, "s3cret-of-theirs", tool.hook.token.digest):
        assert kept not in pages


def test_only_hooks_and_events_that_wait_are_listed_if_asked_for(staff: Client, tool: Tool, ana: User) -> None:
    quiet = Tool(tool.hook.campaign, ana)
    quiet.send(UNHAPPY)
    tool.send({"score": 1})
    for model, found in ((Hook, [tool.hook]), (HookEvent, [tool.event()])):
        answer = staff.get(url(model, "changelist"), {"waiting": "yes"})
        assert list(answer.context["cl"].result_list) == found
    mine = staff.get(url(HookEvent, "changelist"), {"hook__exact": quiet.hook.pk})
    assert list(mine.context["cl"].result_list) == [quiet.event()]


def test_the_number_of_events_and_hooks_costs_no_more_queries(
    staff: Client, tool: Tool, ana: User, django_assert_max_num_queries: Any
) -> None:
    for made in (tool, *(Tool(tool.hook.campaign, ana, mapped=False) for _ in range(4))):
        for number in range(5):
            made.send(unhappy(number))
    for model in (Hook, HookEvent):
        with django_assert_max_num_queries(8):
            read(staff, model)


def test_an_endpoint_shows_what_waits_and_the_last_answer_but_no_address(
    staff: Client, finished: GuestList, ana: User
) -> None:
    address = "https://hooks.example.com/secret-path"
    endpoint, secret = add_endpoint(merchant=finished.merchant, actor=ana, address=address, types=[])
    now = timezone.now()
    sent = endpoint.messages.create(type="test", body="{}", tries=1, due_at=now)
    sent.log.create(status=503, duration_ms=90)
    endpoint.messages.create(type="test", body='{"to": "ann@example.com"}', delivered_at=now)
    pages = read(staff, Endpoint) + read(staff, Endpoint, endpoint.pk) + read(staff, Message)
    for shown in ("hooks.example.com", "503", ">1<"):
        assert shown in pages, shown
    for kept in ("secret-path", secret, endpoint.seed, "ann@example.com"):
        assert kept not in pages
    waiting = staff.get(url(Message, "changelist"), {"waiting": "yes", "endpoint__exact": endpoint.pk})
    assert list(waiting.context["cl"].result_list) == [sent]


def test_a_folder_shows_its_state_and_leads_to_its_files(staff: Client, finished: GuestList, ana: User) -> None:
    folder = WatchedFolder.objects.create(
        merchant=finished.merchant, campaign=finished.campaign, path="harbor-grill/campaign-1", made_by=ana,
        trouble="PermissionError",
    )  # fmt: skip
    FolderFile.objects.create(folder=folder, name="june.csv", problem="This file is empty. Export it again.")
    pages = read(staff, WatchedFolder) + read(staff, WatchedFolder, folder.pk)
    assert "Can’t be read" in pages
    assert "PermissionError" in pages
    files = read(staff, FolderFile, folder__exact=folder.pk)
    assert "Refused" in files
    assert "This file is empty" in files
