"""Which row of a table is its header, and which columns hold emails and phones: by name in several languages, and by
content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from issuance.parsing.column_names import email_rank, names_guests, names_other_number, phone_rank, plain_name
from issuance.parsing.identifiers import EMAIL_ANYWHERE, parse_email, parse_phone
from issuance.parsing.unreadable_file import UnreadableFile

HEADER_WITHIN = 20  # rows with anything in them
_SAMPLED = 200  # rows whose cells are looked at
WIDEST = 200  # columns looked at
_SAMPLES = 5  # cells of a column that are shown
_SAMPLE_LENGTH = 80  # characters of each


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the identifiers stand. Columns count from 0; both may be the same column of a mixed list.

    `header_row` is the number of the header in the file, from 1; 0 without one. `sure` is False when a person should
    look at the choice.
    """

    email: int | None
    phone: int | None
    header_row: int
    names: tuple[str, ...]
    sure: bool

    @property
    def named(self) -> bool:
        """Whether a header says exactly what each of the chosen columns holds."""
        own = [at for at in (self.email, self.phone) if at is not None]
        names = [plain_name(name) for at in own for name in self.names[at : at + 1]]
        exact = (max(email_rank(name), phone_rank(name)) > 1 or names_guests(name) for name in names)
        return self.header_row > 0 and all(exact)


class ColumnContent(NamedTuple):
    """What a column holds: its first cells as written, and shares from 0 to 1: of rows with anything in it, of its
    cells that are emails, and of those that are phones."""

    name: str
    samples: list[str]
    filled: float
    email: float
    phone: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well one column fits as emails (or phones): by its name (0 to 3) and by the share of cells that pass."""

    column: int
    name: int
    share: float
    filled: bool

    @property
    def order(self) -> tuple[bool, int, float, int]:
        return (self.share >= 0.5 or (self.name > 1 and not self.filled), self.name, self.share, -self.column)


def find_columns(rows: Sequence[list[str]], *, country: str) -> Columns:
    """Find header and columns in the first `rows` of a table.

    Raises UnreadableFile when nothing looks like an email or a phone, or when nothing follows the header.
    """
    header = _header_index(rows)
    cells = rows[header] if header is not None else []
    guests = [row for row in rows[0 if header is None else header + 1 :] if any(map(str.strip, row))][:_SAMPLED]
    if not guests:
        raise UnreadableFile("no_rows" if header is not None else "empty_file")
    width = min(max((len(row) for row in [cells, *guests]), default=0), WIDEST)
    names = [plain_name(cells[at]) if at < len(cells) else "" for at in range(width)]
    emails, phones = _email_fits(names, guests), _phone_fits(names, guests, country)
    email, phone, sure = _chosen(emails, phones)
    if email is None and phone is None:
        phone, sure = _perhaps_phones(names, guests), False
    if email is None and phone is None:
        raise UnreadableFile("no_identifier_column")
    only = phone if email is None else email if phone is None else None
    if only is not None:
        emails_in, phones_in = _email_share(guests, only), _phone_share(guests, only, country)
        if emails_in and phones_in:
            email, phone, sure = only, only, emails_in + phones_in >= 0.5
    return Columns(email, phone, 0 if header is None else header + 1, _shown(cells, width), sure)


def chosen_columns(rows: Sequence[list[str]], *, email: int | None, phone: int | None, header_row: int) -> Columns:
    """The columns that a person chose, under the names that stand in `header_row` (0: none)."""
    cells = rows[header_row - 1] if 0 < header_row <= len(rows) else []
    width = min(max((len(row) for row in rows), default=0), WIDEST)
    return Columns(email, phone, header_row, _shown(cells, width), True)


def contents_of(rows: Sequence[list[str]], columns: Columns, *, country: str) -> list[ColumnContent]:
    """What each column holds, for a person who has to choose."""
    guests = [row for row in rows[columns.header_row :] if any(map(str.strip, row))][:_SAMPLED]
    contents = []
    for at in range(min(max(map(len, guests), default=0), WIDEST)):
        name = columns.names[at] if at < len(columns.names) else f"Column {column_letter(at)}"
        cells = _column(guests, at)
        samples = [cell[:_SAMPLE_LENGTH] for cell in cells[:_SAMPLES]]
        shares = len(cells) / len(guests), _email_share(guests, at), _phone_share(guests, at, country)
        contents.append(ColumnContent(name, samples, *(round(share, 3) for share in shares)))
    return contents


def _chosen(emails: list[_Fit], phones: list[_Fit]) -> tuple[int | None, int | None, bool]:
    email, phone = _best(emails), _best(phones)
    sure = _is_sure(email, emails) and _is_sure(phone, phones)
    return email.column if email else None, phone.column if phone else None, sure


def column_letter(column: int) -> str:
    """The letter that a spreadsheet shows above a column that counts from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def holds_identifier(cell: str) -> bool:
    """Whether a cell could hold an email or a phone; quick and generous."""
    return bool(EMAIL_ANYWHERE.search(cell)) or (
        10 <= sum(map(str.isdigit, cell)) <= 15 and not any(map(str.isalpha, cell))
    )


def _shown(cells: list[str], width: int) -> tuple[str, ...]:
    """The names in the header, else the letters of the columns."""
    written = [cell.strip()[:120] for cell in cells[:WIDEST]] or [""] * width
    return tuple(name or f"Column {column_letter(at)}" for at, name in enumerate(written))


def _header_index(rows: Sequence[list[str]]) -> int | None:
    filled = ((at, row) for at, row in enumerate(rows) if any(map(str.strip, row)))
    top = [*islice(filled, HEADER_WITHIN)]
    first_guest = next((index for index, (_, row) in enumerate(top) if any(map(holds_identifier, row))), len(top))
    above = top[:first_guest]
    if not above:
        return None
    best, row = max(above, key=lambda item: (_header_rank(item[1]), sum(bool(cell.strip()) for cell in item[1])))
    if _header_rank(row):
        return best
    at, row = above[0]
    return at if first_guest < len(top) and all(_is_label(cell) for cell in row) else None


def _header_rank(row: list[str]) -> int:
    names = [plain_name(cell) for cell in row]
    return sum(max(email_rank(name), phone_rank(name), names_guests(name)) for name in names)


def _is_label(cell: str) -> bool:
    return len(cell) <= 40 and not any(character.isdigit() or character in "@." for character in cell)


def _email_fits(names: list[str], guests: Sequence[list[str]]) -> list[_Fit]:
    fits = [
        _Fit(at, email_rank(name), _email_share(guests, at), _is_filled(guests, at)) for at, name in enumerate(names)
    ]
    return [fit for fit in fits if fit.share >= 0.3 or (fit.name and (fit.share or fit.name > 1))]


def _perhaps_phones(names: list[str], guests: Sequence[list[str]]) -> int | None:
    """The column most of whose cells are long numbers of another country, or of none: for a person to say."""
    shares = {
        at: sum(map(holds_identifier, cells)) / len(cells)
        for at, name in enumerate(names)
        if (cells := _column(guests, at)) and not names_other_number(name)
    }
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def _phone_fits(names: list[str], guests: Sequence[list[str]], country: str) -> list[_Fit]:
    fits = []
    for at, name in enumerate(names):
        rank = phone_rank(name)
        share = _phone_share(guests, at, country)
        if (rank and (share or rank > 1)) or (share >= 0.8 and not names_other_number(name)):
            fits.append(_Fit(at, rank, share, _is_filled(guests, at)))
    return fits


def _best(fits: list[_Fit]) -> _Fit | None:
    return max(fits, key=lambda fit: fit.order, default=None)


def _is_sure(chosen: _Fit | None, fits: Iterable[_Fit]) -> bool:
    if chosen is None:
        return True
    rivals = [fit for fit in fits if fit.column != chosen.column and fit.share >= 0.5 and fit.name >= chosen.name]
    renamed = chosen.name == 0 and any(fit.name for fit in fits)
    return not rivals and not renamed and (chosen.share >= 0.5 or not chosen.filled)


def _column(guests: Sequence[list[str]], at: int) -> list[str]:
    return [cell for row in guests if len(row) > at and (cell := row[at].strip())]


def _is_filled(guests: Sequence[list[str]], at: int) -> bool:
    return bool(_column(guests, at))


def _email_share(guests: Sequence[list[str]], at: int) -> float:
    cells = _column(guests, at)
    return sum("@" in cell and not parse_email(cell).code for cell in cells) / max(len(cells), 1)


def _phone_share(guests: Sequence[list[str]], at: int, country: str) -> float:
    cells = _column(guests, at)
    likely = [cell for cell in cells if "@" not in cell and 7 <= sum(map(str.isdigit, cell)) <= 17]
    return sum(not parse_phone(cell, country).code for cell in likely) / max(len(cells), 1)
