"""A list of guests who got nothing before: its page before its review."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from issuance.access import may, opened
from issuance.guests.grid import number_in
from issuance.guests.sight import MASKED
from issuance.launching.retry_corrections import Failures, retry_rows, was_refused
from issuance.models import GuestList
from issuance.models.states import Outcome
from thanxportal.accounts.models import Right


def retry_stage(request: HttpRequest, guest_list: GuestList, failures: Failures | None) -> dict[str, Any]:
    """Each guest is masked, until somebody opens one whom Thanx refused to correct it."""
    after, edit = number_in(request.GET, "after") or 0, number_in(request.GET, "edit")
    opens = edit is not None and not failures and may(request, Right.BUILD) and was_refused(guest_list, edit)
    sight = opened(request, guest_list, edit or 0) if opens else MASKED
    page = retry_rows(guest_list, sight, after=after, failures=failures)
    origin = page.rows[0].guest.retry_of if page.rows else None
    unsent = origin is not None and origin.outcome == Outcome.WAITING
    return {"stage": "issuance/launching/retry.html", "page": page, "after": after, "unsent": unsent}
