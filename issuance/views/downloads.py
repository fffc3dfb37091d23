"""Downloads of a list as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from issuance.access import list_for, member_of
from issuance.checking.returned_rows import bad_rows
from issuance.guests.sight import note_bad_rows, note_report, refuse_bad_rows, sight_of_report
from issuance.outcomes.reports import report
from issuance.views.csv_download import download
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof


@require_GET
def download_bad_rows(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    """Whole rows, to be repaired."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    refuse_bad_rows(member_of(request), guest_list)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))

    def pieces() -> Iterator[str]:
        note_bad_rows(member_of(request), guest_list)
        return bad_rows(guest_list)

    return download(request, guest_list, "bad-rows", pieces)


@require_GET
def download_report(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    guest_list = list_for(request, handle, pk)
    sight = sight_of_report(member_of(request))
    if sight.whole:
        require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))

    def pieces() -> Iterator[str]:
        if sight.whole:
            note_report(member_of(request), guest_list)
        return report(guest_list, sight)

    return download(request, guest_list, "report", pieces)
