"""How a phone is written: grouped as in one country, and not as in another.

A number that is good in two countries says by its groups where somebody wrote it: (202) 555-0100 isn't German, though
Wuppertal has such a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from issuance.parsing.countries import LIKELY
from issuance.parsing.phone_library import valid_phone

_AMONG = (*LIKELY, "AT", "CH", "CN")
_GROUP = re.compile(r"\d+")
_AMERICAN = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[.-]\d{4}", re.ASCII).fullmatch
_UNEVEN = 2  # groups more than at home


class _Written(NamedTuple):
    """A number in the writing of a country, and whether it is one of its mobile phones."""

    text: str
    mobile: bool


def written_abroad(cells: Iterable[str], country: str) -> tuple[str, int]:
    """The country (ISO 3166) as in which most of the cells that aren't written as at home are written, and how many;
    ("", 0) where none is."""
    odd = [cell for cell in cells if not _is_from_home(cell, country)]
    counts = Counter(there for cell in odd for there in _AMONG if _is_from(cell, there, country))
    [(there, count)] = counts.most_common(1) or [("", 0)]
    return (there, count) if count * 2 >= len(odd) else ("", 0)


def _is_from_home(cell: str, country: str) -> bool:
    """Whether the groups begin as at home, with the area code or the prefix of mobile phones, or there are none."""
    home, groups = _written(cell, country), _GROUP.findall(cell)
    if home is None or len(groups) < 2 or cell in (home.text, home.text.lstrip("0")):
        return True
    own, code = _GROUP.findall(home.text), str(phonenumbers.country_code_for_region(country))
    if groups[0].lstrip("0") in ("", "1", code):  # a prefix by itself
        groups = groups[1:]
        own[0] = own[0].lstrip("0")
    return groups[0] == own[0] and len(groups) < len(own) + _UNEVEN


def _is_from(cell: str, there: str, country: str) -> bool:
    if phonenumbers.country_code_for_region(there) == phonenumbers.country_code_for_region(country):
        return False
    written = _written(cell, there)
    if written is None:
        return False
    if there == "US" and _trunk(country) == "0" and _AMERICAN(cell):
        return True
    return cell == written.text or (written.mobile and there == "IN" and cell == written.text.lstrip("0"))


@lru_cache(maxsize=4_000)
def _written(cell: str, country: str) -> _Written | None:
    value = valid_phone(cell, country)
    if not value.startswith(f"+{phonenumbers.country_code_for_region(country)}"):
        return None
    number = phonenumbers.parse(value)
    text = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return _Written(text, phonenumbers.number_type(number) == PhoneNumberType.MOBILE)


def _trunk(country: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(country) if country in phonenumbers.SUPPORTED_REGIONS else None
    return (metadata.national_prefix or "") if metadata else ""
