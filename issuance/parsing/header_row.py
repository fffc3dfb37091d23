"""Finds the row of a table that names its columns, behind titles, notes and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from issuance.parsing.column_names import email_rank, names_guests, phone_rank, plain_name

EMAIL_ANYWHERE = re.compile(r"[^\s@<>()\[\],;:\"|]{1,64}@[^\s@<>()\[\],;:\"|]{1,253}")
HEADER_WITHIN = 20  # rows with anything in them
_NEXT = 5  # rows below a header that show what it names
_LABEL_DIGITS = 4  # at most, as in "Address line 2"
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.*", re.DOTALL).fullmatch
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
    """Where the header stands: `at` counts from 0, and is None without one. Guests may stand above it by mistake.

    `groups` are the names that a line right above it gives to several of its columns, for each of them; empty without.
    """

    at: int | None
    guests_above: bool = False
    groups: tuple[str, ...] = ()


def find_header(rows: Sequence[list[str]]) -> Header:
    """The header among the first rows: the first one that names what stands below it, else a row of labels above the
    first guest."""
    filled = ((at, row) for at, row in enumerate(rows) if any(map(str.strip, row)))
    top = [*islice(filled, HEADER_WITHIN)]
    index = _naming(top)
    if index is None:
        return _labels(rows, top)
    at, row = top[index]
    groups = _groups(top[index - 1][1]) if index and top[index - 1][0] == at - 1 else ()
    return Header(at, any(_could_hold_guest(above, row) for _, above in top[:index]), groups)


def _naming(top: list[tuple[int, list[str]]]) -> int | None:
    """Which of these rows names columns: one above guests, and of several before the first of them the one that names
    most."""
    naming = [index for index, (_, row) in enumerate(top) if _rank(row) and not any(map(is_guest, row))]
    first_guest = next((index for index, (_, row) in enumerate(top) if any(map(may_be_identifier, row))), len(top))
    below = [row for _, row in top]
    over = [index for index in naming if names_below(below[index], below[index + 1 :])]
    if over:
        end = next(
            (index for index in range(over[0] + 1, len(top)) if any(map(may_be_identifier, top[index][1]))), len(top)
        )
        naming = [index for index in naming if over[0] <= index < end]
    else:
        naming = [index for index in naming if index < first_guest]
    return max(naming, key=lambda at: (_rank(top[at][1]), sum(map(bool, top[at][1]))), default=None)


def names_below(row: list[str], below: Sequence[list[str]]) -> bool:
    """Whether a name of this row stands above an identifier of one of the next rows."""
    named = [at for at, cell in enumerate(row) if _cell_rank(cell)]
    return any(len(next_row) > at and may_be_identifier(next_row[at]) for next_row in below[:_NEXT] for at in named)


def _labels(rows: Sequence[list[str]], top: list[tuple[int, list[str]]]) -> Header:
    """A header whose words nobody knows: the widest row of labels before the first guest, or one after a blank line."""
    first_guest = next((index for index, (_, row) in enumerate(top) if any(map(may_be_identifier, row))), len(top))
    labels = [at for at, row in top[:first_guest] if all(map(_is_label, row))]
    if first_guest < len(top) and labels:
        return Header(max(labels, key=lambda at: (sum(map(bool, map(str.strip, rows[at]))), at)))
    for (at, row), (_, next_row) in pairwise(top[1:]):
        apart = not any(map(str.strip, rows[at - 1])) and sum(map(bool, map(str.strip, row))) > 1
        if apart and all(map(_is_label, row)) and any(map(may_be_identifier, next_row)):
            return Header(at, guests_above=True)
    return Header(None)


def _groups(row: list[str]) -> tuple[str, ...]:
    """The cells of a line of groups, each repeated over the columns that it stands above; empty if it is a title."""
    names = [cell.strip() for cell in row]
    filled = [at for at, name in enumerate(names) if name]
    apart = any(right - left > 1 for left, right in pairwise(filled)) or len({*names} - {""}) < len(filled)
    if len(filled) < 2 or not apart or not all(map(_is_label, row)):
        return ()
    groups, last = list[str](), ""
    for name in names:
        last = name or last
        groups.append(last)
    return tuple(groups)


def holds_identifier(cell: str) -> bool:
    """Whether a cell could hold an email or a phone; quick and generous."""
    return bool(EMAIL_ANYWHERE.search(cell)) or (
        10 <= sum(map(str.isdigit, cell)) <= 15 and not any(map(str.isalpha, cell))
    )


def may_be_identifier(cell: str) -> bool:
    """The same, and phones of countries where they are short; but no date."""
    if "@" in cell or not any(map(str.isdigit, cell)):
        return bool(EMAIL_ANYWHERE.search(cell))
    digits = sum(map(str.isdigit, cell))
    return 7 <= digits <= 15 and not any(map(str.isalpha, cell)) and not _DATE(cell.strip())


def _rank(row: list[str]) -> int:
    return sum(map(_cell_rank, row))


def _cell_rank(cell: str) -> int:
    name = plain_name(cell)
    return max(email_rank(name), phone_rank(name), names_guests(name))


def is_guest(cell: str) -> bool:
    """Whether a cell holds an identifier, and not as the example beside the name of a column."""
    if not holds_identifier(cell):
        return False
    name = plain_name(cell)
    return not (email_rank(name) or phone_rank(name))


def _could_hold_guest(row: list[str], header: list[str]) -> bool:
    """Lines of a title block are narrower than the table, or name what stands beside the name: "Email", "ann@…"."""
    if not any(map(is_guest, row)) or begins_note(" ".join(row)):
        return False
    cells = [cell for cell in row if cell.strip()]
    width = sum(bool(cell.strip()) for cell in header)
    return len(cells) * 2 > width and not (len(cells) == 2 and width > 2)


def _is_label(cell: str) -> bool:
    return len(cell) <= 60 and "@" not in cell and sum(map(str.isdigit, cell)) <= _LABEL_DIGITS
