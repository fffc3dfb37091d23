"""Emails and phones in a line of running text: each whole or not at all, as a part of a number is somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from issuance.identifiers import phone_verdict

_ADDRESS = re.compile(  # good or bad, or with its @ spelt out
    r"(?<![\w.+'-])[\w.+'-]+ ?[(\[{] ?(?:at|@|ät) ?[)\]}] ?[\w-]+(?:(?:\.| ?[(\[{] ?(?:dot|\.) ?[)\]}] ?| dot )[\w-]+)+"
    r"|(?<![^\s@<>()\[\],;:\"|])[^\s@<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]*",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(  # a date, a time, or a number with commas between its thousands
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b|\b\d{1,2}:\d\d(?::\d\d)?\b"
    r"|(?<![\d,])\d{1,3}(?:,\d{3})+(?:\.\d+)?\b(?!,\d)"
)
_RUN = re.compile(r"(?:\+\s?)?\(?\d[\d ().+/\u00a0-]*")  # of one phone or several
_PART_OF_WORD_BEFORE = re.compile(r"[\w@./-]")
_PART_OF_WORD_AFTER = re.compile(r"(?!(?:x|ext)\W?\d)[\w@]", re.IGNORECASE)
_LEFT = re.compile(
    r"(?<![\w.+-])[\w.+-]+\s+at\s+[\w-]+(?:\.|\s+dot\s+)[a-z]{2,}|[+(]?\d(?:[ ().+/-]?\d){6,}", re.IGNORECASE
)
_DIGITS_OF_A_PHONE = 10  # a shorter run of digits that is no valid phone is a date, a price or a house number
FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # of any phone in the world
_MOST_WORDS = 6  # of one phone
_MOST_SKIPPED = 2  # digits between two phones, such as the number of a line in a list


def found_in_line(line: str, country: str) -> list[list[str]]:
    """The guests of a line, each as the identifiers that were written for them, emails first.

    As many emails as phones belong to the same guests, in their order; else each is a guest.
    """
    emails = [text.strip(".'*_") for text in _ADDRESS.findall(line)]
    phones = _phones(_ADDRESS.sub("|", line), country)
    if len(emails) == len(phones):
        return [list(pair) for pair in zip(emails, phones, strict=True)]
    return [[text] for text in emails + phones]


def is_phone_like(text: str) -> bool:
    """Which of the two something is that was found in a line: emails have letters."""
    return not any(map(str.isalpha, text))


def left_of_line(line: str, guests: list[list[str]]) -> list[str]:
    """What looks like an email or a phone in the line of these guests, but was not taken for one."""
    for text in (text for guest in guests for text in guest):
        line = line.replace(text, "|", 1)
    return [found[0].strip() for found in _LEFT.finditer(_NO_PHONE.sub("|", line))]


def _phones(line: str, country: str) -> list[str]:
    line = _NO_PHONE.sub("|", line)
    return [phone for found in _RUN.finditer(line) for phone in _of_run(_detached(line, found), country)]


def _detached(line: str, found: re.Match[str]) -> str:
    """A run of digits without those that are part of a word, as in A-17 or 3rd."""
    run = found[0]
    if found.start() and _PART_OF_WORD_BEFORE.match(line, found.start() - 1):
        run = run.partition(" ")[2]
    if _PART_OF_WORD_AFTER.match(line, found.end()) and run[-1:] != " ":
        run = run.rpartition(" ")[0]
    return run.strip(" .-/\u00a0").removesuffix("(").strip()


def _of_run(run: str, country: str) -> list[str]:
    if _is_phone(run, country):
        return [run]
    long_enough = sum(map(str.isdigit, run)) >= _DIGITS_OF_A_PHONE
    return _several(run, country) or ([run] if long_enough else [])


def _is_phone(text: str, country: str) -> bool:
    return "+" not in text[1:] and not phone_verdict(text, country).code


class _Way(NamedTuple):
    """How the words from one on fall into phones: words used, in how many ways so many, the first phone, the rest."""

    used: int
    number: int
    phone: str = ""
    rest: Any = None


def _several(run: str, country: str) -> list[str]:
    """The phones of a run, if it falls into phones in one way alone; none where somebody has to look."""
    words = [*re.finditer(r"\S+", run)]
    ways = [_Way(0, 0)] * len(words) + [_Way(0, 1)]
    for at in reversed(range(len(words))):
        found = [
            _Way(ways[to].used + to - at, ways[to].number, phone, ways[to])
            for to, phone in _phones_at(run, words[at : at + _MOST_WORDS], country, at)
        ]
        if sum(map(str.isdigit, words[at][0])) <= _MOST_SKIPPED and "/" not in words[at][0]:
            found.append(ways[at + 1])
        most = max((way.used for way in found if way.number), default=0)
        best = [way for way in found if way.number and way.used == most]
        ways[at] = best[0]._replace(number=sum(way.number for way in best)) if best else ways[at]
    return [*_unrolled(ways[0])] if ways[0].number == 1 else []


def _phones_at(run: str, words: list[re.Match[str]], country: str, at: int) -> Iterator[tuple[int, str]]:
    """The phones that begin with the first of these words, each with the place of the word after it."""
    digits = accumulate(sum(map(str.isdigit, word[0])) for word in words)
    for to, (word, so_many) in enumerate(zip(words, digits, strict=True), at + 1):
        text = run[words[0].start() : word.end()]
        whole = text[0] in "+(" or text[0].isdigit()
        if whole and text[-1].isdigit() and FEWEST_DIGITS <= so_many <= _MOST_DIGITS and _is_phone(text, country):
            yield to, text


def _unrolled(way: _Way) -> Iterator[str]:
    while way.rest is not None:
        yield way.phone
        way = way.rest
