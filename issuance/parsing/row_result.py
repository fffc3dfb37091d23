"""What one row of a file says: who the guest is, or why there is none."""

from __future__ import annotations

from typing import NamedTuple

from issuance.parsing.row_text import row_text


class RowResult(NamedTuple):
    """What one row holds: a guest (`code` is empty), or the reason why it holds none.

    `row` counts from 1, header included, as a spreadsheet shows it. `type` is "email", "phone" or "". `value` is the
    identifier to send (lower-case email or E.164 phone), `other` the guest's second one. `raw` are the cells as
    written. `code` is a key of SENTENCES and `column` the name of the column at fault. `fixed`: something was repaired
    that the merchant should see, beyond spaces, case and the format of a number.
    """

    row: int
    type: str
    value: str
    raw: list[str]
    code: str
    column: str
    fixed: bool
    other: str

    def packed(self) -> PackedRow:
        return (*self[:3], row_text(self.raw), *self[4:])


PackedRow = tuple[int, str, str, str, str, str, bool, str]  # A RowResult as a plain tuple, its cells as one text.
