"""Downloads of a list as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from issuance.access import list_for, may
from issuance.checking.returned_rows import bad_rows
from issuance.guests.reveals import note_full_report
from issuance.models import GuestList
from issuance.outcomes.reports import report
from thanxportal.accounts.access import user_of
from thanxportal.accounts.limits import take_place, too_many, while_sent
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof


@require_GET
def download_bad_rows(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    """Whole rows, to be repaired: for those who may bring lists."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))
    return _download(request, guest_list, "bad-rows", lambda: bad_rows(guest_list))


@require_GET
def download_report(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    """In full for managers, which their merchant's log keeps; masked for everybody else."""
    guest_list = list_for(request, handle, pk)
    unmasked = may(request, Right.MANAGE)
    if unmasked:
        require_proof(request, guest_list.merchant, back=reverse("issuance:list_detail", args=[handle, pk]))

    def pieces() -> Iterator[str]:
        if unmasked:
            note_full_report(guest_list, user_of(request))
        return report(guest_list, unmasked=unmasked)

    return _download(request, guest_list, "report", pieces)


def _download(
    request: HttpRequest, guest_list: GuestList, kind: str, pieces: Callable[[], Iterator[str]]
) -> HttpResponseBase:
    taken = take_place(request, "downloads")
    if not taken:
        return too_many(request, "downloads")
    name = f"{slugify(guest_list.name)[:60] or 'list'}-{guest_list.pk}-{kind}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(while_sent(pieces(), taken), content_type="text/csv; charset=utf-8", headers=headers)
