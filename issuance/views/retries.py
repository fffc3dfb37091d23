"""Guests who got nothing are sent once more: how such a list is made, and its page before its review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from issuance.access import list_for, may, opened
from issuance.guests.grid import number_in
from issuance.guests.sight import MASKED
from issuance.launching.retries import CantRetry, retry_refused, send_unsent
from issuance.launching.retry_corrections import retry_rows, was_refused
from issuance.models import GuestList
from issuance.models.states import Outcome
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof


def retry_stage(request: HttpRequest, guest_list: GuestList, failed: tuple[int, str, str] | None) -> dict[str, Any]:
    """Each guest is masked, until somebody opens one whom Thanx refused to correct it."""
    after, edit = number_in(request.GET, "after") or 0, number_in(request.GET, "edit")
    opens = edit is not None and not failed and may(request, Right.BUILD) and was_refused(guest_list, edit)
    sight = opened(request, guest_list, edit or 0) if opens else MASKED
    page = retry_rows(guest_list, sight, after=after, failed=failed)
    origin = page.rows[0].guest.retry_of if page.rows else None
    unsent = origin is not None and origin.outcome == Outcome.WAITING
    return {"stage": "issuance/launching/retry.html", "page": page, "after": after, "unsent": unsent}


@require_POST
def list_retry(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes a list of the refused guests: those refused for the reasons that are named, or all of them."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    reasons = [reason for reason in request.POST.getlist("reason") if reason]
    try:
        child = retry_refused(guest_list=guest_list, reasons=reasons, actor=user_of(request))
    except CantRetry as refusal:
        messages.warning(request, str(refusal))
        return redirect("issuance:list_detail", handle, pk)
    return redirect("issuance:list_detail", handle, child.pk)


@require_POST
def list_send_unsent(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes a list of the guests to whom a stopped list sent nothing."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    try:
        child = send_unsent(guest_list=guest_list, actor=user_of(request))
    except CantRetry as refusal:
        messages.warning(request, str(refusal))
        return redirect("issuance:list_detail", handle, pk)
    return redirect("issuance:list_detail", handle, child.pk)
