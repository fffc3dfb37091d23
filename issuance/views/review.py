"""The decision: one screen that says what will happen, and the one act that makes it happen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issuance import tasks
from issuance.access import list_for, may
from issuance.forms.job_cutting import JobCuttingForm
from issuance.forms.launching import LaunchForm
from issuance.launching.job_cutting import choose_job_cutting
from issuance.launching.launch import launch_list
from issuance.launching.review import facts_of, review_facts
from issuance.launching.threshold import needs_second_person, rewarded_alone, threshold_of
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.readout.dates import choose_date
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.celery import nudge
from thanxportal.reviewed import FIELD, differences, sign


@require_GET
@never_cache
def list_review(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    typed = typed_before(request, reverse("issuance:list_launch", args=[handle, pk]))
    review = _facts(request, guest_list)
    changed = differences(guest_list.target, typed.get(FIELD, ""), review["seen_now"]) if typed else []
    return _page(request, review, LaunchForm(guest_list, typed), changed=changed)


@require_POST
def list_job_cutting(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Keeps in which jobs the list is to be sent, and shows the review with them."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    form = JobCuttingForm(guest_list, request.POST)
    if not form.is_valid():
        review = _facts(request, guest_list)
        return _page(request, review, LaunchForm(guest_list), job_cutting_form=form, status=422)
    choose_job_cutting(guest_list=guest_list, **form.choice)
    return redirect("issuance:list_review", handle, pk)


@keeps_typed
@require_POST
def list_launch(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Launches a list once; a double click, the back button or a replayed form launch nothing more."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_review", args=[handle, pk]), keep=True)
    review = _facts(request, guest_list)
    form = LaunchForm(guest_list, request.POST)
    if changed := differences(guest_list.target, request.POST.get(FIELD, ""), review["seen_now"]):
        return _page(request, review, form, changed=changed, status=409)
    if not form.is_valid() or review["blocked"]:
        return _page(request, review, form, status=422)
    if read_out_at := form.cleaned_data.get("read_out_at"):
        choose_date(campaign=guest_list.campaign, at=read_out_at, actor=user_of(request))
    token, at = guest_list.confirm_token, form.cleaned_data["at"]
    if launch_list(guest_list=guest_list, token=token, actor=user_of(request), hold=True, at=at):
        nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


def _facts(request: HttpRequest, guest_list: GuestList) -> dict[str, Any]:
    """What the person decides on; `seen_now` is that as the form carries it."""
    alone, threshold = rewarded_alone(guest_list.merchant, user_of(request)), threshold_of(guest_list)
    review = review_facts(guest_list) | {
        "needs_approval": needs_second_person(guest_list, alone, threshold),
        "large_by_itself": needs_second_person(guest_list, 0, threshold),
        "threshold": threshold,
        "rewarded_alone": alone,
    }
    approval = "has to agree" if review["needs_approval"] else "isn’t needed"
    return review | {"seen_now": facts_of(review) | {"A second person": approval}}


def _page(
    request: HttpRequest, review: dict[str, Any], form: LaunchForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    guest_list: GuestList = review["list"]
    context = review | {
        "form": form,
        "job_cutting_form": JobCuttingForm(guest_list) if may(request, Right.BUILD) else None,
        "seen": sign(guest_list.target, review["seen_now"]),
        "may_issue": may(request, Right.ISSUE),
    }
    return TemplateResponse(request, "issuance/launching/review.html", context | more, status=status)
