"""What people repair in many cells at once: each a small change of the text, which is then validated as usual.

A repair knows nothing of lists. `change` returns the text as it should have been, or the same text where it has
nothing to say; only rows whose changed cell passes are ever repaired.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from issuance.parsing.emails import parse_email
from issuance.parsing.identifiers import guests_in
from issuance.parsing.mail_domains import meant_domain
from issuance.parsing.new_numbers import MARK
from issuance.parsing.phones import parse_phone

FIRST, LAST = "first", "last"
_SPELT_AT = re.compile(r"\s*[(\[{<]\s*(?:at|@|ät)\s*[)\]}>]\s*|\s+at\s+", re.IGNORECASE)
_SPELT_DOT = re.compile(r"\s*[(\[{<]\s*(?:dot|\.)\s*[)\]}>]\s*|\s+dot\s+", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")


class CellRepair(NamedTuple):
    """A repair of one kind of identifier, email or phone.

    `codes` are those of the rows it may help, `says` what is wrong with their cells, in words that follow "12 rows"
    or "1 row", and `did` what was done, for the list's story.
    """

    key: str
    type: str
    codes: frozenset[str]
    says: tuple[str, str]
    did: str
    change: Callable[[str], str]


def _domain(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes the part after the @ sign alone."""

    def changed(text: str) -> str:
        local, at, domain = text.strip().rpartition("@")
        return f"{local}@{change(domain)}" if at else text

    return changed


def _spelt_out(text: str) -> str:
    return _SPELT_DOT.sub(".", _SPELT_AT.sub("@", text.strip(), count=1))


def _without_stray_dots(text: str) -> str:
    return re.sub(r"\.*@\.*", "@", re.sub(r"\.{2,}", ".", text.strip())).strip(".")


def _with_plus(text: str) -> str:
    return "+" + re.sub(r"^\D*(?:00)?", "", text)


def _letters_as_digits(text: str) -> str:
    mostly_digits = sum(map(str.isdigit, text)) >= 7
    return text.translate(_LETTERS_FOR_DIGITS) if mostly_digits else text


_NOBODYS = ("phone_unassigned", "phone_new_prefix")  # as far as the phone library knows
CELL_REPAIRS = (
    CellRepair("at", "email", frozenset({"email_no_at", "email_space"}),
               ("spells out the @ sign.", "spell out the @ sign."), "Wrote the @ sign", _spelt_out),
    CellRepair("comma", "email", frozenset({"email_no_dot", "email_bad_domain"}),
               ("has another sign where a dot belongs.", "have another sign where a dot belongs."),
               "Put dots where they belong", _domain(lambda domain: re.sub(r"\s*[,;:/]\s*", ".", domain))),
    CellRepair("dots", "email", frozenset({"email_two_dots", "email_bad_local", "email_bad_domain"}),
               ("has a dot too many.", "have a dot too many."), "Took stray dots out", _without_stray_dots),
    CellRepair("signs", "email", frozenset({"email_two_ats"}),
               ("has the @ sign twice.", "have the @ sign twice."), "Took doubled @ signs out",
               lambda text: re.sub(r"@\s*@+", "@", text)),
    CellRepair("space", "email", frozenset({"email_space"}),
               ("has a space after the @ sign.", "have a space after the @ sign."), "Took spaces out",
               _domain(lambda domain: re.sub(r"\s+", "", domain))),
    CellRepair("ending", "email", frozenset({"email_no_dot"}),
               ("lacks the ending of a well-known mail domain.", "lack the ending of a well-known mail domain."),
               "Completed mail domains", _domain(lambda domain: meant_domain(domain.strip().lower()) or domain)),
    CellRepair("plus", "phone", frozenset({"phone_needs_country", "phone_too_long", *_NOBODYS}),
               ("has a country code without its +.", "have a country code without its +."),
               "Put the + before country codes", _with_plus),
    CellRepair("new_area", "phone", frozenset({"phone_new_area", "phone_new_prefix"}),
               ("begins in a way that is new to us.", "begin in a way that is new to us."),
               "Took numbers that are new to us as they are", lambda text: f"{text.strip()} {MARK}"),
    CellRepair("letters", "phone", frozenset({"phone_too_short", "phone_invalid", *_NOBODYS}),
               ("has letters where digits belong.", "have letters where digits belong."),
               "Read letters as the digits that they look like", _letters_as_digits),
)  # fmt: skip
BY_KEY = {repair.key: repair for repair in CELL_REPAIRS}
SEVERAL = frozenset({"email_several", "phone_several", "phone_invalid", "phone_too_long"})
OF_ANOTHER_COUNTRY = frozenset(
    {"phone_too_short", "phone_too_long", "phone_no_area_code", "phone_needs_country", "phone_unassigned",
     "phone_new_prefix", "phone_invalid"}
)  # fmt: skip


def one_of(which: str, country: str) -> Callable[[str], str]:
    """Keeps the first or the last good one of several guests in a cell."""

    def kept(text: str) -> str:
        parse = parse_email if "@" in text else partial(parse_phone, country=country)
        good = [value for piece in guests_in(text, country) if (value := parse(piece).value)]
        return good[0 if which == FIRST else -1] if good else text

    return kept


def each_of(country: str) -> Callable[[str], list[str]]:
    """Each of several guests in a cell, good or bad."""
    return lambda text: guests_in(text, country) or [text]


def rows_that_ran_together(delimiter: str, width: int) -> Callable[[list[str]], list[list[str]]]:
    """The rows that a lost quote put into one, line by line; none unless each line is a row of `width` cells."""

    def rows(cells: list[str]) -> list[list[str]]:
        lines = [line.split(delimiter) for line in _LINE_END.split(delimiter.join(cells)) if line.strip()]
        return lines if len(lines) > 1 and all(len(line) == width for line in lines) else []

    return rows


def as_number_of(country: str) -> Callable[[str], str]:
    """Reads a phone number as one of that country, and writes it with its country code."""
    return lambda text: parse_phone(text, country).value or text


def with_domain(written: str, meant: str) -> Callable[[str], str]:
    """Replaces a mail domain by the one that was meant."""

    whole = re.compile(rf"(?<=[^\s@]@){re.escape(written)}(?![\w-]|\.\w)", re.IGNORECASE)
    return lambda text: whole.sub(meant, text)
