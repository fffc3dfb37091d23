"""Which bucket of the check page somebody is in, and the way back there once something was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from issuance import tasks
from issuance.checking.summary import BUCKETS
from issuance.guests.addresses import check_url
from issuance.guests.grid import READY, Filters
from issuance.models import GuestList
from thanxportal.celery import nudge

NEEDS_YOU = "invalid"
TOO_LATE = "Nothing was changed: somebody else changed this list meanwhile, or it was launched. Look at it once more."


def current_bucket(guest_list: GuestList, query: QueryDict) -> str:
    """The bucket that the address names; else the one where somebody is needed, else the ready guests."""
    named = query.get("show", "")
    return named if named in BUCKETS else NEEDS_YOU if guest_list.invalid_count else READY


def filters_of(bucket: str, query: QueryDict) -> Filters:
    return replace(Filters.from_query(query), outcome=bucket, arm=None, job=None, q="")


def turned(guest_list: GuestList, filters: Filters, *, edit: int | None = None, **turn: Any) -> str:
    """The address of other rows in the same bucket."""
    to = replace(filters, **turn)
    return check_url(guest_list, show=to.outcome, cause=to.cause, after=to.after, before=to.before, edit=edit)


def back_to_bucket(request: HttpRequest, guest_list: GuestList, edit: int | None = None) -> HttpResponse:
    """To the rows that were shown, with the next row open."""
    bucket = current_bucket(guest_list, request.POST)
    address = turned(guest_list, filters_of(bucket, request.POST), edit=edit)
    return redirect(f"{address}#row-{edit}" if edit else address)


def to_ordered_repair(request: HttpRequest, guest_list: GuestList, ordered: bool) -> HttpResponse:
    """To the list, which says that a worker is at it, and turns into its review by itself."""
    if ordered:
        nudge(tasks.repair_list, guest_list.pk)
    else:
        messages.warning(request, TOO_LATE)
    return redirect("issuance:list_detail", guest_list.merchant.handle, guest_list.pk)
