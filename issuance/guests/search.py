"""Finding guests of one list by any part of an email, or by a phone number in any format.

Whoever sees guests masked finds no more than a mask shows: a whole email or phone, the domain, the last four digits.
Otherwise searching letter by letter would spell out what is hidden.
"""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from issuance.models import Guest, GuestList, RowError, rows_that_may_hold
from issuance.parsing.emails import parse_email
from issuance.parsing.phones import parse_phone

LONGEST = 254
LAST = 4  # digits of a phone that a mask leaves
_PART = re.compile(r"[+(]?[\d\s().+/\-\u2010-\u2015\u2212]{3,40}").fullmatch  # all kinds of dashes


def matching_guests(guests: QuerySet[Guest], guest_list: GuestList, text: str, *, unmasked: bool) -> QuerySet[Guest]:
    """Identifiers are stored in lower case and E.164, so that a plain LIKE within the list finds them."""
    wanted = text.strip().lower()[:LONGEST]
    digits = _digits(wanted, guest_list.country)
    matches = _anywhere(digits or wanted) if unmasked else _as_masks_show(wanted, digits)
    if not matches:
        return guests.none()
    return guests.filter(rows_that_may_hold(guest_list, matches), reduce(or_, matches.values()))


def _anywhere(part: str) -> dict[str, Q]:
    return {part: Q(value__contains=part) | Q(other__contains=part)}


def _as_masks_show(wanted: str, digits: str) -> dict[str, Q]:
    """What finds a guest, by the part of an email or phone that it looks for."""
    matches = {whole: Q(value=whole) for whole in (parse_email(wanted).value, digits) if whole}
    domain = f"@{wanted.removeprefix('@')}"
    if wanted and domain.count("@") == 1:
        matches[domain] = Q(value__endswith=domain)
    if len(digits) == LAST:
        matches[digits] = Q(type="phone", value__endswith=digits)
    return matches


def _digits(text: str, country: str) -> str:
    """A phone number as it is stored, or as much of it as was typed; empty if the text is none."""
    if "@" in text:  # An address may well begin like a phone number.
        return ""
    if whole := parse_phone(text, country).value:
        return whole
    digits = re.sub(r"\D", "", text) if _PART(text) else ""
    return digits.lstrip("0") if len(digits) > LAST else digits


def matching_errors(errors: QuerySet[RowError], text: str, *, unmasked: bool) -> QuerySet[RowError]:
    """Bad rows with the text in one of their cells; what a mask hides altogether isn't found under it."""
    if not unmasked:
        return errors.none()
    as_stored = json.dumps(text.strip().lower()[:LONGEST], ensure_ascii=connection.vendor == "sqlite")[1:-1]
    return errors.annotate(text=Lower(Cast("cells", TextField()))).filter(text__contains=as_stored)
