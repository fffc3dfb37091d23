"""The form for a single guest, made for a phone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issuance import tasks
from issuance.access import member_of
from issuance.forms.one_guest import OneGuestForm
from issuance.guests.grid import number_in
from issuance.launching.one_guest import (
    AskFirst,
    CantReward,
    facts_of_doubts,
    last_reward_of,
    reward_one_guest,
    tried_before,
)
from issuance.models import GuestList
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.celery import nudge
from thanxportal.reviewed import FIELD, differences, sign

DESPITE = "one guest, despite"


@keeps_typed
@require_http_methods(["GET", "POST"])
@never_cache
def one_guest(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.ISSUE)
    if request.method == "GET":
        before = tried_before(member_of(request), number_in(request.GET, "again") or 0)
        before = before or {"reward": last_reward_of(merchant, user_of(request))}
        return _form(request, OneGuestForm(merchant, typed_before(request), before=before))
    require_proof(request, merchant, back=request.path, keep=True)
    form = OneGuestForm(merchant, request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        made = _reward(request, form)
    except CantReward as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, status=422)
    except AskFirst as doubts:
        seen = sign(DESPITE, facts_of_doubts(form.cleaned_data["guest"], doubts))
        return _form(request, form, status=409, controls=doubts.controls, lately=doubts.lately, seen=seen)
    nudge(tasks.work_list, made.pk)
    return redirect("issuance:list_detail", handle, made.pk)


def _reward(request: HttpRequest, form: OneGuestForm) -> GuestList:
    """Raises CantReward, and AskFirst unless the person has seen what speaks against it and says so."""
    asked = form.cleaned_data
    wish: dict[str, Any] = {
        "gift": form.gifts[asked["reward"]],
        "guest": asked["guest"],
        "reason": form.why,
        "token": asked["token"],
        "actor": user_of(request),
    }
    try:
        return reward_one_guest(**wish)
    except AskFirst as doubts:
        if differences(DESPITE, request.POST.get(FIELD, ""), facts_of_doubts(asked["guest"], doubts)):
            raise
        return reward_one_guest(**wish, despite=doubts.campaigns)


def _form(request: HttpRequest, form: OneGuestForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "per_sender": settings.ONE_GUEST_PER_SENDER}
    return TemplateResponse(request, "issuance/launching/one_guest.html", context | more, status=status)
