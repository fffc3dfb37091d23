"""What is in a checked list, to compare it before and after a repair."""

from __future__ import annotations

from typing import Any

from issuance.checking.cached_counts import count_guests
from issuance.models import Guest, GuestList, RowError


def state_of(made: GuestList) -> dict[Any, Any]:
    """Everything that a repair could change, but for the token that it must change."""
    made = GuestList.objects.get(pk=made.pk)
    guests = Guest.objects.filter(guest_list=made)
    errors = RowError.objects.filter(guest_list=made)
    kept = made.cached_counts
    count_guests(made)
    assert {key: count for key, count in kept.items() if count} == made.cached_counts or not kept
    values = ("row", "type", "value", "other", "fixed", "variant", "outcome")
    return {
        "guests": sorted(guests.values_list(*values)),
        "errors": sorted(errors.values_list("row", "kind", "code", "column")),
        "cells": {error.row: error.cells for error in errors},
        "ledger": made.ledger,
        "cached_counts": made.cached_counts,
    }


def fresh(made: GuestList) -> GuestList:
    return GuestList.objects.select_related("merchant", "campaign").get(pk=made.pk)
