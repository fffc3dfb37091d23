"""Finds the row of a table that names its columns, behind titles, notes and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from issuance.parsing.column_names import email_rank, names_guests, phone_rank, plain_name
from issuance.parsing.identifiers import EMAIL_ANYWHERE

HEADER_WITHIN = 20  # rows with anything in them
# How lines begin that stand above or below a table and name who made it, or its sums.
begins_note = re.compile(
    r"\W*(?:(?:exported|prepared|created|generated|printed|compiled|reported|report|run|sent) (?:by|for|from|on|at)\b"
    r"|(?:for questions|questions|contact us|source|confidential|page \d)\b"
    r"|(?:contact|owner|author):|(?:grand |sub)?totals?\b|gesamt|summe\b"
    r"|(?:erstellt|exportiert|gedruckt) (?:von|am|für)\b"
    r"|(?:export|cré|génér|prépar)ée? (?:par|le|pour)\b|(?:esportato|creato|generato) (?:da|il)\b"
    r"|(?:exportado|creado|generado|preparado|criado) (?:por|el|para|em)\b)",
    re.IGNORECASE,
).match


class Header(NamedTuple):
    """Where the header stands: `at` counts from 0, and is None without one. Guests may stand above it by mistake."""

    at: int | None
    guests_above: bool = False


def find_header(rows: Sequence[list[str]]) -> Header:
    """The header among the first rows: the row that names most columns, else a row of labels above the first guest."""
    filled = ((at, row) for at, row in enumerate(rows) if any(map(str.strip, row)))
    top = [*islice(filled, HEADER_WITHIN)]
    naming = [(at, row) for at, row in top if _rank(row) and not any(map(_is_guest, row))]
    if naming:
        index, row = max(naming, key=lambda item: (_rank(item[1]), sum(bool(cell.strip()) for cell in item[1])))
        return Header(index, any(_could_hold_guest(above, row) for at, above in top if at < index))
    first_guest = next((index for index, (_, row) in enumerate(top) if any(map(holds_identifier, row))), len(top))
    if not 0 < first_guest < len(top):
        return Header(None)
    at, row = top[0]
    return Header(at if all(map(_is_label, row)) else None)


def holds_identifier(cell: str) -> bool:
    """Whether a cell could hold an email or a phone; quick and generous."""
    return bool(EMAIL_ANYWHERE.search(cell)) or (
        10 <= sum(map(str.isdigit, cell)) <= 15 and not any(map(str.isalpha, cell))
    )


def _rank(row: list[str]) -> int:
    names = [plain_name(cell) for cell in row]
    return sum(max(email_rank(name), phone_rank(name), names_guests(name)) for name in names)


def _is_guest(cell: str) -> bool:
    """Whether a cell holds an identifier, and not as the example beside the name of a column."""
    if not holds_identifier(cell):
        return False
    name = plain_name(cell)
    return not (email_rank(name) or phone_rank(name))


def _could_hold_guest(row: list[str], header: list[str]) -> bool:
    """Lines of a title block are narrower than the table, or name what stands beside the name: "Email", "ann@…"."""
    if not any(map(_is_guest, row)) or begins_note(" ".join(row)):
        return False
    cells = [cell for cell in row if cell.strip()]
    width = sum(bool(cell.strip()) for cell in header)
    return len(cells) * 2 > width and not (len(cells) == 2 and width > 2)


def _is_label(cell: str) -> bool:
    return len(cell) <= 40 and not any(character.isdigit() or character in "@." for character in cell)
