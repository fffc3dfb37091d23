"""Guests who were rewarded before: rewarded again for a reason, or left out after all."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.checking.reward_again import include_rewarded, look_again, rewarded_by, skip_rewarded
from issuance.forms.checking import IncludeForm
from issuance.guests.grid import number_in
from issuance.models.states import ListState
from issuance.views.after_repair import TOO_LATE, back_to_bucket
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.reviewed import FIELD, differences


@require_POST
def list_include(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Rewards guests again whom a campaign had rewarded, for a reason; or, with `skip`, leaves them out after all."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    look_again(guest_list)
    rewarded = rewarded_by(guest_list, number_in(request.POST, "campaign"))
    if rewarded is None:
        raise Http404("No such guests.")
    campaign, actor = rewarded.campaign, user_of(request)
    form = IncludeForm(campaign.pk, request.POST)
    if guest_list.status == ListState.CHECKED and (
        changed := differences(guest_list.target, request.POST.get(FIELD, ""), rewarded.facts)
    ):
        return detail_page(request, guest_list, status=409, include_form=form, changed=changed)
    if "skip" in request.POST:
        done: int | bool = skip_rewarded(guest_list=guest_list, campaign=campaign, actor=actor)
    else:
        if not form.is_valid():
            return detail_page(request, guest_list, status=422, include_form=form)
        reason = form.cleaned_data["reason"]
        done = include_rewarded(guest_list=guest_list, campaign=campaign, actor=actor, reason=reason)
    if not done:
        messages.warning(request, TOO_LATE)
    return back_to_bucket(request, guest_list)
