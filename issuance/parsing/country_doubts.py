"""Whether phones written without a country look like those of another country than the merchant's, by some of them.

What speaks for another country: many numbers are impossible in the merchant's own and right in that one; the numbers
beside them carry its code; several are grouped as nobody groups them at home, but everybody there; or all would be
landlines at home and mobile phones there. Then a person is asked, because a
number that is good in two countries belongs to two people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from issuance.parsing.countries import COUNTRIES, LIKELY, country_name
from issuance.parsing.number_writing import written_abroad
from issuance.parsing.phones import parse_phone

_LOOKED_AT = 60  # different numbers, from all over the sample
_FEWEST = 2  # numbers without a country that say anything
_MANY = 3  # numbers that are impossible at home, if they are also
_MANY_SHARE = 0.2  # of all of them
_MOST = 0.8  # of these numbers, or more, are right in one other country
_FEWEST_IMPROBABLE = 6
_FROM_ABROAD = re.compile(r"[^\w+＋]*(?:[+＋]|tel|00|011)", re.IGNORECASE).match  # may hold a country code
_IMPOSSIBLE = frozenset(
    {
        "phone_unassigned",
        "phone_needs_country",
        "phone_too_long",
        "phone_too_short",
        "phone_new_prefix",
        "phone_premium",
    }
)


class CountryDoubt(NamedTuple):
    """`likely` is the ISO 3166 code of the country to propose, perhaps the merchant's own; `sentence` says why."""

    likely: str
    sentence: str


class _Fit(NamedTuple):
    """How a number stands in a country: written as there, with the prefix of calls at home; a mobile or a landline."""

    exact: bool
    at_home: bool
    mobile: bool
    landline: bool

    @property
    def plausible(self) -> bool:
        """People leave out the prefix of mobile phones, as spreadsheets do, but hardly of landlines."""
        return self.at_home or self.mobile


class _Numbers(NamedTuple):
    """Those without a country: good at home, impossible at home; and how many of the others name which country."""

    good: list[str]
    impossible: list[str]
    others: list[str]
    named: Counter[int]

    @property
    def local(self) -> list[str]:
        return [*self.good, *self.impossible, *self.others]


def country_doubt(cells: Sequence[str], column: str, country: str) -> CountryDoubt | None:
    """Why the phones in these cells of a `column` may be of another country than `country`; None if they aren't."""
    numbers = _sorted_out(_some(cells), country)
    if not numbers.local:
        return None
    if len(numbers.local) + sum(numbers.named.values()) < _FEWEST:
        return _written_abroad(numbers, column, country)
    doubts = (_impossible(numbers, column, country), _named(numbers, column, country))
    doubt = next(filter(None, doubts), None) or _written_abroad(numbers, column, country)
    return doubt or _improbable(numbers, column, country)


def _some(cells: Sequence[str]) -> list[str]:
    """Each number once: a placeholder that stands in many rows says nothing."""
    different = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip() and "@" not in cell))
    return different[:: -(-len(different) // _LOOKED_AT) or 1]


def _sorted_out(cells: list[str], country: str) -> _Numbers:
    numbers = _Numbers([], [], [], Counter())
    for cell in cells:
        value, code, _ = parse_phone(cell, country)
        anywhere = parse_phone(cell, "ZZ").value if _FROM_ABROAD(cell) else ""
        if anywhere:
            numbers.named[phonenumbers.parse(anywhere).country_code or 0] += 1
        elif value:
            numbers.good.append(cell)
        elif code == "phone_new_area" or _may_be_mobile(cell, country):  # Perhaps right; says nothing.
            numbers.others.append(cell)
        elif code in _IMPOSSIBLE and (cell[0] == "0" or not parse_phone(f"0{cell}", country).value):
            numbers.impossible.append(cell)  # A number of home that lacks a zero was read by a spreadsheet.
    return numbers


def _impossible(numbers: _Numbers, column: str, country: str) -> CountryDoubt | None:
    impossible, count = len(numbers.impossible), len(numbers.local)
    if impossible * 2 < count and (impossible < _MANY or impossible < _MANY_SHARE * count):
        return None
    there = _best(numbers.impossible, country)
    if not there:
        return None
    right = sum(bool((fit := _fit(cell, there)) and fit.plausible) for cell in numbers.local)
    at_home, here = len(numbers.good), country_name(country) or country
    if right > at_home and (impossible >= _MANY or not at_home):  # A few may be wrong.
        sentence = (
            f"“{column}” looks like phone numbers of {country_name(there)}: {right} of the {count} looked at are right "
            f"there, and {at_home or 'none'} in {here}."
        )
        return CountryDoubt(there, sentence)
    sentence = f"{impossible} of {count} numbers in “{column}” are right in {country_name(there)}, but not in {here}."
    return CountryDoubt(country, sentence)


def _best(cells: list[str], country: str, among: Iterable[str] = COUNTRIES) -> str:
    """The country where most of these numbers are right, and if several are, where people write them so."""
    code, ranks = phonenumbers.country_code_for_region(country), dict[str, tuple[int, int]]()
    for there in among:
        fits = [
            fit for cell in cells if (fit := _fit(cell, there)) and (fit.at_home or (fit.mobile and there in LIKELY))
        ]
        if len(fits) >= _MOST * len(cells) and phonenumbers.country_code_for_region(there) != code:
            ranks[there] = len(fits), sum(fit.exact + max(fit.at_home + fit.mobile, 1) for fit in fits)
    return max(ranks, key=ranks.__getitem__, default="")


def _named(numbers: _Numbers, column: str, country: str) -> CountryDoubt | None:
    """Whether the numbers beside those without a country have the code of one where these are right as well."""
    [(code, count)] = numbers.named.most_common(1) or [(0, 0)]
    if count < max(_MANY, _MOST * sum(numbers.named.values())) or count < len(numbers.local):
        return None
    there = phonenumbers.region_code_for_country_code(code)
    right = sum(parse_phone(cell, there).value.startswith(f"+{code}") for cell in numbers.local)
    if code == phonenumbers.country_code_for_region(country) or right * 2 < len(numbers.local):
        return None
    both = f"{country_name(country) or country} and {country_name(there) or there}"
    sentence = f"Most numbers in “{column}” begin with +{code}, and those without a code are possible in both {both}."
    return CountryDoubt(there, sentence)


def _written_abroad(numbers: _Numbers, column: str, country: str) -> CountryDoubt | None:
    """Whether several of those that are good at home, or the only one, are written as in another country."""
    there, count = written_abroad(numbers.good, country)
    looked_at = len(numbers.local) + sum(numbers.named.values())
    if not there or (count < _FEWEST and count < looked_at):
        return None
    sentence = (
        f"{count} of {looked_at} numbers in “{column}” {'is' if count == 1 else 'are'} written as in "
        f"{country_name(there)}, and not as in {country_name(country) or country}."
    )
    return CountryDoubt(there if count >= _MOST * looked_at else country, sentence)


def _improbable(numbers: _Numbers, column: str, country: str) -> CountryDoubt | None:
    """Whether nearly all are good at home, but written as nobody there writes them, or landlines there, while they are
    what people have elsewhere. The own country is proposed unless they are written exactly as in the other."""
    cells = numbers.good
    if len(cells) < _FEWEST_IMPROBABLE or _are_ordinary(cells, country) or not (there := _best(cells, country, LIKELY)):
        return None
    most, fits = _MOST * len(cells), [(_fit(cell, country), _fit(cell, there)) for cell in cells]
    exact = sum(bool(other and other.exact and not (home and home.at_home)) for home, other in fits) >= most
    odd = sum(bool(home and not home.plausible and other and other.at_home) for home, other in fits)
    landlines = sum(bool(home and home.landline and other and other.mobile and other.at_home) for home, other in fits)
    if not exact and odd + landlines < most:
        return None
    both = f"{country_name(country) or country} and {country_name(there)}"
    sentence = (
        f"The numbers in “{column}” are possible in both {both}, and look more like those of {country_name(there)}."
    )
    written = sum(bool(other and other.exact) for _, other in fits) >= most
    return CountryDoubt(there if written else country, sentence)


def _are_ordinary(cells: list[str], country: str) -> bool:
    """Whether enough of them are mobile phones, or may be, and written as at home. Seldom looks at all of them."""
    ordinary = (1 for cell in cells if (fit := _fit(cell, country)) and fit.at_home and not fit.landline)
    enough = int((1 - _MOST) * len(cells)) + 1
    return sum(islice(ordinary, enough)) == enough


@lru_cache(maxsize=4_000)
def _fit(cell: str, country: str) -> _Fit | None:
    """None where it is no number of the country."""
    value = parse_phone(cell, country).value
    code = phonenumbers.country_code_for_region(country)
    if not value and cell[0] == "0" and country in LIKELY and _may_be_mobile(cell, country):
        value = phonenumbers.format_number(_unknown(cell, country), PhoneNumberFormat.E164)
    if not value.startswith(f"+{code}"):
        return None
    number = phonenumbers.parse(value)
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    kind, digits = phonenumbers.number_type(number), _digits(cell)
    at_home = digits in (_digits(written), value[1:])
    if kind == PhoneNumberType.UNKNOWN and not at_home:
        return None
    mobile = kind in (PhoneNumberType.MOBILE, PhoneNumberType.UNKNOWN)
    exact = cell in (written, written.lstrip("0")) and not cell.isdigit()
    landline = not mobile and kind != PhoneNumberType.FIXED_LINE_OR_MOBILE
    return _Fit(exact, at_home, mobile, landline)


def _may_be_mobile(cell: str, country: str) -> bool:
    """Whether a number that the library doesn't know begins as mobile phones of the country do."""
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if not example or phonenumbers.number_type(example) != PhoneNumberType.MOBILE:
        return False  # Where mobile phones begin as landlines do.
    if parse_phone(cell, country).code != "phone_new_prefix":
        return False
    number = _unknown(cell, country)
    return (
        number.country_code == example.country_code
        and str(number.national_number)[0] == str(example.national_number)[0]
    )


def _unknown(cell: str, country: str) -> phonenumbers.PhoneNumber:
    """A number that the library doesn't know; empty if it doesn't even take the text for one."""
    with suppress(phonenumbers.NumberParseException):
        return phonenumbers.parse(cell, country)
    return phonenumbers.PhoneNumber()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
