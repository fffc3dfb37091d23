"""Versions of what is polled: an answer for a page that shows the present one stays empty, and nothing is rendered.

A version is a digest of all that the answer can depend on, so that no writer has to remember to raise it, and of the
time in steps: ages and countdowns go on while nothing changes, and whatever else a page shows comes with them. What it
is made of is read before, or with, what is shown: a change in between costs one more answer, and none is missed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from django.db.models import Model

from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.outcomes.home import Running
from thanxportal.accounts.models import Membership

HOLD_STEP, LIST_STEP, LISTS_STEP = 10, 30, 60  # seconds
NOT_SHOWN = {"visited_at", "raw"}


def version_of_list(guest_list: GuestList, member: Membership) -> str:
    """Of a list that `polled_list_for` fetched, as this member sees it; empty unless it runs."""
    if not guest_list.status.running:
        return ""
    rows = (guest_list, guest_list.campaign, guest_list.merchant)
    step = HOLD_STEP if guest_list.status == ListState.HELD else LIST_STEP
    return _digest(step, member.role, guest_list.jobs_and_more, *map(_columns, rows))  # type: ignore[attr-defined]


def version_of_running(lists: Sequence[Running]) -> str:
    """Of the lists that run at a merchant; empty if there are none."""
    shown = [(one.list.pk, one.list.name, one.list.state, one.list.campaign.name, *one[1:]) for one in lists]
    return _digest(LISTS_STEP, shown) if shown else ""


def _columns(row: Model) -> list[Any]:
    return [row.__dict__[field.attname] for field in row._meta.concrete_fields if field.name not in NOT_SHOWN]


def _digest(step: int, *parts: object) -> str:
    return blake2b(f"{time.time() // step}|{parts}".encode(), digest_size=9).hexdigest()
