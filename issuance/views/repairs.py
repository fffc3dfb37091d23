"""Repairs of a checked list: many rows at one click, one row by hand, rows that come back in a file; and their undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from issuance import tasks
from issuance.access import list_for, repair_of
from issuance.checking.background_repairs import (
    LARGE,
    LARGE_FILE,
    is_large,
    order_domain,
    order_repair,
    order_undo,
    order_upload,
)
from issuance.checking.buckets import next_bad_row
from issuance.checking.repairs import (
    edit_row,
    make_change,
    recipe_for,
    repair_domain,
    repair_rows,
    undo_repair,
    uploaded_change,
)
from issuance.checking.returned_rows import NotTheseRows, refuse_other_files
from issuance.checking.reward_again import include_rewarded, repeats_named, skip_rewarded
from issuance.forms.check import IncludeForm, UploadRowsForm
from issuance.guests.grid import number_in
from issuance.models import GuestList, Repair
from issuance.parsing.mail_domains import meant_domain
from issuance.parsing.unreadable_file import UnreadableFile
from issuance.views.check import NEEDS_YOU, current_bucket, filters_of, row_form, turned
from issuance.views.list import detail_page
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.celery import nudge

TOO_LATE = "Nothing was changed: somebody else changed this list meanwhile, or it was launched. Look at it once more."
NO_ROWS = "No row could be repaired this way. What is left needs a look row by row."


@require_POST
def list_repair(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """One repair of many rows, named by `key`; `choice` is a country, a domain, or which of several to keep."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    key, choice = request.POST.get("key", ""), request.POST.get("choice", "")
    meant = meant_domain(choice) if key == "domain" else ""
    recipe = recipe_for(guest_list, key, choice)
    concerned: dict[str, Any] = {"guest_list": guest_list, "actor": user_of(request)}
    made: Repair | None = None
    if meant:
        if is_large(guest_list, domain=choice):
            return _ordered(request, guest_list, order_domain(**concerned, written=choice, meant=meant))
        made = repair_domain(**concerned, written=choice, meant=meant)
    elif recipe:
        if is_large(guest_list, recipe):
            return _ordered(request, guest_list, order_repair(**concerned, recipe=recipe, choice=choice))
        made = repair_rows(**concerned, recipe=recipe)
    if made is None:
        messages.warning(request, NO_ROWS)
    return _back(request, guest_list)


@require_POST
def row_edit(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Saves one bad row by hand and opens the next one; a row in which no guest can be read stays open."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    form = row_form(guest_list, request.POST.get("edit", ""), request.POST)
    if form is None:
        messages.warning(request, TOO_LATE)
        return _back(request, guest_list)
    if not form.is_valid() or form.verdict is None:
        return detail_page(request, guest_list, status=422, row_form=form)
    if not edit_row(guest_list=guest_list, verdict=form.verdict, actor=user_of(request)):
        messages.warning(request, TOO_LATE)
    filters = filters_of(NEEDS_YOU, request.POST)
    return _back(request, guest_list, edit=next_bad_row(guest_list, filters, after=form.row))


@require_POST
def rows_upload(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Takes the download of bad rows back, repaired; every row under its own number."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    form = UploadRowsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _take_rows(request, guest_list, form)
        except (NotTheseRows, UnreadableFile) as refusal:
            form.add_error("rows", refusal.sentence)
    return detail_page(request, guest_list, status=422, upload_form=form)


def _take_rows(request: HttpRequest, guest_list: GuestList, form: UploadRowsForm) -> HttpResponse:
    actor, rows = user_of(request), form.cleaned_data["rows"]
    if rows.size > LARGE_FILE:
        refuse_other_files(guest_list, form.path())
        return _ordered(request, guest_list, order_upload(guest_list=guest_list, rows=rows, actor=actor))
    change = uploaded_change(guest_list, form.path())
    if make_change(guest_list, change, actor=actor) is None:
        messages.warning(request, TOO_LATE if change.verdicts else "Nothing in this file differs from the rows here.")
    for sentence in change.left:
        messages.warning(request, sentence)
    return _back(request, guest_list)


@require_POST
def repair_undo(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Puts back what a repair changed, as long as no later one built on it."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    repair = repair_of(guest_list, request.POST.get("repair", ""))
    if (later := repair.overtaken_by()) is not None:
        messages.warning(request, f"Undo “{later}” first: it changed some of the same rows.")
    elif repair.count > LARGE:
        return _ordered(request, guest_list, order_undo(repair=repair, actor=user_of(request)))
    elif not undo_repair(repair=repair, actor=user_of(request)):
        messages.warning(request, TOO_LATE)
    return _back(request, guest_list)


@require_POST
def list_include(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Rewards guests again whom a campaign had rewarded, for a reason; or, with `skip`, leaves them out after all."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    repeats = repeats_named(guest_list, number_in(request.POST, "campaign"))
    if repeats is None:
        raise Http404("No such guests.")
    campaign, actor = repeats.campaign, user_of(request)
    if "skip" in request.POST:
        done: int | bool = skip_rewarded(guest_list=guest_list, campaign=campaign, actor=actor)
    else:
        form = IncludeForm(campaign.pk, request.POST)
        if not form.is_valid():
            return detail_page(request, guest_list, status=422, include_form=form)
        reason = form.cleaned_data["reason"]
        done = include_rewarded(guest_list=guest_list, campaign=campaign, actor=actor, reason=reason)
    if not done:
        messages.warning(request, TOO_LATE)
    return _back(request, guest_list)


def _ordered(request: HttpRequest, guest_list: GuestList, done: bool) -> HttpResponse:
    """To the list, which says that a worker is at it, and turns into its review by itself."""
    if done:
        nudge(tasks.repair_list, guest_list.pk)
    else:
        messages.warning(request, TOO_LATE)
    return redirect("issuance:list_detail", guest_list.merchant.handle, guest_list.pk)


def _back(request: HttpRequest, guest_list: GuestList, edit: int | None = None) -> HttpResponse:
    """To the same place of the same bucket, with the next row open."""
    bucket = current_bucket(guest_list, request.POST)
    address = turned(guest_list, filters_of(bucket, request.POST), edit=edit)
    return redirect(f"{address}#row-{edit}" if edit else address)
