"""One list at one address for its whole life: read, checked, issued, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from issuance import tasks
from issuance.access import list_for, may
from issuance.engine.sending_pauses import pause_in_force
from issuance.forms.check import ColumnsForm
from issuance.guests.grid import GuestReader, number_in
from issuance.guests.ledger_terms import ledger_terms
from issuance.guests.masking import mask
from issuance.guests.reasons import reason_in_words
from issuance.importing.broken_files import rows_before_break
from issuance.importing.reading_progress import reading_of
from issuance.launching.launch import continue_after_safety_stop, discard_list, issue_now, stop_list
from issuance.launching.retry_corrections import lines_of
from issuance.lifecycle.ledger import closing_sentence
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import ListState, Outcome
from issuance.outcomes.progress import progress_of
from issuance.outcomes.refusals import refusals_of, retries_of, unsent_of
from issuance.outcomes.timeline import timeline_of
from issuance.views.check import checked_stage
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.celery import nudge

JOBS = 50  # on a page
STEPS = {
    ListState.UPLOADED: 1,
    ListState.READING: 1,
    ListState.MAPPING: 1,
    ListState.UNREADABLE: 1,
    ListState.CHECKED: 2,
    ListState.REPAIRING: 2,
    ListState.HELD: 4,
    ListState.ISSUING: 4,
}


@require_GET
@never_cache
def list_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    if guest_list.status == ListState.AWAITING_APPROVAL:
        return redirect("issuance:list_approval", handle, pk)
    return detail_page(request, guest_list)


@require_GET
@never_cache
def list_progress(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The part of the page that changes; without JavaScript the address leads back to the page."""
    guest_list = list_for(request, handle, pk)
    if guest_list.status == ListState.AWAITING_APPROVAL:
        return HttpResponseClientRedirect(reverse("issuance:list_approval", args=[handle, pk]))
    if not request.headers.get("HX-Request"):
        return redirect("issuance:list_detail", handle, pk)
    return detail_page(request, guest_list, "#progress")


def detail_page(
    request: HttpRequest,
    guest_list: GuestList,
    piece: str = "",
    *,
    failed: tuple[int, str, str] | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """`failed` is the row, the text and the problem of a correction in a retry; `forms` came back with errors from the
    check page."""
    context: dict[str, Any] = {
        "list": guest_list,
        "step": STEPS.get(guest_list.status, 5),
        "polled": guest_list.status.running,
        "may_build": may(request, Right.BUILD),
        "may_issue": may(request, Right.ISSUE),
    }
    if guest_list.parent_id and guest_list.status == ListState.CHECKED:
        context |= _retry(request, guest_list, failed)
    else:
        context |= _stage(request, guest_list, forms)
    response = TemplateResponse(request, f"issuance/list_detail.html{piece}", context, status=status)
    if forms:
        response["HX-Push-Url"] = "false"  # A form's address can't be opened again.
    return response


def _retry(request: HttpRequest, guest_list: GuestList, failed: tuple[int, str, str] | None) -> dict[str, Any]:
    after = number_in(request.GET, "after") or 0
    page = lines_of(guest_list, after=after, unmasked=may(request, Right.BUILD), failed=failed)
    origin = page.lines[0].guest.retry_of if page.lines else None
    unsent = origin is not None and origin.outcome == Outcome.WAITING
    return {"stage": "issuance/stages/retry.html", "page": page, "after": after, "unsent": unsent}


def _stage(request: HttpRequest, guest_list: GuestList, forms: dict[str, Any]) -> dict[str, Any]:
    """What the state of the list calls for; only states that aren't polled may look at guests."""
    state = guest_list.status
    if state in (ListState.UPLOADED, ListState.READING):
        reader = GuestReader(guest_list, unmasked=may(request, Right.MANAGE))
        return {"stage": "issuance/stages/reading.html", "reading": reading_of(reader, timezone.now())}
    if state == ListState.MAPPING:
        form = forms.get("columns_form") or ColumnsForm(guest_list)
        return {"stage": "issuance/stages/mapping.html", "columns_form": form}
    if state == ListState.UNREADABLE:
        return {"stage": "issuance/stages/unreadable.html", "usable": rows_before_break(guest_list)}
    if state == ListState.REPAIRING:
        return {"stage": "issuance/stages/repairing.html"}
    if state == ListState.CHECKED:
        return checked_stage(request, guest_list, **forms)
    if guest_list.one_guest:
        return _one_guest(guest_list)
    return _issued(guest_list)


def _one_guest(guest_list: GuestList) -> dict[str, Any]:
    """The whole list is one row, so that looking at it costs no more than at a counter."""
    jobs = list(IssuanceJob.objects.of_list(guest_list))
    guest = guest_list.guests.select_related("variant__reward_template").get()
    return {
        "stage": "issuance/stages/one_guest.html",
        "sending_paused": guest_list.status.running and pause_in_force(),
        "guest": guest,
        "shown": mask(guest.value),
        "why": reason_in_words(guest.reason),
        "job": jobs[0] if jobs else None,
        "progress": progress_of(guest_list, jobs, timezone.now()),
    }


def _issued(guest_list: GuestList) -> dict[str, Any]:
    jobs, now = list(IssuanceJob.objects.of_list(guest_list)), timezone.now()
    progress = progress_of(guest_list, jobs, now)
    running = guest_list.status.running
    stoppable = guest_list.status == ListState.HELD or (running and progress.unsent_jobs)
    return {
        "stage": "issuance/stages/issued.html",
        "polled": running or progress.revoking,
        "progress": progress,
        "seconds_held": (guest_list.held_until - now).total_seconds() if guest_list.held_until else None,
        "terms": ledger_terms(guest_list),
        "closes": closing_sentence(guest_list),
        "events": timeline_of(guest_list),
        "stoppable": stoppable,
        "sending_paused": bool(stoppable) and pause_in_force(),
        "unsent": unsent_of(guest_list),
        **(_refused(guest_list) if not running and guest_list.refused_count else {}),
    }


def _refused(guest_list: GuestList) -> dict[str, Any]:
    refusals = refusals_of(guest_list)
    retries = retries_of(guest_list)
    return {"refusals": refusals, "retries": retries, "left_count": sum(refusal.left for refusal in refusals)}


@require_GET
def list_jobs(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    later = IssuanceJob.objects.of_list(guest_list).filter(number__gt=number_in(request.GET, "after") or 0)
    jobs = list(later[: JOBS + 1])
    after = jobs[JOBS - 1].number if len(jobs) > JOBS else None
    return TemplateResponse(request, "issuance/jobs.html", {"list": guest_list, "jobs": jobs[:JOBS], "after": after})


@require_POST
def list_stop(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if stop_list(guest_list=guest_list, actor=user_of(request)):
        messages.success(request, "Stopped: what wasn’t sent yet stays here. What Thanx already has runs to its end.")
    else:
        messages.warning(request, "There was nothing left to stop: everything has been sent.")
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_issue_now(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Ends the hold; harmless when it is over."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if issue_now(guest_list=guest_list):
        nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_continue(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Sends the rest although the safety check stopped it; harmless when nothing waits for that."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if continue_after_safety_stop(guest_list=guest_list, actor=user_of(request)):
        nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_discard(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if discard_list(guest_list=guest_list, actor=user_of(request)):
        messages.success(request, f"Discarded “{guest_list.name}”. Nothing was issued.")
        return redirect("issuance:list_index", handle)
    messages.warning(request, "This list can’t be discarded any more: it was launched or has ended.")
    return redirect("issuance:list_detail", handle, pk)
