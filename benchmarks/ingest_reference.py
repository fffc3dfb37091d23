"""What a list must become, row by row, from the libraries alone: slow, plain, and sharing no code with the reader."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import phonenumbers
from django.conf import settings
from email_validator import EmailNotValidError, validate_email

EMAIL, PHONE = "Email", "Mobile Phone"


def reference(path: Path, made: Any) -> str:
    """A digest of all rows, guests and errors, that reading `path` for this campaign has to end with."""
    return digest_of(_rows(path, made))


def digest_of_list(guest_list: Any) -> str:
    """The same digest of the rows that a list ended with in the database."""
    guests = guest_list.guests.values_list("row", "type", "value", "other", "variant__position", "outcome", "cells")
    errors = guest_list.row_errors.values_list("row", "kind")
    parts = ((row.order_by("row").iterator(20_000)) for row in (guests, errors))
    return digest_of(row for part in parts for row in part)


def digest_of(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def _rows(path: Path, made: Any) -> Iterator[tuple[Any, ...]]:
    variants = list(made.variants.order_by("position"))
    key = f"{made.merchant_id}:{settings.IDENTITY_KEY}".encode()[:64]
    seen: set[bytes] = set()
    errors = []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        at_email, at_phone = header.index(EMAIL), header.index(PHONE)
        for number, cells in enumerate(reader, 2):
            email, phone = email_of(cells[at_email]), phone_of(cells[at_phone])
            value = email or phone
            known = hashlib.blake2b(value.encode(), key=key, digest_size=16).digest()
            if not value or known in seen:
                errors.append((number, "duplicate" if value else "invalid"))
                continue
            seen.add(known)
            place = _arm(value, made.salt, [variant.weight for variant in variants])
            outcome = "control" if variants[place].is_control else "waiting"
            other = phone if email else ""
            yield number, "email" if email else "phone", value, other, place, outcome, "\x1f".join(cells)
    yield from errors


def _arm(value: str, salt: bytes, weights: list[int]) -> int:
    drawn = int.from_bytes(hashlib.blake2b(value.encode(), salt=salt, digest_size=8).digest(), "big") * 100 >> 64
    place = 0
    while drawn >= sum(weights[: place + 1]):
        place += 1
    return place


def email_of(text: str) -> str:
    try:
        found = validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        return ""
    return unicodedata.normalize("NFC", found.lower())


def phone_of(text: str) -> str:
    """As the library says; a number that a spreadsheet wrote with a fraction is read without it."""
    try:
        number = phonenumbers.parse(re.sub(r"^(\d{5,15})\.0+$", r"\1", text.strip()), "US")
    except phonenumbers.NumberParseException:
        return ""
    premium = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    valid = phonenumbers.is_valid_number(number) and not premium
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
