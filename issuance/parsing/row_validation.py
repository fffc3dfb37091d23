"""Validates rows of a table: who the guest is in each row, or why there is none."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import count

from issuance.parsing.column_choice import WIDEST, Columns
from issuance.parsing.column_names import begins_role, names_role, plain_name
from issuance.parsing.countries import country_code, names_nowhere
from issuance.parsing.emails import parse_email, quick_emails
from issuance.parsing.header_row import begins_note
from issuance.parsing.identifier_result import IdentifierResult
from issuance.parsing.phones import parse_phone
from issuance.parsing.quick_phones import quick_phones
from issuance.parsing.row_result import PackedRow, RowResult
from issuance.parsing.row_text import RunTogether, row_texts
from issuance.parsing.spreadsheets.xlsx_cells import NO_RESULT

_NO_COLUMN = sys.maxsize
_WIDE = 4  # cells, in more of which a note leaves the first or the last one empty
_NOTE = 2  # cells of a note at most, if all of them are filled
_CONTACT = 3  # cells of a role with its email and phone
_TOTALS = re.compile(r"\W*(?:grand |sub)?(?:totals?|gesamt|summe)\b", re.IGNORECASE).match
_LONGEST_TOTAL = 2  # words
_SUM = re.compile(r"[\d\s.,]*").fullmatch
Parse = Callable[[str], IdentifierResult]
_NOBODY = IdentifierResult("", "", False)


class RowValidator:
    """Validates rows with identifiers in these columns. If a row has two good ones, the guest's is of kind `prefer`."""

    def __init__(self, columns: Columns, *, country: str, prefer: str, alphabets: frozenset[str] = frozenset()) -> None:
        self._columns = columns
        self._country = country
        self._alphabets = alphabets
        self._begins_with_people = columns.may_hold_names(0)
        self._prefer_phone = prefer == "phone"
        self._at_email = _NO_COLUMN if columns.email is None else columns.email
        self._at_phone = _NO_COLUMN if columns.phone is None or columns.phone == columns.email else columns.phone

    def validate(self, number: int, rows: list[list[str]]) -> list[PackedRow]:
        """Results of rows that follow each other, the first under this number. Blank rows have none. Runs for each of a
        million rows, so it calls little."""
        country, prefer_phone, at_email, at_phone = self._country, self._prefer_phone, self._at_email, self._at_phone
        more_emails, more_phones, at_country = (
            self._columns.more_emails,
            self._columns.more_phones,
            self._columns.country,
        )
        emails = [cells[at_email] if len(cells) > at_email else "" for cells in rows]
        phones = [cells[at_phone] if len(cells) > at_phone else "" for cells in rows]
        quick = quick_phones(phones, country) if at_country is None else self._in_their_countries(rows, phones)
        columns = (emails, quick_emails(emails), phones, quick)
        results = list[PackedRow]()
        for row, cells, text, email, address, phone, e164 in zip(count(number), rows, row_texts(rows), *columns):
            fixed = phone_fixed = False
            if email and not address:
                address, _, fixed = self._email(email)
            if more_emails and not email.strip():
                address, _, fixed = self._next(cells, more_emails, self._email)
            if phone and not e164 and at_country is None:
                e164, _, phone_fixed = parse_phone(phone, country)
            if more_phones and not phone.strip():
                e164, _, phone_fixed = self._next(cells, more_phones, self._phone_beside(cells))
            if cells.__class__ is RunTogether:
                results.append(self._bad(row, cells, "rows_run_together", None).packed())
            elif (
                (address or e164) and not (len(cells) > _WIDE and cells[0] and cells[-1]) and self._is_note(cells, text)
            ):
                results.append(self._bad(row, cells, "beside_the_table", None).packed())
            elif address and not (e164 and prefer_phone):
                results.append((row, "email", address, text, "", "", fixed, e164))
            elif e164:
                fixed = phone_fixed or (not address and bool(email.strip()))
                results.append((row, "phone", e164, text, "", "", fixed, address))
            elif "".join(cells).strip():
                results.append(self._second_look(row, cells, email.strip(), phone.strip()).packed())
        return results

    def _is_note(self, cells: list[str], text: str) -> bool:
        """Whether a row with a guest begins as a line around a table does, or holds a role in place of the name, and
        little else."""
        if len(cells) > _NOTE and "" not in cells:
            return False
        if begins_note(text):
            return not _TOTALS(text) or _is_total([cell for cell in cells if cell.strip()])
        first = cells[0]
        if not self._begins_with_people or not begins_role(first.partition(" ")[0].strip(":").lower()):
            return False
        return len(cells) - cells.count("") <= _CONTACT and names_role(plain_name(first))

    def _in_their_countries(self, rows: list[list[str]], phones: list[str]) -> list[str]:
        """E.164 of phones whose country stands beside them; empty for those that are none in that country."""
        at = self._columns.country or 0
        return [
            parse_phone(phone, self._country_of(cells[at] if len(cells) > at else "")).value if phone else ""
            for cells, phone in zip(rows, phones, strict=True)
        ]

    def _country_of(self, cell: str) -> str:
        """The merchant's own country where the file names none, "ZZ" for an unknown one: no phone is valid in it."""
        return self._country if names_nowhere(cell) else country_code(cell) or "ZZ"

    def _email(self, text: str) -> IdentifierResult:
        return parse_email(text, self._alphabets)

    def _phone_beside(self, cells: list[str]) -> Parse:
        """Reads a phone of this row, as one of the country that stands beside it."""
        at = self._columns.country
        country = self._country if at is None else self._country_of(cells[at] if len(cells) > at else "")
        return lambda text: parse_phone(text, country)

    def _next(self, cells: list[str], columns: tuple[int, ...], parse: Parse) -> IdentifierResult:
        """The first identifier in the further columns of its kind: the merchant sees that the first one was empty."""
        for at in columns:
            if len(cells) > at and cells[at].strip() and (result := parse(cells[at])).value:
                return IdentifierResult(result.value, "", True)
        return _NOBODY

    def _second_look(self, number: int, cells: list[str], email: str, phone: str) -> RowResult:
        """A row where neither cell is good in its own column: perhaps they are in each other's; else say why not."""
        columns = self._columns
        mixed = columns.email == columns.phone
        country = self._country if columns.country is None else self._country_of("".join(cells[columns.country :][:1]))
        swapped_email = parse_email(phone).value
        may_be_phone = "@" not in email and any(map(str.isdigit, email))
        swapped_phone = parse_phone(email, country) if may_be_phone else _NOBODY
        if swapped_email and not (swapped_phone.value and self._prefer_phone):
            return RowResult(number, "email", swapped_email, cells, "", "", True, swapped_phone.value)
        if swapped_phone.value:
            fixed = swapped_phone.fixed or not mixed
            return RowResult(number, "phone", swapped_phone.value, cells, "", "", fixed, swapped_email)
        if NO_RESULT in (email, phone):
            return self._bad(
                number, cells, "formula_without_result", columns.email if email == NO_RESULT else columns.phone
            )
        if not email and not phone:
            return self._bad(number, cells, "no_identifier", columns.phone if columns.email is None else columns.email)
        if any(map(str.strip, cells[len(columns.names) :])) and 1 < len(columns.names) < WIDEST:
            return self._bad(number, cells, "row_too_long", columns.email if email else columns.phone)
        if (mixed and "@" not in email and any(map(str.isdigit, email))) or not email:
            code = "phone_country_unknown" if country == "ZZ" else parse_phone(email or phone, country).code
            return self._bad(number, cells, code, columns.phone)
        return self._bad(number, cells, parse_email(email).code, columns.email)

    def _bad(self, number: int, cells: list[str], code: str, at: int | None) -> RowResult:
        name = "" if at is None else self._columns.name_of(at)
        return RowResult(number, "", "", cells, code, name, False, "")


def _is_total(cells: list[str]) -> bool:
    """Whether a row that begins as a line of totals is one: guests are called so as well, but have more than sums."""
    name, *others = cells
    return len(name.split()) <= _LONGEST_TOTAL and all(map(_SUM, others))
