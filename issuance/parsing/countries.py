"""Countries whose phone numbers a marketer is likely to meet, by ISO 3166 code, and how columns of files spell them."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

COUNTRIES = {
    "US": "the United States", "CA": "Canada", "GB": "the United Kingdom", "MX": "Mexico", "AU": "Australia",
    "FR": "France", "DE": "Germany", "IE": "Ireland", "ES": "Spain", "IT": "Italy", "NL": "the Netherlands",
    "IN": "India", "JP": "Japan", "BR": "Brazil", "AE": "the United Arab Emirates", "AR": "Argentina", "AT": "Austria",
    "BE": "Belgium", "CH": "Switzerland", "CL": "Chile", "CN": "China", "CO": "Colombia", "CR": "Costa Rica",
    "CZ": "Czechia", "DK": "Denmark", "DO": "the Dominican Republic", "EC": "Ecuador", "FI": "Finland",
    "GR": "Greece", "GT": "Guatemala", "HK": "Hong Kong", "HN": "Honduras", "HU": "Hungary", "ID": "Indonesia",
    "IL": "Israel", "JM": "Jamaica", "KR": "South Korea", "MY": "Malaysia", "NG": "Nigeria", "NI": "Nicaragua",
    "NO": "Norway", "NZ": "New Zealand", "PA": "Panama", "PE": "Peru", "PH": "the Philippines", "PK": "Pakistan",
    "PL": "Poland", "PR": "Puerto Rico", "PT": "Portugal", "RO": "Romania", "SA": "Saudi Arabia", "SE": "Sweden",
    "SG": "Singapore", "SV": "El Salvador", "TH": "Thailand", "TR": "Türkiye", "TW": "Taiwan", "UA": "Ukraine",
    "VE": "Venezuela", "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip
LIKELY = tuple(COUNTRIES)[:14]  # tried on a few numbers to propose one


def country_name(code: str) -> str:
    """The name as it stands in a sentence; empty if the country isn't among them."""
    return COUNTRIES.get(code, "")


@lru_cache(maxsize=1_000)
def country_code(text: str) -> str:
    """The ISO 3166 code that a cell names: a code, a name, a calling code such as +44, a flag, or several of them that
    agree; empty if none."""
    if code := _single_code(_SUBDIVISION.sub("", text)):
        return code
    found = [code for part in _BETWEEN_NAMES.split(text) if (code := _single_code(part))]
    return found[0] if len({*map(phonenumbers.country_code_for_region, found)}) == 1 else ""


@lru_cache(maxsize=1_000)
def names_nowhere(text: str) -> bool:
    """Whether a cell says no more than that the country isn't known."""
    return text.strip(" .?!-–—_/#").upper().replace(".", "") in _NOWHERE


def _single_code(text: str) -> str:
    if calling := _CALLING_CODE(text.strip()):
        number = calling[1].lstrip("0")
        region = _MAIN.get(number) or phonenumbers.region_code_for_country_code(int(number or 0))
        return region if region in phonenumbers.SUPPORTED_REGIONS else ""
    flag = "".join(chr(ord(character) - 0x1F1A5) for character in text if 0x1F1E6 <= ord(character) <= 0x1F1FF)
    word = (flag or text).strip().strip(".").upper().removeprefix("THE ").replace(".", "")
    return word if word in phonenumbers.SUPPORTED_REGIONS else _SPELLED.get(word, "")


_CALLING_CODE = re.compile(r"(?:\+|00)?\s?(\d{1,3})(?:\.0+)?").fullmatch  # as a spreadsheet writes it, 1.0
_SUBDIVISION = re.compile(r"(?<=^[A-Z]{2})-[A-Z0-9]{1,3}$")  # of a country: US-IN
_BETWEEN_NAMES = re.compile(r"[()\[\],;|/:–-]+|\s+(?=\+?\d)|(?<=\d)\s+")
_NOWHERE = frozenset({"", "N/A", "NA", "NAN", "NONE", "NULL", "UNKNOWN", "NOT SET", "KA", "UNBEKANNT", "0"})
_MAIN = {"1": "US"}
_SPELLED = {name.removeprefix("the ").upper(): code for code, name in COUNTRIES.items()} | {
    spelling: code
    for code, spellings in {
        "US": "USA, UNITED STATES OF AMERICA, AMERICA, EUA, ÉTATS-UNIS, VEREINIGTE STAATEN, ESTADOS UNIDOS",
        "CA": "CAN, KANADA", "GB": "UK, GBR, GREAT BRITAIN, ENGLAND, SCOTLAND, WALES, ROYAUME-UNI, REINO UNIDO",
        "MX": "MEX, MÉXICO", "AU": "AUS", "FR": "FRA, FRANKREICH, FRANCIA",
        "DE": "DEU, DEUTSCHLAND, ALLEMAGNE, ALEMANIA",
        "IE": "IRL", "ES": "ESP, ESPAÑA, SPANIEN, ESPAGNE", "IT": "ITA, ITALIA, ITALIEN",
        "NL": "NLD, HOLLAND, NEDERLAND",
        "IN": "IND", "JP": "JPN, 日本", "BR": "BRA, BRASIL", "AE": "ARE, UAE", "AT": "AUT, ÖSTERREICH", "BE": "BEL",
        "CH": "CHE, SCHWEIZ, SUISSE", "PT": "PRT", "PL": "POL, POLSKA", "SE": "SWE, SVERIGE", "DK": "DNK", "NO": "NOR",
        "FI": "FIN", "CN": "CHN", "KR": "KOR", "TR": "TURKEY", "CZ": "CZECH REPUBLIC",
    }.items()
    for spelling in spellings.split(", ")
}  # fmt: skip
