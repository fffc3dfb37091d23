"""A manager asks staff to take back the rewards of a list, or those of one arm."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.forms.taking_back import TakeBackForm
from issuance.models import IssuanceJob
from issuance.outcomes.taking_back import arms_to_take_back, ask_to_take_back
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right

ASKED = "Staff are asked. They answer here and by a notification; until then nothing is taken back."


@require_POST
def list_ask_back(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk, Right.MANAGE)
    arms = arms_to_take_back(list(IssuanceJob.objects.of_list(guest_list)))
    if guest_list.status.running or not arms:
        messages.warning(request, "There is nothing that could be taken back.")
        return redirect("issuance:list_detail", handle, pk)
    form = TakeBackForm(arms, request.POST)
    if not form.is_valid():
        return detail_page(request, guest_list, status=422, take_back=form)
    reason, arm = form.cleaned_data["reason"], form.chosen
    if ask_to_take_back(guest_list=guest_list, arm=arm, reason=reason, actor=user_of(request)):
        messages.success(request, ASKED)
    else:
        messages.warning(request, "Staff are asked about this list already.")
    return redirect("issuance:list_detail", handle, pk)
