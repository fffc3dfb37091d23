"""Which column of a table names the country of its phones, if its cells do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers

from issuance.parsing.column_names import plain_name
from issuance.parsing.countries import country_code, names_nowhere

_READABLE = 0.5  # of the cells that say anything: the column decides, and rows of unknown countries are shown as bad
_NEARLY_ALL = 0.9  # of flags, which may flag anything
# Words of English which are codes as well.
_WORDS = frozenset({"AM", "AS", "AT", "BE", "DE", "DO", "ID", "IN", "IS", "IT", "ME", "MY", "NO", "PM", "SO", "TO"})
_DIFFER = "“{}” and “{}” name different countries for the same phones."
_SOME = "“{}” names the country of few phones only: say where the others are from."


class CountryColumn(NamedTuple):
    """`at` counts from 0 and is None if no column decides; `doubts` are sentences for a person."""

    at: int | None
    doubts: tuple[str, ...] = ()


class _Candidate(NamedTuple):
    rank: int
    at: int
    codes: list[str]  # by row, empty where it says nothing or nothing known
    share: float

    @property
    def decides(self) -> bool:
        return self.share >= _READABLE


def country_column(names: Sequence[str], rows: Sequence[list[str]]) -> CountryColumn:
    """The column that tells the country in `rows`, by its name: that of the phone rather than that of the guest."""
    candidates = [_candidate(at, name, rows) for at, name in enumerate(names) if _rank(plain_name(name))]
    deciding = sorted((c for c in candidates if c.decides), key=lambda c: (-c.rank, c.at))
    if not deciding:
        return CountryColumn(None, tuple(_SOME.format(names[c.at]) for c in candidates if c.share)[:1])
    first, *others = deciding
    rivals = [other for other in others if other.rank == first.rank and _contradict(first, other)]
    return CountryColumn(first.at, tuple(_DIFFER.format(names[first.at], names[rival.at]) for rival in rivals[:1]))


def _rank(name: str) -> int:
    return 2 if name in _OF_PHONES else int(name in _COUNTRIES or name in _FLAGS)


def _candidate(at: int, name: str, rows: Sequence[list[str]]) -> _Candidate:
    cells = [row[at] if len(row) > at else "" for row in rows]
    codes = [country_code(cell) for cell in cells]
    said = sum(not names_nowhere(cell) for cell in cells)
    share = sum(map(bool, codes)) / max(said, 1)
    if plain_name(name) in _FLAGS and (
        share < _NEARLY_ALL or {cell.strip().upper() for cell in cells} - {""} <= _WORDS
    ):
        share = 0
    return _Candidate(_rank(plain_name(name)), at, codes, share)


def _contradict(one: _Candidate, other: _Candidate) -> bool:
    calling = phonenumbers.country_code_for_region
    return any(a and b and calling(a) != calling(b) for a, b in zip(one.codes, other.codes, strict=True))


def _names(text: str) -> frozenset[str]:
    return frozenset(map(plain_name, text.replace("\n", "").split(",")))


_OF_PHONES = _names("""
phone country, country of phone, phone country code, telephone country, mobile country, mobile country code,
calling code, country calling code, dial code, dialing code, dialling code, country dial code, isd code, country code,
countrycode,
landesvorwahl, ländervorwahl, landercode, ländercode, indicatif, indicatif pays, code pays, codigo pais, codigo de pais,
prefisso, prefisso internazionale, landnummer, 国番号, код страны
""")
_COUNTRIES = _names("""
country, country name, land, pays, pais, paese, nazione, kraj, maa, ulke, zeme, orszag, χωρα, 国, 国家, 국가, страна
""")
_FLAGS = _names("flag")
