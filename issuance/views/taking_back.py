"""What the page of a list says of rewards that were taken back, and its form that asks staff for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from issuance.access import may
from issuance.forms.taking_back import TakeBackForm
from issuance.models import GuestList, IssuanceJob
from issuance.outcomes.taking_back import arms_to_take_back, latest_request, taken_back
from thanxportal.accounts.models import Right


def taking_back(
    request: HttpRequest, guest_list: GuestList, jobs: Sequence[IssuanceJob], form: TakeBackForm | None = None
) -> dict[str, Any]:
    """A list that still runs can be stopped instead."""
    if guest_list.status.running or not jobs:
        return {"taken_back": taken_back(jobs)}
    asked, arms = latest_request(guest_list), arms_to_take_back(jobs)
    may_ask = bool(arms) and may(request, Right.MANAGE) and (asked is None or asked.answered_at is not None)
    form = form or (TakeBackForm(arms) if may_ask else None)
    return {"taken_back": taken_back(jobs), "asked_back": asked, "take_back": form}
