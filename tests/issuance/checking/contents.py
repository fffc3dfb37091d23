"""What is in a checked list, to compare it before and after a repair."""

from __future__ import annotations

from typing import Any

from issuance.checking.cached_counts import count_guests
from issuance.models import Guest, GuestList, RowError


def state_of(guest_list: GuestList) -> dict[Any, Any]:
    """Everything that a repair could change, but for the token that it must change."""
    guest_list = GuestList.objects.get(pk=guest_list.pk)
    guests = Guest.objects.filter(guest_list=guest_list)
    errors = RowError.objects.filter(guest_list=guest_list)
    kept = guest_list.cached_counts
    count_guests(guest_list)
    assert {key: count for key, count in kept.items() if count} == guest_list.cached_counts or not kept
    values = ("row", "type", "value", "other", "fixed", "variant", "outcome")
    return {
        "guests": sorted(guests.values_list(*values)),
        "errors": sorted(errors.values_list("row", "kind", "code", "column")),
        "cells": {error.row: error.cells for error in errors},
        "ledger": guest_list.ledger,
        "cached_counts": guest_list.cached_counts,
    }


def fresh(guest_list: GuestList) -> GuestList:
    return GuestList.objects.select_related("merchant", "campaign").get(pk=guest_list.pk)
