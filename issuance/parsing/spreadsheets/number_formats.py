"""Number formats that show more digits than the number has: leading zeros, a plus or a country code."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import NamedTuple

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.'  # a blank as wide as a sign, a sign that fills the cell
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<test>[<>=]{1,2}) *(?P<limit>\d+(?:\.\d+)?)\]"
    r"|\[(?:black|white|red|green|blue|yellow|magenta|cyan|color *\d+)\]"
    r"|(?P<digits>[0#?])|(?P<point>\.)|(?P<grouping>,)|(?P<shown>[-+ ()/:1-9])|(?P<end>;)|(?P<general>general)",
    re.IGNORECASE,
)
_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_LONGEST = 100  # characters of a format


class _Section(NamedTuple):
    """What stands before a whole number, how many digits it has at least, and for which numbers that is."""

    before: str
    digits: int
    test: str
    limit: float

    @property
    def adds(self) -> bool:
        return self.digits > 1 or re.search("[0-9+]", self.before) is not None

    def is_for(self, number: int) -> bool:
        return not self.test or _TESTS[self.test](number, self.limit)


class NumberFormat(NamedTuple):
    """The sections of a format, of which the first that is for a number shows it."""

    sections: tuple[_Section, ...]

    def shown(self, number: str) -> str:
        section = next((section for section in self.sections if section.is_for(int(number))), None)
        return section.before + number.zfill(section.digits) if section and section.adds else number


def number_format(code: str) -> NumberFormat | None:
    """A format that adds digits or a plus to whole numbers; None if it adds none, or shows them in another way."""
    sections = list[_Section]()
    for tokens in _sections(code) if len(code) <= _LONGEST else []:
        section = _section(tokens)
        if section is None:
            break
        sections.append(section)
        if not section.test:
            break  # What follows is for the numbers that are left: those below zero, and texts.
    return NumberFormat(tuple(sections)) if any(section.adds for section in sections) else None


def _sections(code: str) -> list[list[re.Match[str]]]:
    """The tokens of each section, as far as all of them are known."""
    sections: list[list[re.Match[str]]] = [[]]
    at = 0
    while at < len(code) and (token := _TOKEN.match(code, at)):
        at = token.end()
        if token["end"]:
            sections.append([])
        else:
            sections[-1].append(token)
    return sections if at == len(code) else sections[:-1]


def _section(tokens: list[re.Match[str]]) -> _Section | None:
    """None if it isn't digits and what stands before them: it scales the number, or shows digits of its own in it."""
    before, inside, pattern, test, limit = "", "", "", "", 0.0
    for token in tokens:
        if token["test"]:
            test, limit = token["test"], float(token["limit"])
        pattern += token["digits"] or token["point"] or token["grouping"] or ("0" if token["general"] else "")
        written = token["quoted"] or token["escaped"] or token["currency"] or token["shown"] or ""
        before, inside = (before, inside + written) if pattern else (before + written, inside)
    whole, point, _ = pattern.partition(".")
    if not whole or whole.endswith(",") or re.search("[0-9+]", inside) or test not in ("", *_TESTS):
        return None
    before = before.rstrip(" (-")
    zeros = whole.replace(",", "").lstrip("#?")
    if point and "+" not in before:
        return None
    return _Section(before, 1 if point else len(zeros), test, limit)
