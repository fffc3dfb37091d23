"""Repairs of many rows of a checked list at one click, and the undo of any repair."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from issuance.access import list_for, repair_of
from issuance.checking.background_repairs import LARGE, is_large, order_domain, order_repair, order_undo
from issuance.checking.repairs import recipe_for, repair_domain, repair_rows, undo_repair
from issuance.guests.grid import number_in
from issuance.models import Repair
from issuance.parsing.mail_domains import meant_domain
from issuance.views.after_repair import TOO_LATE, back_to_bucket, to_ordered_repair
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right

NO_ROWS = "No row could be repaired this way. What is left needs a look row by row."


@require_POST
def list_repair(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """One repair of many rows, named by `key`; `choice` is a country, a domain, or which of several to keep. With
    `row`, of that row alone."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    key, choice = request.POST.get("key", ""), request.POST.get("choice", "")
    meant = meant_domain(choice) if key == "domain" else ""
    recipe, row = recipe_for(guest_list, key, choice), number_in(request.POST, "row")
    concerned: dict[str, Any] = {"guest_list": guest_list, "actor": user_of(request)}
    made: Repair | None = None
    if meant:
        if is_large(guest_list, domain=choice):
            return to_ordered_repair(request, guest_list, order_domain(**concerned, written=choice, meant=meant))
        made = repair_domain(**concerned, written=choice, meant=meant)
    elif recipe:
        if row is None and is_large(guest_list, recipe):
            return to_ordered_repair(request, guest_list, order_repair(**concerned, recipe=recipe, choice=choice))
        made = repair_rows(**concerned, recipe=recipe, row=row)
    if made is None:
        messages.warning(request, NO_ROWS)
    return back_to_bucket(request, guest_list)


@require_POST
def repair_undo(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Puts back what a repair changed, as long as no later one built on it."""
    guest_list = list_for(request, handle, pk, Right.BUILD)
    repair = repair_of(guest_list, request.POST.get("repair", ""))
    if (later := repair.overtaken_by()) is not None:
        messages.warning(request, f"Undo “{later}” first: it changed some of the same rows.")
    elif repair.count > LARGE:
        return to_ordered_repair(request, guest_list, order_undo(repair=repair, actor=user_of(request)))
    elif not undo_repair(repair=repair, actor=user_of(request)):
        messages.warning(request, TOO_LATE)
    return back_to_bucket(request, guest_list)
