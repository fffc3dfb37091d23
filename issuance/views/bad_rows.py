"""Bad rows repaired by a person: one by hand, or many that come back in a file."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from issuance.access import list_for
from issuance.checking.background_repairs import LARGE_FILE, order_upload
from issuance.checking.repairs import edit_row, make_change, uploaded_change
from issuance.checking.returned_rows import NotTheseRows, refuse_other_files
from issuance.forms.checking import UploadRowsForm, row_form
from issuance.models import GuestList
from issuance.parsing.unreadable_file import UnreadableFile
from issuance.views.after_repair import TOO_LATE, back_to_bucket, to_next_bad_row, to_ordered_repair
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.limits import take_place, too_many
from thanxportal.accounts.models import Right
from thanxportal.body_limits import is_small, takes_body
from thanxportal.stored_files import StoreFails


@require_POST
def row_edit(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Saves one bad row by hand and opens the next one; a row in which no guest can be read stays open."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    form = row_form(guest_list, request.POST.get("edit", ""), request.POST)
    if form is None:
        messages.warning(request, TOO_LATE)
        return back_to_bucket(request, guest_list)
    if not form.is_valid() or form.result is None:
        return detail_page(request, guest_list, status=422, row_form=form)
    if not edit_row(guest_list=guest_list, result=form.result, actor=user_of(request)):
        messages.warning(request, TOO_LATE)
    return to_next_bad_row(request, guest_list, after=form.row)


def _door(request: HttpRequest, handle: str, pk: int) -> HttpResponse | None:
    list_for(request, handle, pk, Right.BUILD)
    return None if take_place(request, "uploads") else too_many(request, "uploads")


@takes_body(lambda: settings.MOST_BODY, door=_door)
@require_POST
def rows_upload(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Takes the download of bad rows back, repaired; every row under its own number."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    form = UploadRowsForm(request.POST, request.FILES)
    if is_small(request) and not take_place(request, "uploads"):
        return too_many(request, "uploads")
    if form.is_valid():
        try:
            return _take_rows(request, guest_list, form)
        except (NotTheseRows, UnreadableFile) as refusal:
            form.add_error("rows", refusal.sentence)
        except StoreFails as failure:
            form.add_error("rows", failure.sentence)
    return detail_page(request, guest_list, status=422, upload_form=form)


def _take_rows(request: HttpRequest, guest_list: GuestList, form: UploadRowsForm) -> HttpResponse:
    actor, rows = user_of(request), form.cleaned_data["rows"]
    if rows.size > LARGE_FILE:
        refuse_other_files(guest_list, form.path())
        return to_ordered_repair(request, guest_list, order_upload(guest_list=guest_list, rows=rows, actor=actor))
    change = uploaded_change(guest_list, form.path())
    if make_change(guest_list, change, actor=actor) is None:
        messages.warning(request, TOO_LATE if change.results else "Nothing in this file differs from the rows here.")
    for sentence in change.left:
        messages.warning(request, sentence)
    return back_to_bucket(request, guest_list)
