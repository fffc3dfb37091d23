"""How a file is to be read: which columns hold the guests, once more by others, or no further than it can be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from issuance import tasks
from issuance.access import list_for
from issuance.forms.importing import ColumnsForm
from issuance.importing.broken_files import is_cut_off, use_rows_before_break
from issuance.importing.mapping import NoSuchColumns, ask_for_columns, choose_columns
from issuance.models import GuestList
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.celery import nudge


@require_POST
def list_columns(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Has the file read by the columns, or from the sheet, that somebody chose."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    form = ColumnsForm(guest_list, request.POST)
    if not form.is_valid():
        return detail_page(request, guest_list, status=422, columns_form=form)
    choice: dict[str, Any] = form.choice()
    try:
        chosen = choose_columns(guest_list=guest_list, actor=user_of(request), **choice)
    except NoSuchColumns as refusal:
        form.add_error(None, str(refusal))
        return detail_page(request, guest_list, status=422, columns_form=form)
    if chosen:
        nudge(tasks.read_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_reread(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Throws away what was read, and asks for the columns before the file is read once more."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if ask_for_columns(guest_list=guest_list, actor=user_of(request)):
        nudge(tasks.read_list, guest_list.pk)
    else:
        messages.warning(request, "This list can’t be read differently any more: it was changed or launched meanwhile.")
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_use_rows(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Goes on with the rows before the place from which the file can't be read."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    if use_rows_before_break(guest_list=guest_list, actor=user_of(request)):
        nudge(tasks.read_list, guest_list.pk)
    elif not is_cut_off(GuestList.objects.get(pk=guest_list.pk)):  # Somebody else, or a second click, did so.
        messages.warning(request, "There is nothing to continue with: the list was changed meanwhile.")
    return redirect("issuance:list_detail", handle, pk)
