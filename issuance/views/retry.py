"""Guests who got nothing once more: corrected in place, sent in their arm, and counted once in the family."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issuance.access import list_for
from issuance.guests.grid import number_in
from issuance.launching.retries import CantRetry, retry_refused, send_unsent
from issuance.launching.retry_corrections import CantCorrect, correct_guest, leave_out
from issuance.outcomes.lineage import family_of
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right


@require_POST
def list_retry(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes a list of the refused guests: those refused for the reasons that are named, or all of them."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
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
    try:
        child = send_unsent(guest_list=guest_list, actor=user_of(request))
    except CantRetry as refusal:
        messages.warning(request, str(refusal))
        return redirect("issuance:list_detail", handle, pk)
    return redirect("issuance:list_detail", handle, child.pk)


@require_POST
def list_correct(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Gives a guest of a retry another email or phone, or leaves the guest out."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    row, typed = number_in(request.POST, "row") or 0, request.POST.get("value", "")
    try:
        if "leave_out" in request.POST:
            leave_out(guest_list=guest_list, row=row)
        else:
            correct_guest(guest_list=guest_list, row=row, text=typed)
    except CantCorrect as refusal:
        guest_list.refresh_from_db(fields=["state"])
        return detail_page(request, guest_list, failed=(row, typed, str(refusal)), status=422)
    after = number_in(request.GET, "after")
    here = redirect("issuance:list_detail", handle, pk)
    here["Location"] += f"?after={after}" if after else ""
    return here


@require_GET
@never_cache
def family(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    context = {"list": guest_list, "family": family_of(guest_list)}
    return TemplateResponse(request, "issuance/family.html", context)
