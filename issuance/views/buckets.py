"""Which rows of which bucket an address of the check page names, and the address of others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import QueryDict

from issuance.checking.summary import BUCKETS
from issuance.guests.addresses import check_url
from issuance.guests.grid import READY, Filters
from issuance.models import GuestList

NEEDS_YOU = "invalid"


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
