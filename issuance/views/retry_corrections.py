"""The one form of a retry: what is typed in its rows is saved, whichever button was pressed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.guests.addresses import check_url
from issuance.guests.grid import number_in
from issuance.launching.retry_corrections import (
    PAGE,
    CantCorrect,
    Failures,
    correct_guests,
    leave_out,
    skip_rewarded_meanwhile,
)
from issuance.models import GuestList
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.counted import counted

FIELD = "value-"  # and the number of the row


@require_POST
def list_correct(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Gives guests of a retry other emails or phones, then leaves one out, opens one, turns the page or goes on."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    typed = _typed(request)
    failures = correct_guests(guest_list=guest_list, typed=typed, actor=user_of(request))
    failures |= _leave_out(request, guest_list)
    guest_list.refresh_from_db()
    if failures:
        return detail_page(request, guest_list, failures=failures, status=422)
    if "proceed" in request.POST:
        return _to_review(request, guest_list)
    if typed:
        messages.success(request, f"Saved {counted(len(typed), 'row')}.")
    return _back(request, guest_list)


def _typed(request: HttpRequest) -> dict[int, str]:
    """What was typed, by row; a row in which nothing was typed stays as it is."""
    rows = {
        number_in({"row": name.removeprefix(FIELD)}, "row"): text
        for name, text in request.POST.dict().items()
        if name.startswith(FIELD) and text.strip()
    }
    return {row: text for row, text in [*rows.items()][:PAGE] if row}


def _leave_out(request: HttpRequest, guest_list: GuestList) -> Failures:
    row = number_in(request.POST, "leave_out")
    if row is None:
        return {}
    try:
        leave_out(guest_list=guest_list, row=row, actor=user_of(request))
    except CantCorrect as refusal:
        return {row: ("", str(refusal))}
    return {}


def _to_review(request: HttpRequest, guest_list: GuestList) -> HttpResponse:
    """Unless fewer would be sent than the button said."""
    if aside := skip_rewarded_meanwhile(guest_list):
        who = counted(aside, "guest was", "guests were")
        messages.warning(request, f"{who} rewarded meanwhile and will not be sent again. Look at it once more.")
        return _back(request, guest_list)
    return redirect("issuance:list_review", guest_list.merchant.handle, guest_list.pk)


def _back(request: HttpRequest, guest_list: GuestList) -> HttpResponse:
    """To the same rows, to those of the page that was asked for, or to the one that is opened."""
    row = number_in(request.POST, "open")
    after = number_in(request.POST, "turn") if "turn" in request.POST else number_in(request.GET, "after")
    return redirect(check_url(guest_list, edit=row, after=after) + (f"#row-{row}" if row else ""))
