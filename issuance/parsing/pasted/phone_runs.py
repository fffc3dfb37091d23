"""Which phones a run of digits, spaces and dashes holds: taken whole, or not at all.

Part of a number is somebody else's number, and a number of a list or a house may make a phone another one. So a run
is read in every way in which it falls into phones; unless all ways agree, a person has to look at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, islice

from issuance.parsing.phones import phone_value
from issuance.parsing.plain_numbers import may_be_phone

Span = tuple[int, int, bool]  # from, to, and whether it is unclear which digits are the phone's
Ways = dict[tuple[str, ...], tuple[tuple[int, int], ...] | None]

FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # of any phone in the world
DIGITS_OF_A_PHONE = 10  # a shorter run of digits that is no valid phone is a date, a price or a house number
_MOST_WORDS_OF_A_PHONE = 8
_MOST_WORDS = 120  # of a run that is read in every way
_MOST_WORDS_READ = 20_000  # of all such runs of a text
_FEWEST_ALIKE = 3  # phones in a row that show how they are written
_MOST_READINGS = 3  # that are kept: two are one too many
_WORD = re.compile(r"\S+")
_LIST_NUMBER = re.compile(r"(?<!\S)[1-9]\d{0,2}[.)](?=\s)")  # 7. or 7)
_AT_HOME = re.compile(r"\(?0")
_COUNT = re.compile(r"[1-9]\d?")  # what may stand before a phone and be no part of it
_DIGITS = "0123456789"
_DIGITS_ALONE = str.maketrans("", "", " ().-/")
_AS_NINES = str.maketrans(_DIGITS, "9" * 10)
_HAS_DIGIT = re.compile(r"\d").search
_DASHED = re.compile(r"[1-9]\d{0,2}\s+-\s")  # 7 - and then a phone


class Patience:
    """How many words of runs are still read in every way: of one text not without end."""

    def __init__(self, words: int = _MOST_WORDS_READ) -> None:
        self._words = words

    def lasts_for(self, words: int) -> bool:
        if words <= _MOST_WORDS:
            self._words -= words
        return words <= _MOST_WORDS and self._words >= 0


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
    digits = digits_in(line[start:end])
    if digits < FEWEST_DIGITS:
        return []
    words = [word.span() for word in _WORD.finditer(line, start, end)]
    if _is_single(line, words, digits, country):
        return [(start, end, False)]
    if several := _each_alone(line, words, country) or _alike(line, words, country):
        return several
    if not patience.lasts_for(len(words)):
        return [(start, end, True)]
    readings = _Readings(line, words, country).all_from(0)
    ways = [spans for values, spans in readings.items() if values]
    if len(ways) == 1 and ways[0]:
        return [(*span, False) for span in ways[0]]
    return [(start, end, len(ways) > 1)] if ways or digits >= DIGITS_OF_A_PHONE else []


def _is_single(line: str, words: list[tuple[int, int]], digits: int, country: str) -> bool:
    """Whether a run is a phone as a whole and can't be read in any other way, which most are."""
    if digits >= 2 * FEWEST_DIGITS or len(words) > _MOST_WORDS_OF_A_PHONE:
        return False
    texts = [line[slice(*word)] for word in words]
    start, end = words[0][0], words[-1][1]
    if any(_AT_HOME.match(text) for text in texts[1:]) or not all(map(_HAS_DIGIT, texts)):
        return False
    last = words[-2][1] if len(words) > 1 and _COUNT.fullmatch(texts[-1]) else end
    first = words[1][0] if len(words) > 1 and _COUNT.fullmatch(texts[0]) else start
    shorter = {(start, last), (first, end), (first, last)} - {(start, end)}
    return bool(_number(line[start:end], country)) and not any(_number(line[at:to], country) for at, to in shorter)


def _each_alone(line: str, words: list[tuple[int, int]], country: str) -> list[Span]:
    """A phone in each word, each so long that no two of them are parts of another one."""
    texts = [line[slice(*word)] for word in words]
    alone = all(digits_in(text) > _MOST_DIGITS // 2 and _number(text, country) for text in texts)
    return [(*word, False) for word in words] if alone else []


def _alike(line: str, words: list[tuple[int, int]], country: str) -> list[Span]:
    """The phones of a run that is nothing but phones, three or more of them and all written alike."""
    shapes = [line[slice(*word)].translate(_AS_NINES) for word in words]
    for size in range(2, min(_MOST_WORDS_OF_A_PHONE, len(words) // _FEWEST_ALIKE) + 1):
        if len(words) % size == 0 and shapes == shapes[:size] * (len(words) // size):
            spans = [(words[at][0], words[at + size - 1][1]) for at in range(0, len(words), size)]
            uneven = len(set(shapes)) > 1
            if all(_is_phone_of_many(line[slice(*span)], country, uneven=uneven) for span in spans):
                return [(*span, False) for span in spans]
    return []


def _is_phone_of_many(text: str, country: str, *, uneven: bool) -> bool:
    """Whether it is a phone that can't begin one word earlier or later: by its first sign, or its uneven words."""
    begins = text[0] in "0+(" or (uneven and not _COUNT.fullmatch(text.split(None, 1)[0]))
    return begins and bool(_number(text, country))


class _Readings:
    """The ways in which words fall into phones, each as the numbers that it finds: where they stand, or None if it
    leaves out a word that may be a part of one."""

    def __init__(self, line: str, words: list[tuple[int, int]], country: str) -> None:
        self._line, self._words, self._country = line, words, country
        counts = [digits_in(line[slice(*word)]) for word in words]
        self._counts = [0, *accumulate(counts)]
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
        start = self._words[at][0]
        for to, word in enumerate(self._words[at : at + _MOST_WORDS_OF_A_PHONE], at + 1):
            digits = self._counts[to] - self._counts[at]
            if digits > _MOST_DIGITS:
                return
            if digits >= FEWEST_DIGITS and (value := _number(self._line[start : word[1]], self._country)):
                yield to, value


def digits_in(text: str) -> int:
    return sum(map(text.count, _DIGITS)) if text.isascii() else sum(map(str.isdigit, text))


def _number(text: str, country: str) -> str:
    """The phone that a text is from its first sign to its last; empty if it is none."""
    if text[0] in "+(":
        return phone_value(text, country) if text[-1].isdigit() and "+" not in text[1:] else ""
    digits = text.translate(_DIGITS_ALONE)
    whole = text[0].isdigit() and text[-1].isdigit() and "+" not in text
    return phone_value(text, country) if whole and may_be_phone(digits, country) else ""
