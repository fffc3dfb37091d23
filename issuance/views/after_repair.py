"""Where a repair of a checked list leads: to the rows that were shown, to the next one, or to a list at work."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from issuance import tasks
from issuance.checking.buckets import next_bad_row
from issuance.models import GuestList
from issuance.views.buckets import NEEDS_YOU, current_bucket, filters_of, turned
from thanxportal.celery import nudge

TOO_LATE = "Nothing was changed: somebody else changed this list meanwhile, or it was launched. Look at it once more."


def back_to_bucket(request: HttpRequest, guest_list: GuestList, edit: int | None = None) -> HttpResponse:
    """To the rows that were shown, with the next row open."""
    bucket = current_bucket(guest_list, request.POST)
    address = turned(guest_list, filters_of(bucket, request.POST), edit=edit)
    return redirect(f"{address}#row-{edit}" if edit else address)


def to_next_bad_row(request: HttpRequest, guest_list: GuestList, after: int) -> HttpResponse:
    filters = filters_of(NEEDS_YOU, request.POST)
    return back_to_bucket(request, guest_list, edit=next_bad_row(guest_list, filters, after=after))


def to_ordered_repair(request: HttpRequest, guest_list: GuestList, ordered: bool) -> HttpResponse:
    """To the list, which says that a worker is at it, and turns into its review by itself."""
    if ordered:
        nudge(tasks.repair_list, guest_list.pk)
    else:
        messages.warning(request, TOO_LATE)
    return redirect("issuance:list_detail", guest_list.merchant.handle, guest_list.pk)
