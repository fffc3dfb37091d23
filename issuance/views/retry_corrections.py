"""A refused guest of a retry gets another email or phone, or is left out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.guests.grid import number_in
from issuance.launching.retry_corrections import CantCorrect, correct_guest, leave_out
from issuance.views.list import detail_page
from thanxportal.accounts.models import Right


@require_POST
def list_correct(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Gives a guest of a retry another email or phone, or leaves the guest out."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    row, typed = number_in(request.POST, "row") or 0, request.POST.get("value", "")
    try:
        if "leave_out" in request.POST:
            leave_out(guest_list=guest_list, row=row)
        else:
            correct_guest(guest_list=guest_list, row=row, text=typed)
    except CantCorrect as refusal:
        guest_list.refresh_from_db(fields=["state"])
        return detail_page(request, guest_list, failed=(row, typed, str(refusal)), status=422)
    after = number_in(request.GET, "after")
    here = redirect("issuance:list_detail", handle, pk)
    here["Location"] += f"?after={after}" if after else ""
    return here
