"""How well each column of a table fits as the guests' emails, or phones: by its name and by its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from issuance.parsing.column_names import (
    FURTHER_OWN,
    UNCLEAR,
    email_rank,
    names_guests,
    names_other_number,
    names_some_number,
    names_somebody_else,
    names_users,
    phone_rank,
)
from issuance.parsing.emails import parse_email
from issuance.parsing.header_row import holds_identifier
from issuance.parsing.hyperlinks import linked
from issuance.parsing.phones import parse_phone

_SAMPLED = 200  # rows whose cells are looked at
_PARSED, _FEWEST_PARSED = 3_000, 15  # cells that are parsed of all columns, and of each at least
_FEW_CELLS = 6  # below that, repeated values say nothing


@dataclass(frozen=True, slots=True)
class Fit:
    """One column as emails (or phones): how surely its name says so, the share of cells that pass, and whose it is.

    `own` is earned by a name that means the guest's, or by a table without names.
    """

    column: int
    name: int
    share: float
    cells: tuple[str, ...]
    somebody_else: bool
    own: bool

    @property
    def order(self) -> tuple[bool, bool, bool, int, float, int]:
        fits = self.share >= 0.5 or (self.name > UNCLEAR and not self.cells)
        return (not self.somebody_else, fits, self.own, self.name, self.share, -self.column)

    @property
    def certain(self) -> bool:
        """Whether name and content agree that these are the guests'."""
        return self.own and self.share >= 0.5 and not self.strange

    @property
    def strange(self) -> bool:
        """Whether it hardly belongs to the guests."""
        return self.somebody_else or self.repeats

    @property
    def repeats(self) -> bool:
        """The same few values again and again: an owner or a shop, hardly guests."""
        return len(self.cells) >= _FEW_CELLS and len({cell.lower() for cell in self.cells}) * 3 <= len(self.cells)

    @property
    def idle(self) -> bool:
        """Whether its cells say something else, such as "N/A" or "yes"."""
        return bool(self.cells) and not self.share and 2 * sum(map(_may_be_phone, self.cells)) < len(self.cells)


def email_fits(names: list[str], guests: Sequence[list[str]], *, headless: bool) -> list[Fit]:
    """The columns that fit, best first."""
    fits = []
    for at, name in enumerate(names):
        user = names_users(name, names)
        cells, rank = column_cells(guests, at), 0 if user else email_rank(name)
        share = email_share(parsed_cells(cells, len(names)))
        rank = rank or (FURTHER_OWN if share >= 0.3 and names_guests(name) else 0)
        if share >= 0.3 or (rank and (share or rank > UNCLEAR)):
            own = rank > UNCLEAR or headless
            fits.append(Fit(at, rank, share, tuple(cells), user or names_somebody_else(name), own))
    return sorted(fits, key=lambda fit: fit.order, reverse=True)


def phone_fits(names: list[str], guests: Sequence[list[str]], country: str, *, headless: bool) -> list[Fit]:
    """The columns that fit, best first."""
    fits = []
    for at, name in enumerate(names):
        cells, rank = column_cells(guests, at), phone_rank(name)
        looked_at = parsed_cells(cells, len(names))
        share = phone_share(looked_at, country)
        if not rank and share >= 0.5 and names_some_number(name) and _written_as_phones(looked_at):
            rank = FURTHER_OWN
        if (rank and (share or rank > UNCLEAR)) or (share >= 0.8 and not names_other_number(name)):
            own = rank > UNCLEAR or headless
            fits.append(Fit(at, rank, share, tuple(cells), names_somebody_else(name), own))
    return sorted(fits, key=lambda fit: fit.order, reverse=True)


def perhaps_phones(names: list[str], guests: Sequence[list[str]]) -> int | None:
    """The column most of whose cells are long numbers of another country, or of none: for a person to say."""
    shares = {
        at: sum(map(holds_identifier, cells)) / len(cells)
        for at, name in enumerate(names)
        if (cells := column_cells(guests, at)) and not names_other_number(name)
    }
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def filled_rows(rows: Sequence[list[str]]) -> list[list[str]]:
    """The first rows with anything in them."""
    return [row for row in rows if any(map(str.strip, row))][:_SAMPLED]


def column_cells(guests: Sequence[list[str]], at: int) -> list[str]:
    """What a column holds, without its empty cells."""
    return [cell for row in guests if len(row) > at and (cell := row[at].strip())]


def parsed_cells(cells: list[str], width: int) -> list[str]:
    """Those of them that are parsed: all, but in very wide tables."""
    return cells[: max(_PARSED // max(width, 1), _FEWEST_PARSED)]


def email_share(cells: Sequence[str]) -> float:
    return sum("@" in cell and not parse_email(cell).code for cell in cells) / max(len(cells), 1)


def phone_share(cells: Sequence[str], country: str) -> float:
    return sum(_may_be_phone(cell) and not parse_phone(cell, country).code for cell in cells) / max(len(cells), 1)


def _may_be_phone(cell: str) -> bool:
    return "@" not in cell and 7 <= sum(map(str.isdigit, linked(cell))) <= 17


def _written_as_phones(cells: Sequence[str]) -> bool:
    """Whether most are set apart as people write phones; a bare number may be one of anything."""
    return 2 * sum(cell[0] in "+0" or not cell.isalnum() for cell in cells) > len(cells)
