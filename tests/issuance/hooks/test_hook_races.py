"""Copies of an event that come at the same moment are one event, and one reward."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from campaigns.models import Campaign
from issuance.models import EventBatch, HookEvent
from tests.issuance.hooks.tools import UNHAPPY, Tool
from thanxportal.accounts.models import ApiToken, User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time."),
]
AT_ONCE = 6


def all_at_once(act: Callable[[int], Any]) -> list[Any]:
    barrier, answers = Barrier(AT_ONCE), [None] * AT_ONCE

    def run(at: int) -> None:
        barrier.wait()
        answers[at] = act(at)
        connections.close_all()

    threads = [Thread(target=run, args=[at]) for at in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_same_bytes_at_once_are_one_event(one_arm: Campaign, ana: User) -> None:
    tool = Tool(one_arm, ana)
    assert {answer.status_code for answer in all_at_once(lambda at: tool.send(UNHAPPY))} == {202}
    assert (tool.event().state, tool.event().received_count) == ("passed", AT_ONCE)
    assert (EventBatch.objects.count(), ApiToken.objects.get().asked_count) == (1, 1)


@pytest.mark.parametrize(("email", "others"), [("ann@example.com", "same"), ("guest{}@example.com", "waits")])
def test_one_external_id_at_once_is_one_reward(one_arm: Campaign, ana: User, email: str, others: str) -> None:
    tool = Tool(one_arm, ana)
    answers = all_at_once(lambda at: tool.send(UNHAPPY | {"attempt": at, "guest": {"email": email.format(at)}}))
    assert {answer.status_code for answer in answers} == {202}
    states = sorted(HookEvent.objects.values_list("state", flat=True))
    assert states == ["passed", *[others] * (AT_ONCE - 1)]
    assert EventBatch.objects.count() == 1
