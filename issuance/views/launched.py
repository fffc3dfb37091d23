"""What people still do with a launched list: start it at once, stop it, go on after its safety check."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from issuance import tasks
from issuance.access import list_for
from issuance.launching.launch import continue_after_safety_stop, issue_now, stop_list
from issuance.models import IssuanceJob
from issuance.models.states import ListState
from issuance.outcomes.progress import facts_to_continue, progress_of
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.celery import nudge
from thanxportal.reviewed import FIELD, differences

STOPPED = "Stopped: what wasn’t sent yet stays here. What Thanx already has runs to its end."
STOPPED_IN_TIME = "Stopped before anything was sent. The list is back where you check and review it."
NOT_YET = "It can’t be stopped just now: staff are finding out whether it was sent before. Try again in a few minutes."


@require_POST
def list_issue_now(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Ends the hold; harmless when it is over."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    if issue_now(guest_list=guest_list, actor=user_of(request)):
        nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_stop(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    held = guest_list.status == ListState.HELD
    if stop_list(guest_list=guest_list, actor=user_of(request)):
        messages.success(request, STOPPED_IN_TIME if held else STOPPED)
    else:
        messages.warning(request, NOT_YET if held else "There was nothing left to stop: everything has been sent.")
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_continue(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Sends the rest although the safety check stopped it; harmless when nothing waits for that."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    if guest_list.status == ListState.ISSUING and guest_list.safety_stop_at:
        jobs = IssuanceJob.objects.of_list(guest_list).with_part_numbers()
        progress = progress_of(guest_list, list(jobs), timezone.now())
        facts = facts_to_continue(guest_list, progress)
        if changed := differences(guest_list.target, request.POST.get(FIELD, ""), facts):
            return detail_page(request, guest_list, changed=changed, status=409)
    if continue_after_safety_stop(guest_list=guest_list, actor=user_of(request)):
        nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)
