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
from issuance.engine.sending_holds import hold_in_force
from issuance.forms.check import ColumnsForm
from issuance.guests.grid import GuestReader, number_in
from issuance.guests.masking import mask
from issuance.guests.reasons import reason_in_words
from issuance.importing.broken_files import rows_before_break
from issuance.importing.reading_progress import reading_of
from issuance.launching.launch import continue_after_safety_stop, discard_list, issue_now, stop_list
from issuance.launching.retry_corrections import lines_of
from issuance.lifecycle.ledger import closing_sentence, ledger_terms
from issuance.models import IssuanceJob, RecipientList
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
    recipient_list = list_for(request, handle, pk)
    if recipient_list.status == ListState.AWAITING_APPROVAL:
        return redirect("issuance:list_approval", handle, pk)
    return detail_page(request, recipient_list)


@require_GET
@never_cache
def list_progress(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The part of the page that changes; without JavaScript the address leads back to the page."""
    recipient_list = list_for(request, handle, pk)
    if recipient_list.status == ListState.AWAITING_APPROVAL:
        return HttpResponseClientRedirect(reverse("issuance:list_approval", args=[handle, pk]))
    if not request.headers.get("HX-Request"):
        return redirect("issuance:list_detail", handle, pk)
    return detail_page(request, recipient_list, "#progress")


def detail_page(
    request: HttpRequest,
    recipient_list: RecipientList,
    piece: str = "",
    *,
    failed: tuple[int, str, str] | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """`failed` is the row, the text and the problem of a correction in a retry; `forms` came back with errors from the
    check page."""
    context: dict[str, Any] = {
        "list": recipient_list,
        "step": STEPS.get(recipient_list.status, 5),
        "polled": recipient_list.status.running,
        "may_build": may(request, Right.BUILD),
        "may_issue": may(request, Right.ISSUE),
    }
    if recipient_list.parent_id and recipient_list.status == ListState.CHECKED:
        context |= _retry(request, recipient_list, failed)
    else:
        context |= _stage(request, recipient_list, forms)
    response = TemplateResponse(request, f"issuance/list_detail.html{piece}", context, status=status)
    if forms:
        response["HX-Push-Url"] = "false"  # A form's address can't be opened again.
    return response


def _retry(request: HttpRequest, recipient_list: RecipientList, failed: tuple[int, str, str] | None) -> dict[str, Any]:
    after = number_in(request.GET, "after") or 0
    page = lines_of(recipient_list, after=after, unmasked=may(request, Right.BUILD), failed=failed)
    origin = page.lines[0].guest.retry_of if page.lines else None
    unsent = origin is not None and origin.outcome == Outcome.WAITING
    return {"stage": "issuance/stages/retry.html", "page": page, "after": after, "unsent": unsent}


def _stage(request: HttpRequest, recipient_list: RecipientList, forms: dict[str, Any]) -> dict[str, Any]:
    """What the state of the list calls for; only states that aren't polled may look at guests."""
    state = recipient_list.status
    if state in (ListState.UPLOADED, ListState.READING):
        reader = GuestReader(recipient_list, unmasked=may(request, Right.MANAGE))
        return {"stage": "issuance/stages/reading.html", "reading": reading_of(reader, timezone.now())}
    if state == ListState.MAPPING:
        form = forms.get("columns_form") or ColumnsForm(recipient_list)
        return {"stage": "issuance/stages/mapping.html", "columns_form": form}
    if state == ListState.UNREADABLE:
        return {"stage": "issuance/stages/unreadable.html", "usable": rows_before_break(recipient_list)}
    if state == ListState.REPAIRING:
        return {"stage": "issuance/stages/repairing.html"}
    if state == ListState.CHECKED:
        return checked_stage(request, recipient_list, **forms)
    if recipient_list.one_guest:
        return _one_guest(recipient_list)
    return _issued(recipient_list)


def _one_guest(recipient_list: RecipientList) -> dict[str, Any]:
    """The whole list is one row, so that looking at it costs no more than at a counter."""
    jobs = list(IssuanceJob.objects.of_list(recipient_list))
    guest = recipient_list.recipients.select_related("variant__reward_template").get()
    return {
        "stage": "issuance/stages/one_guest.html",
        "held_back": recipient_list.status.running and hold_in_force(),
        "guest": guest,
        "shown": mask(guest.value),
        "why": reason_in_words(guest.reason),
        "job": jobs[0] if jobs else None,
        "progress": progress_of(recipient_list, jobs, timezone.now()),
    }


def _issued(recipient_list: RecipientList) -> dict[str, Any]:
    jobs, now = list(IssuanceJob.objects.of_list(recipient_list)), timezone.now()
    progress = progress_of(recipient_list, jobs, now)
    running = recipient_list.status.running
    stoppable = recipient_list.status == ListState.HELD or (running and progress.unsent_jobs)
    return {
        "stage": "issuance/stages/issued.html",
        "polled": running or progress.revoking,
        "progress": progress,
        "seconds_held": (recipient_list.held_until - now).total_seconds() if recipient_list.held_until else None,
        "terms": ledger_terms(recipient_list),
        "closes": closing_sentence(recipient_list),
        "events": timeline_of(recipient_list),
        "stoppable": stoppable,
        "held_back": bool(stoppable) and hold_in_force(),
        "unsent": unsent_of(recipient_list),
        **(_refused(recipient_list) if not running and recipient_list.refused_count else {}),
    }


def _refused(recipient_list: RecipientList) -> dict[str, Any]:
    refusals = refusals_of(recipient_list)
    retries = retries_of(recipient_list)
    return {"refusals": refusals, "retries": retries, "left_count": sum(refusal.left for refusal in refusals)}


@require_GET
def list_jobs(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    recipient_list = list_for(request, handle, pk)
    later = IssuanceJob.objects.of_list(recipient_list).filter(number__gt=number_in(request.GET, "after") or 0)
    jobs = list(later[: JOBS + 1])
    after = jobs[JOBS - 1].number if len(jobs) > JOBS else None
    return TemplateResponse(
        request, "issuance/jobs.html", {"list": recipient_list, "jobs": jobs[:JOBS], "after": after}
    )


@require_POST
def list_stop(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    recipient_list = list_for(request, handle, pk, Right.ISSUE)
    if stop_list(recipient_list=recipient_list, actor=user_of(request)):
        messages.success(request, "Stopped: what wasn’t sent yet stays here. What Thanx already has runs to its end.")
    else:
        messages.warning(request, "There was nothing left to stop: everything has been sent.")
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_issue_now(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Ends the hold; harmless when it is over."""
    recipient_list = list_for(request, handle, pk, Right.ISSUE)
    if issue_now(recipient_list=recipient_list):
        nudge(tasks.work_list, recipient_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_continue(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Sends the rest although the safety check stopped it; harmless when nothing waits for that."""
    recipient_list = list_for(request, handle, pk, Right.ISSUE)
    if continue_after_safety_stop(recipient_list=recipient_list, actor=user_of(request)):
        nudge(tasks.work_list, recipient_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_discard(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    recipient_list = list_for(request, handle, pk, Right.BUILD)
    if discard_list(recipient_list=recipient_list, actor=user_of(request)):
        messages.success(request, f"Discarded “{recipient_list.name}”. Nothing was issued.")
        return redirect("issuance:list_index", handle)
    messages.warning(request, "This list can’t be discarded any more: it was launched or has ended.")
    return redirect("issuance:list_detail", handle, pk)
