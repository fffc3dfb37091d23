"""What the phone library says of a number that is written in digits and separators alone: the same, at a tenth of the
price.

It goes through the steps of the library with patterns that were compiled once. Where a step isn't a plain one, as with
prefixes that are replaced by others, it leaves the number to the library.
"""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

ASK_THE_LIBRARY = "?"
_PLAIN = re.compile(r"\+?\(?[0-9][0-9 ().\-/]*", re.ASCII).fullmatch
_SEPARATORS = str.maketrans("", "", " ().-/+")
_LITERAL = re.compile(r"[\d|]+").fullmatch
_LONGEST = 17  # digits of a national number
_KINDS = (
    "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail", "fixed_line", "mobile",
)  # fmt: skip


def plain_number(text: str, country: str) -> str:
    """E.164 of a text that is a phone of this country or has a country code; empty if the library would refuse it, or
    ASK_THE_LIBRARY."""
    if not _PLAIN(text) or country not in phonenumbers.SUPPORTED_REGIONS:
        return ASK_THE_LIBRARY
    digits, home = text.translate(_SEPARATORS), _region(country)
    if text[0] == "+":
        return _international(digits)
    abroad = home.international(digits)
    if abroad and digits[abroad.end() : abroad.end() + 1] != "0":
        return _international(digits[abroad.end() :])
    if digits.startswith(home.code):
        rest = home.without_prefix(digits[len(home.code) :])
        if rest is None:
            return ASK_THE_LIBRARY
        if len(digits) > home.longest or (not home.general(digits) and home.general(rest)):
            return _international(home.code + rest)
    return _national(digits, home)


def may_be_phone(digits: str, country: str) -> bool:
    """Whether a number of so many digits, written without a plus, may be a phone at all: quick and generous."""
    familiar = country in phonenumbers.SUPPORTED_REGIONS and digits.isascii() and digits.isdigit()
    return not familiar or _region(country).may_be(digits)


def lacks_plus(text: str, country: str) -> bool:
    """Whether a mobile phone of the country stands behind its code, and all digits together are none: programs write
    49 151 … so, while the library takes it for a landline."""
    if not "1" <= text[:1] <= "9" or not _PLAIN(text) or country not in phonenumbers.SUPPORTED_REGIONS:
        return False
    digits, home = text.translate(_SEPARATORS), _region(country)
    code = home.code
    return digits.startswith(code) and home.is_mobile(digits[len(code) :]) and not home.is_mobile(digits)


class _Region:
    """The numbering plan of one region, with its patterns compiled."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc or PhoneNumberDesc()
        self.code = str(metadata.country_code)
        self.general = re.compile(general.national_number_pattern or "(?!)").fullmatch
        self.lengths, self._local = frozenset(general.possible_length), frozenset(general.possible_length_local_only)
        self.longest = max(self.lengths)
        mobile = metadata.mobile and metadata.mobile.national_number_pattern
        self._mobile = re.compile(mobile or "(?!)").fullmatch
        self.international = re.compile(metadata.international_prefix or "(?!)").match
        self.leading = re.compile(metadata.leading_digits).match if metadata.leading_digits else None
        self._prefix = re.compile(metadata.national_prefix_for_parsing or "(?!)").match
        self._replaces = bool(metadata.national_prefix_transform_rule)
        self._premium = metadata.premium_rate
        self._ordinary = [kind for name in _KINDS if (kind := getattr(metadata, name))]
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._lengths_after = {str(first): self._lengths_of(str(first), metadata) for first in range(10)}
        abroad = metadata.international_prefix or ""
        self._abroad = abroad if abroad.isdigit() else ""
        self._any_length = not (abroad.isdigit() and _LITERAL(metadata.national_prefix_for_parsing or "0"))

    def may_be(self, digits: str) -> bool:
        return self._any_length or len(digits) in self._lengths_after[digits[0]] or digits.startswith(self._abroad)

    def _lengths_of(self, first: str, metadata: PhoneMetadata) -> frozenset[int]:
        """The lengths that numbers with this first digit can have, prefixes included."""
        prefixes = ["", *(metadata.national_prefix_for_parsing or "").split("|")]
        before = [prefix for prefix in prefixes if prefix.startswith(first) or not prefix]
        if self.code.startswith(first):
            before += [self.code + prefix for prefix in prefixes]
        regions = map(PhoneMetadata.metadata_for_region, COUNTRY_CODE_TO_REGION_CODE[int(self.code)])
        generals = [region.general_desc for region in regions if region and region.general_desc]
        lengths = {length for general in generals for length in general.possible_length}
        return frozenset(length + len(written) for length in lengths for written in before)

    def without_prefix(self, digits: str) -> str | None:
        """Without the prefix of calls inside the country; None if it is replaced by another."""
        prefix = self._prefix(digits)
        if not prefix:
            return digits
        if self._replaces and prefix.groups() and prefix[prefix.re.groups] is not None:
            return None
        rest = digits[prefix.end() :]
        return digits if self.general(digits) and not self.general(rest) else rest

    def is_mobile(self, national: str) -> bool:
        return self._mobile(national) is not None

    def may_lose_prefix(self, rest: str) -> bool:
        """Whether what is left has the length of a number, or is longer."""
        return len(rest) not in self._local and (len(rest) in self.lengths or len(rest) > self.longest)

    def kind_of(self, national: str) -> str:
        """ "ordinary" or "premium"; empty if nobody has this number."""
        if len(national) not in self.lengths or not self.general(national):
            return ""
        match = self._pattern(len(national)).fullmatch(national)
        return (match.lastgroup or "ordinary") if match else ""

    def _pattern(self, length: int) -> re.Pattern[str]:
        """Of the numbers of that length: premium ones first, as the library does."""
        if length not in self._patterns:
            ordinary = "|".join(kind.national_number_pattern for kind in self._ordinary if _allows(kind, length))
            premium = self._premium and _allows(self._premium, length) and self._premium.national_number_pattern
            both = rf"(?P<premium>{premium or '(?!)'})|{ordinary or '(?!)'}"
            self._patterns[length] = re.compile(both)
        return self._patterns[length]


def _allows(kind: PhoneNumberDesc, length: int) -> bool:
    return bool(kind.national_number_pattern) and (not kind.possible_length or length in kind.possible_length)


@cache
def _region(name: str) -> _Region:
    metadata = PhoneMetadata.metadata_for_region(name)
    if metadata is None:
        raise LookupError(name)
    return _Region(metadata)


def _international(digits: str) -> str:
    """Of a number that begins with the code of its country."""
    codes = (digits[:length] for length in (1, 2, 3) if digits[:1] != "0")  # With which no country code begins.
    code = next((code for code in codes if code and int(code) in COUNTRY_CODE_TO_REGION_CODE), "")
    region = COUNTRY_CODE_TO_REGION_CODE[int(code)][0] if code else "001"
    if len(digits) < 3 or region == "001":
        return ASK_THE_LIBRARY
    return _national(digits[len(code) :], _region(region))


def _national(digits: str, home: _Region) -> str:
    rest = home.without_prefix(digits)
    if rest is None:
        return ASK_THE_LIBRARY
    national = rest if home.may_lose_prefix(rest) else digits
    return f"+{home.code}{national}" if _is_ordinary(int(home.code), national) else ""


def _is_ordinary(code: int, national: str) -> bool:
    """Whether it belongs to the first region of its country code that has such numbers."""
    if not 2 <= len(national) <= _LONGEST:
        return False
    names = COUNTRY_CODE_TO_REGION_CODE[code]
    for region in map(_region, names):
        if (region.leading and region.leading(national)) or len(names) == 1:
            return region.kind_of(national) == "ordinary"
        if not region.leading and (kind := region.kind_of(national)):
            return kind == "ordinary"
    return False
