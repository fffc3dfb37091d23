"""The decision: one screen that says what will happen, and the one act that makes it happen."""

from __future__ import annotations

from django.contrib import messages
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
from issuance.launching.review import review_facts
from issuance.launching.threshold import needs_second_person, rewarded_alone, threshold_of
from issuance.models import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import typed_before
from thanxportal.celery import nudge


@require_GET
@never_cache
def list_review(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    typed = typed_before(request, reverse("issuance:list_launch", args=[handle, pk]))
    return _review(request, guest_list, LaunchForm(guest_list, typed))


@require_POST
def list_job_cutting(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Keeps in which jobs the list is to be sent, and shows the review with them."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    form = JobCuttingForm(guest_list, request.POST)
    if not form.is_valid():
        return _review(request, guest_list, LaunchForm(guest_list), job_cutting_form=form, status=422)
    choose_job_cutting(guest_list=guest_list, **form.choice)
    return redirect("issuance:list_review", handle, pk)


@require_POST
def list_launch(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Launches a list once; a double click, the back button or a replayed form launch nothing more."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if guest_list.status != ListState.CHECKED:
        return redirect("issuance:list_detail", handle, pk)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_review", args=[handle, pk]), keep=True)
    form = LaunchForm(guest_list, request.POST)
    if not form.is_valid() or review_facts(guest_list)["blocked"]:
        return _review(request, guest_list, form, status=422)
    token, at = form.cleaned_data["confirm_token"], form.cleaned_data["at"]
    if launch_list(guest_list=guest_list, token=token, actor=user_of(request), hold=True, at=at):
        nudge(tasks.work_list, guest_list.pk)
    elif token != guest_list.confirm_token:
        messages.warning(request, "This list changed since you opened its review. Look at it once more.")
        return redirect("issuance:list_review", handle, pk)
    return redirect("issuance:list_detail", handle, pk)


def _review(
    request: HttpRequest,
    guest_list: GuestList,
    form: LaunchForm,
    *,
    job_cutting_form: JobCuttingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    alone, threshold = rewarded_alone(guest_list.merchant, user_of(request)), threshold_of(guest_list)
    context = review_facts(guest_list) | {
        "needs_approval": needs_second_person(guest_list, alone, threshold),
        "large_by_itself": needs_second_person(guest_list, 0, threshold),
        "threshold": threshold,
        "rewarded_alone": alone,
        "form": form,
        "job_cutting_form": job_cutting_form or JobCuttingForm(guest_list),
        "may_build": may(request, Right.BUILD),
        "may_issue": may(request, Right.ISSUE),
    }
    return TemplateResponse(request, "issuance/launching/review.html", context, status=status)
