"""The five buckets of the check page: what is in each row of a page beyond what the grid of guests shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from issuance.checking.cell_repairs import SEVERAL
from issuance.checking.replace_rows import cells_of
from issuance.checking.revalidation import columns_of, fault_at, identifier_columns
from issuance.guests.grid import FIXED, Filters, GuestReader, GuestRow
from issuance.models import Guest, GuestList, RepairedRow, RowError
from issuance.parsing.column_choice import Columns
from issuance.parsing.identifiers import guests_in

CONTEXT = 2  # columns beyond the identifiers that help to see who is meant


class Cell(NamedTuple):
    """A cell of a bad row: `wrong` marks the one that the reason is about, `field` names it in the row's form."""

    name: str
    text: str
    wrong: bool
    field: str


class BucketRow(NamedTuple):
    """A row of the check page, with what its bucket adds."""

    guest: GuestRow
    cells: list[Cell] = []
    several: int = 0  # guests in its wrong cell
    before: str = ""
    repeats: int | None = None
    campaign: str = ""
    at: datetime | None = None


def heads_of(guest_list: GuestList) -> list[tuple[int, str]]:
    """The columns in which bad rows are shown: the identifiers, and the first others to tell people apart."""
    identifiers, names = dict(identifier_columns(guest_list)), columns_of(guest_list).names
    others = [(at, name) for at, name in enumerate(names) if at not in identifiers][:CONTEXT]
    return [*identifiers.items(), *others]


def next_bad_row(guest_list: GuestList, filters: Filters, *, after: int) -> int | None:
    """The number of the bad row that follows in the same filter; None after the last."""
    left = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID, row__gt=after)
    rows = left.filter(code=filters.cause) if filters.cause else left
    return rows.values_list("row", flat=True).first()


def bucket_rows(reader: GuestReader, bucket: str, rows: list[GuestRow]) -> list[BucketRow]:
    """A page of one bucket; one query more than the page itself, or two."""
    add = {"invalid": _needing, FIXED: _fixed, "duplicate": _repeating, "already_rewarded": _rewarded}.get(bucket)
    added = {row.guest.row: row for row in add(reader, rows)} if add and rows else {}
    return [added.get(row.row) or BucketRow(row) for row in rows]


def _needing(reader: GuestReader, rows: list[GuestRow]) -> Iterator[BucketRow]:
    columns, heads = columns_of(reader.list), heads_of(reader.list)
    shown = {row.row: row for row in rows}
    for error in RowError.objects.of_list(reader.list).filter(row__in=shown):
        cells = _cells(reader, columns, heads, error)
        yield BucketRow(shown[error.row], cells, _guests_in_cell(reader.list, columns, error))


def _cells(reader: GuestReader, columns: Columns, heads: list[tuple[int, str]], error: RowError) -> list[Cell]:
    cells = [str(cell) for cell in error.cells]
    fault = fault_at(columns, error.column, cells)
    wrong = heads[0][0] if fault is None else fault
    texts = {at: reader.sight.show(cells[at]) for at, _ in heads if at < len(cells)}
    return [Cell(name, texts.get(at, ""), at == wrong, f"cell{at}") for at, name in heads]


def _guests_in_cell(guest_list: GuestList, columns: Columns, error: RowError) -> int:
    """How many guests its cell holds, where that is what is wrong with it."""
    at = fault_at(columns, error.column, error.cells)
    return len(guests_in(str(error.cells[at]), guest_list.country)) if error.code in SEVERAL and at is not None else 0


def _fixed(reader: GuestReader, rows: list[GuestRow]) -> Iterator[BucketRow]:
    shown = {row.row: row for row in rows}
    columns = columns_of(reader.list)
    repaired = RepairedRow.objects.filter(repair__guest_list=reader.list, repair__undone_at=None, row__in=shown)
    first = {row.row: row.before["cells"] for row in repaired.order_by("-repair_id")}
    for guest in Guest.objects.of_list(reader.list).filter(row__in=shown):
        cells = first.get(guest.row) or cells_of(reader.list, guest)
        yield BucketRow(shown[guest.row], before=reader.sight.show(_written(columns, guest.type, cells)))


def _written(columns: Columns, kind: str, cells: list[Any]) -> str:
    """What stood in the file where the guest was found."""
    emails, phones = (columns.email, *columns.more_emails), (columns.phone, *columns.more_phones)
    likely = (*emails, *phones) if kind == "email" else (*phones, *emails)
    texts = [str(cells[at]) for at in likely if at is not None and at < len(cells)]
    return next((text for text in texts if text.strip()), "")


def _repeating(reader: GuestReader, rows: list[GuestRow]) -> Iterator[BucketRow]:
    shown = {row.row: row for row in rows}
    errors = RowError.objects.of_list(reader.list).filter(row__in=shown, identity__isnull=False)
    repeats = {error.row: bytes(error.identity or b"") for error in errors}
    guests = Guest.objects.filter(guest_list=reader.list, identity__in=set(repeats.values()))
    rows_of = guests.values_list("identity", Coalesce("of_row", "row"))
    first = {bytes(identity): row for identity, row in rows_of}
    for row, identity in repeats.items():
        yield BucketRow(shown[row], repeats=first.get(identity))


def _rewarded(reader: GuestReader, rows: list[GuestRow]) -> Iterator[BucketRow]:
    """By which campaign and when, as it was found when the list was read."""
    shown = {row.row: row for row in rows}
    guests = Guest.objects.of_list(reader.list).filter(row__in=shown).select_related("earlier_campaign")
    for guest in guests.defer("identity"):
        campaign = guest.earlier_campaign.name if guest.earlier_campaign else ""
        yield BucketRow(shown[guest.row], campaign=campaign, at=guest.earlier_at)
