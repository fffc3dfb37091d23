"""Guests who got nothing go into a list of their own: those whom Thanx refused, or to whom nothing was sent."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.launching.retries import CantRetry, retry_refused, send_unsent
from issuance.models import GuestList
from issuance.outcomes.refusals import facts_to_retry, refusals_of, unsent_of
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.reviewed import FIELD, Facts, differences


@require_POST
def list_retry(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes a list of the refused guests: those refused for the reasons that are named, or all of them."""
    guest_list = _to_send_again(request, handle, pk)
    reasons = [reason for reason in request.POST.getlist("reason") if reason]
    return _answer(
        request,
        guest_list,
        facts_to_retry(refusals_of(guest_list)),
        lambda: retry_refused(guest_list=guest_list, reasons=reasons, actor=user_of(request)),
    )


@require_POST
def list_send_unsent(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes a list of the guests to whom a stopped list sent nothing."""
    guest_list = _to_send_again(request, handle, pk)
    unsent = unsent_of(guest_list)
    return _answer(
        request,
        guest_list,
        unsent.facts if unsent else {},
        lambda: send_unsent(guest_list=guest_list, actor=user_of(request)),
    )


def _to_send_again(request: HttpRequest, handle: str, pk: int) -> GuestList:
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    return guest_list


def _answer(request: HttpRequest, guest_list: GuestList, now: Facts, make: Callable[[], GuestList]) -> HttpResponse:
    """Leads to the list that was made, if they are still those whom the person saw."""
    if guest_list.status.ended and (changed := differences(guest_list.target, request.POST.get(FIELD, ""), now)):
        return detail_page(request, guest_list, changed=changed, status=409)
    try:
        made = make()
    except CantRetry as refusal:
        messages.warning(request, str(refusal))
        made = guest_list
    return redirect("issuance:list_detail", guest_list.merchant.handle, made.pk)
