"""Repairs of very many rows: ordered on the page, made by a worker, so that nobody waits at a page that says nothing.

From the order on the list is *being repaired*, and nobody else changes or launches it. The worker validates the rows.
Then it brings the list back to its review together with all repaired rows, in one transaction: a worker that dies
leaves nothing behind but its lease.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from issuance.checking.cached_counts import cached_counts
from issuance.checking.repairs import (
    TOOK_ROWS,
    Recipe,
    domain_change,
    make_change,
    recipe_change,
    recipe_for,
    take_list,
    undo_repair,
    uploaded_change,
)
from issuance.checking.returned_rows import NotTheseRows
from issuance.lifecycle.transitions import LEASE, MOST_CRASHES, back_if_store_fails, lease_list, move_list
from issuance.models import GuestList, Repair, RowError, note_event
from issuance.models.states import ListState
from issuance.parsing.unreadable_file import UnreadableFile
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.stored_files import on_this_machine

LARGE = 5_000  # rows above which a repair is left to a worker: some seconds of work
LARGE_FILE = 1_000_000  # bytes of a file with about as many rows
PER_ROW = timedelta(milliseconds=1)  # that the slowest database needs; a repair can't be resumed, only begun anew
NOTHING_CHANGED = "No row could be repaired this way."
GAVE_UP = "The repair failed five times and nothing was changed. Try a smaller one, or ask staff to look."


def is_large(guest_list: GuestList, recipe: Recipe | None = None, *, domain: str = "") -> bool:
    """Whether so many rows may be concerned; looks at no more than it has to."""
    if recipe is None:
        return cached_counts(guest_list).get(f"domain:{domain}", 0) > LARGE
    bad = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID, code__in=recipe.codes)
    return len(bad.values_list("pk", flat=True)[: LARGE + 1]) > LARGE


def order_repair(*, guest_list: GuestList, recipe: Recipe, choice: str, actor: User) -> bool:
    """Has a worker repair rows by the recipe; False if the list changed meanwhile."""
    return _order(guest_list, {"key": recipe.key, "choice": choice, "did": recipe.did}, actor)


def order_domain(*, guest_list: GuestList, written: str, meant: str, actor: User) -> bool:
    """Has a worker write another mail domain; False if the list changed meanwhile."""
    did = f"Wrote {meant} for {written}"
    return _order(guest_list, {"key": "domain", "choice": written, "meant": meant, "did": did}, actor)


def order_undo(*, repair: Repair, actor: User) -> bool:
    """Has a worker put a repair's rows back; False if the list changed meanwhile."""
    return _order(repair.guest_list, {"undo": repair.pk, "did": f"Undo: {repair.sentence}"}, actor)


def order_upload(*, guest_list: GuestList, rows: File[bytes], actor: User) -> bool:
    """Has a worker put bad rows as they come back in a file, kept until then; False if the list changed meanwhile."""
    kept = default_storage.save(f"repairs/{guest_list.uuid}", rows)
    ordered = _order(guest_list, {"key": "upload", "file": kept, "did": TOOK_ROWS}, actor)
    if not ordered:
        default_storage.delete(kept)
    return ordered


@transaction.atomic
def _order(guest_list: GuestList, order: dict[str, Any], actor: User) -> bool:
    if not take_list(guest_list):
        return False
    return move_list(guest_list, ListState.REPAIRING, actor=actor, repair_order=order | {"actor": actor.pk})


def make_ordered_repair(list_id: int) -> None:
    """Does what was ordered, and brings the list back to its review."""
    guest_list = lease_list(list_id, ListState.REPAIRING)
    if guest_list is None:
        return
    if guest_list.crash_count >= MOST_CRASHES:
        _back(guest_list, note=GAVE_UP)
        return
    mine = GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch)
    mine.update(lease_until=database_clock.now() + LEASE + guest_list.rows_count * PER_ROW)
    try:
        with back_if_store_fails(guest_list):
            work = _work(guest_list)
    except (NotTheseRows, UnreadableFile) as refusal:
        _back(guest_list, note=refusal.sentence)
        return
    with transaction.atomic():
        if _back(guest_list) and not (work and work()):
            _note_nothing_changed(guest_list)


def _work(guest_list: GuestList) -> Callable[[], object] | None:
    """Everything but the writing: validating takes a third of the time and needs no lock."""
    order = guest_list.repair_order
    actor = User.objects.filter(pk=order["actor"]).first()
    if "undo" in order:
        repair = guest_list.repairs.filter(pk=order["undo"]).select_related("guest_list").first()
        return partial(undo_repair, repair=repair, actor=actor) if repair else None
    if order["key"] == "upload":
        with on_this_machine(order["file"]) as path:
            change = uploaded_change(guest_list, path)
        if not change.results:
            raise NotTheseRows(" ".join([NOTHING_CHANGED, *change.left]))
    elif order["key"] == "domain":
        change = domain_change(guest_list, order["choice"], order["meant"])
    elif recipe := recipe_for(guest_list, order["key"], order["choice"]):
        change = recipe_change(guest_list, recipe)
    else:
        return None
    return partial(make_change, guest_list, change, actor=actor)


@transaction.atomic
def _back(guest_list: GuestList, *, note: str = "") -> bool:
    kept = guest_list.repair_order.get("file")
    done: dict[str, Any] = {"repair_order": {}, "lease_until": None, "crash_count": 0}
    if not move_list(guest_list, ListState.CHECKED, note=note, **done):
        return False
    if kept:
        transaction.on_commit(partial(default_storage.delete, kept), robust=True)
    return True


def _note_nothing_changed(guest_list: GuestList) -> None:
    note_event(guest_list, ListState.CHECKED, note=NOTHING_CHANGED)
