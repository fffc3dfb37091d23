"""Rows of a table -> who the guest is in each, or why there is none."""

from __future__ import annotations

import sys
from itertools import count
from typing import NamedTuple

from issuance.parsing.columns import WIDEST, Columns, column_letter
from issuance.parsing.delimited_text import RunTogether
from issuance.parsing.identifiers import email_verdict, phone_verdict, quick_emails, quick_phones
from issuance.parsing.row_text import row_text, row_texts

_NO_COLUMN = sys.maxsize


class Verdict(NamedTuple):
    """What one row says: a guest (`code` empty), or why it is none.

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

    def judged(self) -> Judged:
        return (*self[:3], row_text(self.raw), *self[4:])


Judged = tuple[int, str, str, str, str, str, bool, str]  # The fields of a Verdict, its cells as one text.


class RowJudge:
    """Judges rows with identifiers in these columns; of two good ones that of the kind `prefer` is the guest's."""

    def __init__(self, columns: Columns, *, country: str, prefer: str) -> None:
        self._columns = columns
        self._country = country
        self._prefer_phone = prefer == "phone"
        self._at_email = _NO_COLUMN if columns.email is None else columns.email
        self._at_phone = _NO_COLUMN if columns.phone is None or columns.phone == columns.email else columns.phone

    def judged(self, number: int, block: list[list[str]]) -> list[Judged]:
        """Rows that follow each other, the first under this number; blank ones are none. Runs for each of a million
        rows, so it calls little."""
        country, prefer_phone, at_email, at_phone = self._country, self._prefer_phone, self._at_email, self._at_phone
        emails = [cells[at_email] if len(cells) > at_email else "" for cells in block]
        phones = [cells[at_phone] if len(cells) > at_phone else "" for cells in block]
        found = (emails, quick_emails(emails), phones, quick_phones(phones, country))
        judged = list[Judged]()
        for at, cells, text, email, address, phone, call in zip(count(number), block, row_texts(block), *found):
            fixed = phone_fixed = False
            if email and not address:
                address, _, fixed = email_verdict(email)
            if phone and not call:
                call, _, phone_fixed = phone_verdict(phone, country)
            if cells.__class__ is RunTogether:
                judged.append(self._bad(at, cells, "rows_run_together", None).judged())
            elif address and not (call and prefer_phone):
                judged.append((at, "email", address, text, "", "", fixed, call))
            elif call:
                fixed = phone_fixed or (not address and bool(email.strip()))
                judged.append((at, "phone", call, text, "", "", fixed, address))
            elif "".join(cells).strip():
                judged.append(self._second_look(at, cells, email.strip(), phone.strip()).judged())
        return judged

    def _second_look(self, number: int, cells: list[str], email: str, phone: str) -> Verdict:
        """A row where neither cell is good in its own column: perhaps they are in each other's; else say why not."""
        columns = self._columns
        mixed = columns.email == columns.phone
        mail, call = email_verdict(phone).value, phone_verdict(email, self._country)
        if mail and not (call.value and self._prefer_phone):
            return Verdict(number, "email", mail, cells, "", "", True, call.value)
        if call.value:
            return Verdict(number, "phone", call.value, cells, "", "", call.fixed or not mixed, mail)
        if not email and not phone:
            return self._bad(number, cells, "no_identifier", columns.phone if columns.email is None else columns.email)
        if any(map(str.strip, cells[len(columns.names) :])) and 1 < len(columns.names) < WIDEST:
            return self._bad(number, cells, "row_too_long", columns.email if email else columns.phone)
        if (mixed and "@" not in email and any(map(str.isdigit, email))) or not email:
            return self._bad(number, cells, phone_verdict(email or phone, self._country).code, columns.phone)
        return self._bad(number, cells, email_verdict(email).code, columns.email)

    def _bad(self, number: int, cells: list[str], code: str, at: int | None) -> Verdict:
        names = self._columns.names
        name = "" if at is None else names[at] if at < len(names) else f"Column {column_letter(at)}"
        return Verdict(number, "", "", cells, code, name, False, "")
