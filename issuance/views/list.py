"""One list at one address for its whole life: which page it has depends on its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issuance.access import list_for, may, member_of, polled_list_for
from issuance.launching.discarding import discard_list
from issuance.launching.retry_corrections import Failures
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.outcomes.poll_versions import version_of_list
from issuance.views.checking import checked_stage
from issuance.views.importing import mapping_stage, reading_stage, repairing_stage, unreadable_stage
from issuance.views.one_guest_list import one_guest_stage
from issuance.views.progress import progress_stage
from issuance.views.retries import retry_stage
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.whole_pages import lead_to, page_above, wants_piece

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
# Before the launch the state alone says what the page shows. Stages that are polled never look at guests.
STAGES: dict[ListState, Callable[..., dict[str, Any]]] = {
    ListState.UPLOADED: reading_stage,
    ListState.READING: reading_stage,
    ListState.MAPPING: mapping_stage,
    ListState.UNREADABLE: unreadable_stage,
    ListState.REPAIRING: repairing_stage,
    ListState.CHECKED: checked_stage,
}


@require_GET
@never_cache
def list_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = polled_list_for(request, handle, pk)
    if guest_list.status == ListState.AWAITING_APPROVAL:
        return redirect("issuance:list_approval", handle, pk)
    return detail_page(request, guest_list, version=version_of_list(guest_list, member_of(request)))


@require_GET
@never_cache
def list_progress(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The part of the page that changes, unless it shows this version; without JavaScript the address leads back to
    the page."""
    guest_list = polled_list_for(request, handle, pk)
    version = version_of_list(guest_list, member_of(request))
    if version and version == request.GET.get("version"):
        return HttpResponse(status=204)
    if guest_list.status == ListState.AWAITING_APPROVAL:
        return lead_to(request, reverse("issuance:list_approval", args=[handle, pk]))
    if not wants_piece(request):
        return redirect(page_above(request.path))
    return detail_page(request, guest_list, "#progress", version=version)


def detail_page(
    request: HttpRequest,
    guest_list: GuestList,
    piece: str = "",
    *,
    version: str = "",
    failures: Failures | None = None,
    changed: list[str] | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """`failures` are corrections in a retry that can't be; `forms` came back with errors; `changed` is what differs
    from what the person saw, for which an act was refused."""
    context: dict[str, Any] = {
        "list": guest_list,
        "version": version,
        "step": STEPS.get(guest_list.status, 5),
        "live": guest_list.status.running,
        "may_build": may(request, Right.BUILD),
        "may_issue": may(request, Right.ISSUE),
        "changed": changed,
    }
    context |= _stage(request, guest_list, failures, forms)
    response = TemplateResponse(request, f"issuance/list/detail.html{piece}", context, status=status)
    if forms or changed:
        response["HX-Push-Url"] = "false"  # A form's address can't be opened again.
    return response


def _stage(
    request: HttpRequest, guest_list: GuestList, failures: Failures | None, forms: dict[str, Any]
) -> dict[str, Any]:
    if guest_list.parent_id and guest_list.status == ListState.CHECKED:
        return retry_stage(request, guest_list, failures)
    if stage := STAGES.get(guest_list.status):
        return stage(request, guest_list, **forms)
    ended = one_guest_stage if guest_list.one_guest else progress_stage
    return ended(request, guest_list, forms.get("take_back"))


@require_POST
def list_discard(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if discard_list(guest_list=guest_list, actor=user_of(request)):
        messages.success(request, f"Discarded “{guest_list.name}”. Nothing was issued.")
        return redirect("issuance:list_index", handle)
    messages.warning(request, "This list can’t be discarded any more: it was launched or has ended.")
    return redirect("issuance:list_detail", handle, pk)
