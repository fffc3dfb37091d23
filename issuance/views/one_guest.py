"""The form for a single guest, made for a phone."""

from __future__ import annotations

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
from issuance.launching.one_guest import CantReward, last_campaign_of, reward_one_guest, tried_before
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import typed_before
from thanxportal.celery import nudge


@require_http_methods(["GET", "POST"])
@never_cache
def one_guest(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.ISSUE)
    if request.method == "GET":
        before = tried_before(member_of(request), number_in(request.GET, "again") or 0)
        before = before or {"campaign": last_campaign_of(merchant, user_of(request))}
        return _form(request, OneGuestForm(merchant, typed_before(request), before=before))
    require_proof(request, merchant, back=request.path, keep=True)
    form = OneGuestForm(merchant, request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    asked = form.cleaned_data
    try:
        made = reward_one_guest(
            campaign=asked["campaign"],
            guest=asked["guest"],
            reason=form.why,
            token=asked["token"],
            actor=user_of(request),
        )
    except CantReward as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, status=422)
    nudge(tasks.work_list, made.pk)
    return redirect("issuance:list_detail", handle, made.pk)


def _form(request: HttpRequest, form: OneGuestForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "per_sender": settings.ONE_GUEST_PER_SENDER,
        "has_control": any(arm.is_control for campaign in form.campaigns for arm in campaign.variants.all()),
    }
    return TemplateResponse(request, "issuance/launching/one_guest.html", context, status=status)
