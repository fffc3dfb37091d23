"""The columns by which a table is read: where emails, phones and their country stand, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from issuance.parsing.column_names import UNCLEAR, email_rank, names_guests, names_people, phone_rank, plain_name

WIDEST = 200  # columns looked at
MOST_COLUMNS = 4  # of one kind in which a row's identifier is looked for


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the identifiers stand. Columns count from 0; both may be the same column of a mixed list.

    `header_row` is the number of the header in the file, from 1; 0 without one. `more_emails` and `more_phones` are
    asked in their order where the first column of the kind is empty. `country` holds the country of the phones beside
    it, and `likely_country` (ISO 3166) is where the others are likely from, if that is in doubt. `doubts` are the
    sentences that say why a person should look at the choice.
    """

    email: int | None
    phone: int | None
    header_row: int
    names: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    more_emails: tuple[int, ...] = ()
    more_phones: tuple[int, ...] = ()
    country: int | None = None
    likely_country: str = ""

    def name_of(self, at: int) -> str:
        """As the header calls it, else by its letter."""
        return self.names[at] if at < len(self.names) else f"Column {column_letter(at)}"

    def may_hold_names(self, at: int) -> bool:
        """Whether nothing says that a column holds something else than the names of people."""
        name = self.name_of(at)
        return name == f"Column {column_letter(at)}" or names_people(plain_name(name))

    @property
    def identifiers(self) -> list[int]:
        """All columns in which a guest may stand, once each: those that are looked at first come first."""
        firsts = [at for at in (self.email, self.phone) if at is not None]
        return list(dict.fromkeys((*firsts, *self.more_emails, *self.more_phones)))

    @property
    def sure(self) -> bool:
        """Whether nothing speaks against reading by these columns without a question."""
        return not self.doubts

    @property
    def named(self) -> bool:
        """Whether a header says exactly what each of the chosen columns holds."""
        own = [at for at in (self.email, self.phone) if at is not None]
        names = [plain_name(name) for at in own for name in self.names[at : at + 1]]
        exact = (max(email_rank(name), phone_rank(name)) > UNCLEAR or names_guests(name) for name in names)
        return self.header_row > 0 and all(exact)


class ColumnContent(NamedTuple):
    """What a column holds: its first cells as written, and shares from 0 to 1: of rows with anything in it, of its
    cells that are emails, and of those that are phones."""

    name: str
    samples: list[str]
    filled: float
    email: float
    phone: float


def column_letter(column: int) -> str:
    """The letter that a spreadsheet shows above a column that counts from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
