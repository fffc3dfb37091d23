"""Which columns of a table hold emails and phones, by name and by content, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from issuance.parsing.column_choice import MOST_COLUMNS, WIDEST, ColumnContent, Columns, column_letter
from issuance.parsing.column_names import (
    email_rank,
    names_country,
    names_other_number,
    names_somebody_else,
    phone_rank,
    plain_name,
)
from issuance.parsing.country_doubts import country_doubt
from issuance.parsing.header_row import find_header, holds_identifier
from issuance.parsing.identifiers import parse_email, parse_phone
from issuance.parsing.unreadable_file import UnreadableFile

_SAMPLED = 200  # rows whose cells are looked at
_SAMPLES = 5  # cells of a column that are shown
_SAMPLE_LENGTH = 80  # characters of each
_FEW_CELLS = 6  # below that, repeated values say nothing


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well one column fits as emails (or phones): by its name (0 to 3) and by the share of cells that pass."""

    column: int
    name: int
    share: float
    cells: tuple[str, ...]
    somebody_else: bool

    @property
    def order(self) -> tuple[bool, bool, int, float, int]:
        fits = self.share >= 0.5 or (self.name > 1 and not self.cells)
        return (not self.somebody_else, fits, self.name, self.share, -self.column)

    @property
    def strange(self) -> bool:
        """Whether it hardly belongs to the guests."""
        return self.somebody_else or self.repeats

    @property
    def repeats(self) -> bool:
        """The same few values again and again: an owner or a shop, hardly guests."""
        return len(self.cells) >= _FEW_CELLS and len({cell.lower() for cell in self.cells}) * 3 <= len(self.cells)


def find_columns(rows: Sequence[list[str]], *, country: str) -> Columns:
    """Find header and columns in the first `rows` of a table.

    Raises UnreadableFile when nothing looks like an email or a phone, or when nothing follows the header.
    """
    columns = _find_columns(rows, country)
    doubted = with_country_doubt(rows, columns, country=country)
    if doubted.likely_country in ("", country):
        return doubted
    there = _find_columns(rows, doubted.likely_country)
    return replace(there, likely_country=doubted.likely_country, doubts=(doubted.doubts[0], *there.doubts))


def with_country_doubt(rows: Sequence[list[str]], columns: Columns, *, country: str) -> Columns:
    """The columns, and as their first doubt that the phones in them may be of another country than `country`."""
    if columns.phone is None:
        return columns
    guests = _filled(rows[columns.header_row :])
    unsaid = [row for row in guests if columns.country is None or not "".join(row[columns.country :][:1]).strip()]
    cells = [cell for at in (columns.phone, *columns.more_phones) for cell in _column(unsaid, at)]
    doubt = country_doubt(cells, columns.name_of(columns.phone), country)
    return replace(columns, likely_country=doubt.likely, doubts=(doubt.sentence, *columns.doubts)) if doubt else columns


def _find_columns(rows: Sequence[list[str]], country: str) -> Columns:
    header = find_header(rows)
    cells = rows[header.at] if header.at is not None else []
    guests = _filled(rows[0 if header.at is None else header.at + 1 :])
    if not guests:
        raise UnreadableFile("no_rows" if cells else "empty_file")
    width = min(max((len(row) for row in [cells, *guests]), default=0), WIDEST)
    names = [plain_name(cells[at]) if at < len(cells) else "" for at in range(width)]
    emails, phones = _email_fits(names, guests), _phone_fits(names, guests, country)
    shown = _shown([*cells, *[""] * (width - len(cells))], width)
    doubts = [_GUESTS_ABOVE] if header.guests_above else []
    doubts += [*_doubts(emails, shown, "email addresses"), *_doubts(phones, shown, "phone numbers")]
    email, phone = _likely(emails, phones), _likely(phones, emails)
    if email is None and phone is None:
        phone = _perhaps_phones(names, guests)
        doubts.append(f"Only “{shown[phone]}” could hold phone numbers." if phone is not None else "")
    if email is None and phone is None:
        raise UnreadableFile("no_identifier_column")
    only = phone if email is None else email if phone is None else None
    if only is not None and (shares := _mixed(guests, only, country)):
        email, phone, doubts = only, only, [] if shares >= 0.5 else doubts or [_HARDLY.format(shown[only], "guests")]
    at_country = _country_column(names) if phones else None
    header_row = 0 if header.at is None else header.at + 1
    more_emails, more_phones = _more(emails, email), _more(phones, phone)
    return Columns(email, phone, header_row, _shown(cells, width), tuple(doubts), more_emails, more_phones, at_country)


def chosen_columns(
    rows: Sequence[list[str]],
    *,
    email: int | None,
    phone: int | None,
    header_row: int,
    more_emails: Sequence[int] = (),
    more_phones: Sequence[int] = (),
) -> Columns:
    """The columns that a person chose, under the names that stand in `header_row` (0: none)."""
    cells = rows[header_row - 1] if 0 < header_row <= len(rows) else []
    width = min(max((len(row) for row in rows), default=0), WIDEST)
    country = _country_column([plain_name(cell) for cell in cells]) if phone is not None else None
    return Columns(email, phone, header_row, _shown(cells, width), (), tuple(more_emails), tuple(more_phones), country)


def _country_column(names: list[str]) -> int | None:
    return next((at for at, name in enumerate(names[:WIDEST]) if names_country(name)), None)


def contents_of(rows: Sequence[list[str]], columns: Columns, *, country: str) -> list[ColumnContent]:
    """What each column holds, for a person who has to choose."""
    guests = _filled(rows[columns.header_row :])
    contents = []
    for at in range(min(max(map(len, guests), default=0), WIDEST)):
        name = columns.names[at] if at < len(columns.names) else f"Column {column_letter(at)}"
        cells = _column(guests, at)
        samples = [cell[:_SAMPLE_LENGTH] for cell in cells[:_SAMPLES]]
        shares = len(cells) / len(guests), _email_share(cells), _phone_share(cells, country)
        contents.append(ColumnContent(name, samples, *(round(share, 3) for share in shares)))
    return contents


_GUESTS_ABOVE = "Rows above the header could hold guests."
_SOMEBODY_ELSE = "“{}” sounds like {} of somebody other than the guest."
_REPEATS = "“{}” holds the same few values again and again, as a shop's or a clerk's column does."
_RIVAL = "“{}” and “{}” could both hold the guests' {}."
_UNNAMED = "“{}” looks like {}, but its name doesn't say so."
_HARDLY = "Less than half of “{}” looks like {}."


def _doubts(fits: list[_Fit], shown: Sequence[str], what: str) -> Iterator[str]:
    """Why the first of the columns that fit may be the wrong one; being sure is earned by both name and content."""
    if not fits:
        return
    chosen, *others = fits
    name = shown[chosen.column]
    if chosen.somebody_else:
        yield _SOMEBODY_ELSE.format(name, what)
    if chosen.repeats:
        yield _REPEATS.format(name)
    rivals = [fit for fit in others if fit.share >= 0.5 and fit.name >= chosen.name and not fit.somebody_else]
    if rivals:
        yield _RIVAL.format(name, shown[rivals[0].column], what)
    elif chosen.name == 0 and (any(fit.name for fit in others) or (what == "phone numbers" and any(_named(shown)))):
        yield _UNNAMED.format(name, what)
    if chosen.share < 0.5 and chosen.cells:
        yield _HARDLY.format(name, what)


def _named(shown: Sequence[str]) -> list[bool]:
    """Of each column whether a header named it."""
    return [name != f"Column {column_letter(at)}" for at, name in enumerate(shown)]


def _likely(fits: list[_Fit], other_kind: list[_Fit]) -> int | None:
    """The column that fits best; none if it is somebody else's and the guests have one of the other kind."""
    if not fits or (fits[0].strange and other_kind and not other_kind[0].strange):
        return None
    return fits[0].column


def _more(fits: list[_Fit], first: int | None) -> tuple[int, ...]:
    """Further columns of guests of this kind, by how well they fit."""
    good = (fit for fit in fits if fit.share >= 0.5 and fit.name and not fit.strange)
    return tuple(fit.column for fit in good if fit.column != first)[: MOST_COLUMNS - 1]


def _shown(cells: list[str], width: int) -> tuple[str, ...]:
    """The names in the header, else the letters of the columns."""
    written = [cell.strip()[:120] for cell in cells[:WIDEST]] or [""] * width
    return tuple(name or f"Column {column_letter(at)}" for at, name in enumerate(written))


def _email_fits(names: list[str], guests: Sequence[list[str]]) -> list[_Fit]:
    fits = []
    for at, name in enumerate(names):
        cells, rank = _column(guests, at), email_rank(name)
        share = _email_share(cells)
        if share >= 0.3 or (rank and (share or rank > 1)):
            fits.append(_Fit(at, rank, share, tuple(cells), names_somebody_else(name)))
    return sorted(fits, key=lambda fit: fit.order, reverse=True)


def _phone_fits(names: list[str], guests: Sequence[list[str]], country: str) -> list[_Fit]:
    fits = []
    for at, name in enumerate(names):
        cells, rank = _column(guests, at), phone_rank(name)
        share = _phone_share(cells, country)
        if (rank and (share or rank > 1)) or (share >= 0.8 and not names_other_number(name)):
            fits.append(_Fit(at, rank, share, tuple(cells), names_somebody_else(name)))
    return sorted(fits, key=lambda fit: fit.order, reverse=True)


def _perhaps_phones(names: list[str], guests: Sequence[list[str]]) -> int | None:
    """The column most of whose cells are long numbers of another country, or of none: for a person to say."""
    shares = {
        at: sum(map(holds_identifier, cells)) / len(cells)
        for at, name in enumerate(names)
        if (cells := _column(guests, at)) and not names_other_number(name)
    }
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def _mixed(guests: Sequence[list[str]], at: int, country: str) -> float:
    """Which share of a column of both emails and phones is either; 0 if it is one kind alone."""
    cells = _column(guests, at)
    shares = _email_share(cells), _phone_share(cells, country)
    return sum(shares) if all(shares) else 0


def _filled(rows: Sequence[list[str]]) -> list[list[str]]:
    return [row for row in rows if any(map(str.strip, row))][:_SAMPLED]


def _column(guests: Sequence[list[str]], at: int) -> list[str]:
    return [cell for row in guests if len(row) > at and (cell := row[at].strip())]


def _email_share(cells: Sequence[str]) -> float:
    return sum("@" in cell and not parse_email(cell).code for cell in cells) / max(len(cells), 1)


def _phone_share(cells: Sequence[str], country: str) -> float:
    likely = [cell for cell in cells if "@" not in cell and 7 <= sum(map(str.isdigit, cell)) <= 17]
    return sum(not parse_phone(cell, country).code for cell in likely) / max(len(cells), 1)
