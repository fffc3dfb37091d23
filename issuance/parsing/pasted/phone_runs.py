"""Which phones a run of digits, spaces and dashes holds: taken whole, or not at all.

Part of a number is somebody else's number, and a number of a list or a house may make a phone another one. So a run
is read in every way in which it falls into phones; unless all ways agree, a person has to look at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from issuance.parsing.identifiers import phone_value

Span = tuple[int, int, bool]  # from, to, and whether it is unclear which digits are the phone's
Ways = dict[tuple[str, ...], tuple[tuple[int, int], ...] | None]

FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # of any phone in the world
DIGITS_OF_A_PHONE = 10  # a shorter run of digits that is no valid phone is a date, a price or a house number
_MOST_WORDS_OF_A_PHONE = 8
_MOST_WORDS = 120  # of a run that is read in every way
_MOST_READINGS = 3  # that are kept: two are one too many
_WORD = re.compile(r"\S+")
_LIST_NUMBER = re.compile(r"(?<!\S)[1-9]\d{0,2}[.)](?=\s)")  # 7. or 7)
_AT_HOME = re.compile(r"\(?0")
_COUNT = re.compile(r"[1-9]\d?")  # what may stand before a phone and be no part of it
_DASHED = re.compile(r"[1-9]\d{0,2}\s+-\s")  # 7 - and then a phone


class Patience:
    """How many words of long runs are still read in every way: of one text not without end."""

    def __init__(self, words: int = 20_000) -> None:
        self._words = words

    def lasts_for(self, words: int) -> bool:
        """Whether a run may be read in every way; one that could be a single phone always may."""
        if words > _MOST_WORDS_OF_A_PHONE:
            self._words -= words
        return words <= _MOST_WORDS_OF_A_PHONE or (words <= _MOST_WORDS and self._words >= 0)


def phones_of_run(line: str, start: int, end: int, country: str, patience: Patience) -> list[Span]:
    """The phones between two positions of a line, good or bad, in their order."""
    parts = [*_between_list_numbers(line, start, end)]
    spans_of_parts = [_phones_of_part(line, *part, country, patience) for part in parts]
    if len(parts) > 1 and not any(spans_of_parts):
        return _phones_of_part(line, *_trimmed(line, start, end), country, patience)
    return [span for spans in spans_of_parts for span in spans]


def _between_list_numbers(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for number in _LIST_NUMBER.finditer(line, start, end):
        yield _trimmed(line, start, number.start())
        start = number.end()
    yield _trimmed(line, start, end)


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    text = line[start:end]
    return start + len(text) - len(text.lstrip(" .-/")), start + len(text.rstrip(" .-/("))


def _phones_of_part(line: str, start: int, end: int, country: str, patience: Patience) -> list[Span]:
    digits = sum(map(str.isdigit, line[start:end]))
    if digits < FEWEST_DIGITS:
        return []
    words = [word.span() for word in _WORD.finditer(line, start, end)]
    if not patience.lasts_for(len(words)):
        alone = all(_number(line[slice(*word)], country) for word in words)
        return [(*word, False) for word in words] if alone else [(start, end, True)]
    readings = _Readings(line, words, country).all_from(0)
    ways = [spans for values, spans in readings.items() if values]
    if len(ways) == 1 and ways[0]:
        return [(*span, False) for span in ways[0]]
    return [(start, end, len(ways) > 1)] if ways or digits >= DIGITS_OF_A_PHONE else []


class _Readings:
    """The ways in which words fall into phones, each as the numbers that it finds: where they stand, or None if it
    leaves out a word that may be a part of one."""

    def __init__(self, line: str, words: list[tuple[int, int]], country: str) -> None:
        self._line, self._words, self._country = line, words, country
        self._ways_from: dict[tuple[int, bool], Ways] = {(len(words), skipped): {(): ()} for skipped in (False, True)}

    def all_from(self, at: int, *, skipped: bool = False) -> Ways:
        """From one word on to the last; of two words beside each other only one is left out."""
        if (at, skipped) not in self._ways_from:
            self._ways_from[at, skipped] = self._look(at, skipped)
        return self._ways_from[at, skipped]

    def _look(self, at: int, skipped: bool) -> Ways:
        ways: Ways = {}
        for to, value in self._phones_at(at):
            span = (self._words[at][0], self._words[to - 1][1])
            for values, spans in self.all_from(to).items():
                longer = None if spans is None else (span, *spans)
                ways[value, *values] = ways.get((value, *values)) or longer
                for other in self._numbers_inside(at, to):
                    ways.setdefault((other, *values), None)
        word = self._line[slice(*self._words[at])]
        no_part = not any(map(str.isdigit, word)) and "/" not in word and "+" not in word
        no_part |= at == 0 and bool(_DASHED.match(self._line, self._words[0][0]))
        if no_part or (_COUNT.fullmatch(word) and not skipped):
            for values, spans in self.all_from(at + 1, skipped=skipped or not no_part).items():
                if values or no_part:
                    ways[values] = ways.get(values) or (spans if no_part else None)
        return dict(islice(ways.items(), _MOST_READINGS))

    def _numbers_inside(self, at: int, to: int) -> Iterator[str]:
        """Phones that end with the same word and begin with a zero, as at home: what stands before may be a date."""
        end = self._words[to - 1][1]
        if self._line[self._words[at][0]] == "+" or self._line.startswith("00", self._words[at][0]):
            return
        for start, _ in self._words[at + 1 : to]:
            if _AT_HOME.match(self._line, start) and (value := _number(self._line[start:end], self._country)):
                yield value

    def _phones_at(self, at: int) -> Iterator[tuple[int, str]]:
        """The phones that begin with a word, each with the index of the word after it."""
        start, digits = self._words[at][0], 0
        for to, word in enumerate(self._words[at : at + _MOST_WORDS_OF_A_PHONE], at + 1):
            digits += sum(map(str.isdigit, self._line[slice(*word)]))
            if digits > _MOST_DIGITS:
                return
            text = self._line[start : word[1]]
            if digits >= FEWEST_DIGITS and text[-1].isdigit() and (value := _number(text, self._country)):
                yield to, value


def _number(text: str, country: str) -> str:
    """The phone that a text is from its first sign to its last; empty if it is none."""
    whole = (text[0].isdigit() or text[0] in "+(") and "+" not in text[1:]
    return phone_value(text, country) if whole else ""
