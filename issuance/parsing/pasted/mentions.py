"""Emails and phones in a line of running text.

Part of a number is somebody else's number: so a phone is taken whole, or a person has to look at it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from issuance.parsing.emails import parse_email
from issuance.parsing.identifier_result import IdentifierResult
from issuance.parsing.pasted.phone_runs import DIGITS_OF_A_PHONE, FEWEST_DIGITS, Patience, digits_in, phones_of_run
from issuance.parsing.phones import parse_phone

_ADDRESS = re.compile(  # good or bad, or with its @ spelt out
    r"(?<![\w.+'-])[\w.+'-]+ ?[(\[{] ?(?:at|@|ät) ?[)\]}] ?[\w-]+(?:(?:\.| ?[(\[{] ?(?:dot|\.) ?[)\]}] ?| dot )[\w-]+)+"
    r"|(?<![^\s@<>()\[\],;:\"|])[^\s@<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]*",
    re.IGNORECASE,
)
_SPELT_OUT = re.compile(r"[(\[{] ?(?:at|ät)", re.IGNORECASE).search
_MONTH, _DAY, _YEAR = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_NO_PHONE = re.compile(  # a date, a time, or a number with commas between its thousands
    rf"(?<![\d/.-]){_YEAR}([-/.]){_MONTH}\1{_DAY}(?![-/.]?\d)"
    rf"|(?<![\d/.-])(?:{_DAY}([-/.]){_MONTH}\2|{_MONTH}([-/.]){_DAY}\3){_YEAR}(?![-/.]?\d)"
    r"|\b\d{1,2}:\d\d(?::\d\d)?\b"
    r"|(?<![\d,.])(?<!\d )\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?![\d,]|[ /.-]\d)"
)
_SIGN_INSIDE = re.compile(r"\d[-/.:,]\d").search
_LINK_INSIDE = re.compile(r"://|[wW]\.").search
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_RUN = re.compile(r"(?:\+\s?)?\(?\d[\d ().+/-]*")  # of one phone or several
_OTHER_NUMBER = re.compile(  # before the number of something else
    r"(?:#|\b(?:order|ordine|pedido|bestell\w*|rechnung\w*|invoice|kd-?nr|kundennummer|p\.? ?iva|vat|ust\S*|iban|ean"
    r"|isbn|cpf|cnpj|siret|abn))\W{0,3}$",
    re.IGNORECASE,
)
_DASHES = (0xAD, *range(0x2010, 0x2016), 0x2212, 0xFF0D)
_SPACES_AND_MARKS = (0xA0, *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x206A), 0x3000, 0xFEFF)
_DIGITS = {
    code: str(digit) for code in range(0x600, 0x10000) if (digit := unicodedata.decimal(chr(code), None)) is not None
}
_AS_TYPED = dict.fromkeys(_DASHES, "-") | dict.fromkeys(_SPACES_AND_MARKS, " ") | _DIGITS  # so that positions stay
_PART_OF_WORD = re.compile(r"[\w@./-]")
_ABBREVIATION = re.compile(r"[^\W\d]\.")  # as in Tel.
_WORD_AFTER = re.compile(r"(?!(?:x|ext)\W?\d)(?:[\w@]|[:*·~#\\]\d)[\w@]{0,60}", re.IGNORECASE)
_DIGITS_OF_A_WORD = 2  # as in A17 or 3rd, which are no part of the phone beside them
_LEFT = re.compile(
    r"(?<![\w.+-])[\w.+-]+\s+at\s+[\w-]+(?:\.|\s+dot\s+)[a-z]{2,}|[+(]?\d(?:[ ().+/-]?\d){6,}", re.IGNORECASE
)
_AT_WORD = re.compile(r"\sat\s", re.IGNORECASE).search
_SEPARATOR = re.compile(r"[,;|&]|\b(?:and|or|und|oder|et|ou|y|o|e)\b", re.IGNORECASE)  # between two guests


class Mention(NamedTuple):
    """An email or a phone, good or bad, and where it stands in a line.

    `unclear` says that it isn't sure which of its digits are the phone's.
    """

    start: int
    end: int
    text: str
    kind: str
    unclear: bool = False

    def parse(self, country: str) -> IdentifierResult:
        if self.unclear:
            return IdentifierResult("", "phone_unclear", False)
        return parse_email(self.text) if self.kind == "email" else parse_phone(self.text, country)


def mentions_in(line: str, country: str, patience: Patience | None = None) -> list[Mention]:
    """All emails and phones of a line, in its order."""
    if len(line) < FEWEST_DIGITS and "@" not in line:
        return []
    if "@" not in line and not _SPELT_OUT(line):
        return _phones(line, country, patience or Patience())
    addresses = [*_ADDRESS.finditer(line)]
    rest = _blanked(line, addresses)
    return sorted([*map(_bare_address, addresses), *_phones(rest, country, patience or Patience())])


def guests_of(line: str, mentions: list[Mention]) -> list[list[Mention]]:
    """The guests of a line, each with what was written for them, the email first.

    As many emails as phones belong to the same guests if they take turns in the same way all along, or if all of one
    kind come first. Else an email and a phone do that stand together, apart from the others; and everything else is a
    guest by itself.
    """
    if len(mentions) < 2:
        return [[mention] for mention in mentions]
    emails, phones = ([mention for mention in mentions if mention.kind == kind] for kind in ("email", "phone"))
    if len(emails) == len(phones) and (_take_turns(line, mentions) or _come_apart(emails, phones)):
        return [list(pair) for pair in zip(emails, phones, strict=True)]
    guests: list[list[Mention]] = []
    for group in _groups(line, mentions):
        is_pair = len(group) == 2 and group[0].kind != group[1].kind
        guests += [sorted(group, key=_kind_of)] if is_pair else [[mention] for mention in group]
    return guests


def _groups(line: str, mentions: list[Mention]) -> list[list[Mention]]:
    """What stands beside each other with nothing between that separates guests."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and not _SEPARATOR.search(line, groups[-1][-1].end, mention.start):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def left_of(line: str, mentions: list[Mention]) -> list[str]:
    """What looks like an email or a phone, but was not taken for one."""
    rest, at = list[str](), 0
    for mention in mentions:
        rest.append(line[at : mention.start])
        at = mention.end
    text = "|".join([*rest, line[at:]])
    if digits_in(text) < FEWEST_DIGITS and not _AT_WORD(text):
        return []
    return [match[0].strip() for match in _LEFT.finditer(_without_other_numbers(text.translate(_AS_TYPED)))]


def _take_turns(line: str, mentions: list[Mention]) -> bool:
    pairs = [*zip(mentions[::2], mentions[1::2], strict=True)]
    turns = {(left.kind, right.kind, len(_SEPARATOR.findall(line, left.end, right.start))) for left, right in pairs}
    return len(turns) == 1 and all(left.kind != right.kind for left, right in pairs)


def _kind_of(mention: Mention) -> str:
    return mention.kind


def _come_apart(emails: list[Mention], phones: list[Mention]) -> bool:
    return bool(emails) and (emails[-1] < phones[0] or phones[-1] < emails[0])


def _blanked(line: str, matches: Iterable[re.Match[str]]) -> str:
    pieces, at = list[str](), 0
    for match in matches:
        pieces += line[at : match.start()], "|" * len(match[0])
        at = match.end()
    return "".join([*pieces, line[at:]]) if pieces else line


def _without_other_numbers(line: str) -> str:
    return _blanked(line, _NO_PHONE.finditer(line)) if _SIGN_INSIDE(line) else line


def _bare_address(match: re.Match[str]) -> Mention:
    """Without what stands around it in a text and is no part of it: quotes, bullets, *emphasis*."""
    start, end, line = *match.span(), match.string
    while start < end and _is_sign(line[start]):
        start += 1
    while start < end and _is_sign(line[end - 1]):
        end -= 1
    while end - start > 2 and line[start] == line[end - 1] and line[start] in "*_~":
        start, end = start + 1, end - 1
    return Mention(start, end, line[start:end], "email")


def _is_sign(character: str) -> bool:
    return character in ".'" if character.isascii() else unicodedata.category(character)[0] in "PS"


def _phones(line: str, country: str, patience: Patience) -> list[Mention]:
    if digits_in(line) < FEWEST_DIGITS:
        return []
    line = line if line.isascii() else line.translate(_AS_TYPED)
    line = _without_other_numbers(_blanked(line, _LINK.finditer(line)) if _LINK_INSIDE(line) else line)
    mentions: list[Mention] = []
    for run in _RUN.finditer(line):
        digits = digits_in(run[0]) if len(run[0]) >= FEWEST_DIGITS else 0
        if digits < FEWEST_DIGITS or _ends_a_word(line, run):
            continue
        start, end = _detached(line, run)
        if end - start < FEWEST_DIGITS:
            continue
        word = _WORD_AFTER.match(line, end) if start < end == run.end() and not run[0].endswith(" ") else None
        if word:
            spans = [(start, word.end(), True)] if digits >= DIGITS_OF_A_PHONE else []
        else:
            spans = phones_of_run(line, start, end, country, patience)
        other = bool(spans) and _is_other_number(line[max(start - 20, 0) : start])
        mentions += [Mention(at, to, line[at:to], "phone", unclear or other) for at, to, unclear in spans]
    return mentions


def _ends_a_word(line: str, run: re.Match[str]) -> bool:
    """Whether all of its digits are part of the word before them."""
    return line[run.start() - 1 : run.start()].isalnum() and run[0][0] != "+" and " " not in run[0].rstrip()


def _is_other_number(before: str) -> bool:
    """Whether the words before a number say that it is that of something else than a phone."""
    return before.strip(" ,;/") != "" and _OTHER_NUMBER.search(before) is not None


def _detached(line: str, run: re.Match[str]) -> tuple[int, int]:
    """Where the digits of a run stand that are no part of a word, as in A17 or 3rd. Those of a long word before them
    are nobody's phone."""
    start, end = run.span()
    text, before = run[0].rstrip(), line[max(start - 2, 0) : start]
    if text[0] != "+" and _PART_OF_WORD.match(before[-1:]) and not _ABBREVIATION.fullmatch(before):
        word = text.split()[0]
        start = start + len(word) if _is_short(word) else end
    if text == run[0] and _WORD_AFTER.match(line, end) and _is_short(word := text.split()[-1]):
        end -= len(word)
    return start, max(start, end)


def _is_short(word: str) -> bool:
    return digits_in(word) <= _DIGITS_OF_A_WORD
