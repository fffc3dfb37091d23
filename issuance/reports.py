"""Downloads: streamed row by row in constant memory, and harmless when opened in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from issuance.guests import GuestReader
from issuance.models import Recipient, RecipientList, RowError
from issuance.reasons import reason_in_words
from issuance.returned_rows import REASON, row_header
from issuance.spreadsheet_safety import inert

CHUNK = 2_000  # rows read at once, and lines sent at once
MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
REPORT_HEADER = ("row", "identifier", "type", "arm", "outcome", "reason", "job", "reward id")
Row = TypeVar("Row", bound=Model)


def report(recipient_list: RecipientList, *, unmasked: bool) -> Iterator[str]:
    """Every row of the file with its outcome, in the order of the file, as pieces of CSV."""
    reader = GuestReader(recipient_list, unmasked=unmasked)
    guests = _in_row_order(Recipient.objects.of_list(recipient_list).defer("identity", "other"))
    errors = _in_row_order(RowError.objects.of_list(recipient_list))
    lines = (
        (line.row, line.shown, line.type, line.variant or "", line.label, line.reason, line.job_number, line.reward_id)
        for line in reader.rows(guests, errors)
    )
    return _csv(REPORT_HEADER, lines)


def bad_rows(recipient_list: RecipientList) -> Iterator[str]:
    """Every invalid row: why, where, and its cells as they stood in the file, as pieces of CSV.

    Repaired, the file can be brought back: `returned_rows` knows it by its second column.
    """
    names = recipient_list.file_info.get("names") or []
    errors = _in_row_order(RowError.objects.of_list(recipient_list).filter(kind=RowError.INVALID))
    lines = ((reason_in_words(error.code), error.row, *error.cells) for error in errors)
    return _csv((REASON, row_header(recipient_list), *names), lines)


def _in_row_order(rows: QuerySet[Row]) -> Iterator[Row]:
    """All rows, a chunk at a time by row number: no cursor is held while a slow reader downloads."""
    last = 0
    while chunk := list(rows.filter(row__gt=last)[:CHUNK]):
        yield from chunk
        last = chunk[-1].row  # type: ignore[attr-defined]


class _Echo:
    """What csv.writer needs of a file, returning the line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _csv(header: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    piece = [MARK, writer.writerow([inert(name) for name in header])]
    for line in lines:
        piece.append(writer.writerow([inert(cell) for cell in line]))
        if len(piece) >= CHUNK:
            yield "".join(piece)
            piece = []
    if piece:
        yield "".join(piece)
