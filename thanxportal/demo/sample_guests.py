"""Makes a guest list as real restaurants send them: with good rows, bad rows and repeated guests.

Nobody in it exists: emails are at example.com, phone numbers from the range reserved for fiction.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable

GUESTS = 500
HEADER = ("First name", "Last name", "E-mail Address", "Mobile", "Last visit", "Loyalty tier", "Notes")
FIRST = ("Ana", "Ben", "Chloé", "Dmitri", "Elif", "Femi", "Grace", "Hiroshi", "Inés", "João", "Kira", "Liam", "Mei")
LAST = ("Alvarez", "Brown", "Chen", "Dubois", "Eriksen", "Fischer", "García", "Hughes", "Ito", "Jensen", "O'Neil")
NOTES = ("", "", "", "", "Vegan", "Table 12, by the window", 'Says "hi" to Marco', "=1+1", "@patio", "birthday in June")
TIERS = ("Bronze", "Silver", "Gold", "")
Row = list[str]


def sample_guests(seed: int = 7) -> bytes:
    """Returns the file as Excel saves it: UTF-8 with a byte order mark, CRLF. One seed always gives the same bytes."""
    dice = random.Random(seed)  # noqa: S311 - made-up guests need no secrecy
    rows = [_guest(dice, number) for number in range(GUESTS)]
    for spoil, times in MESS.items():
        for row in dice.sample(rows, times):
            spoil(row, dice)
    for _ in range(18):
        rows.insert(dice.randrange(len(rows)), _again(dice.choice(rows), dice))
    for _ in range(3):
        rows.insert(dice.randrange(len(rows)), [""] * len(HEADER))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([list(HEADER), *rows])
    return text.getvalue().encode("utf-8-sig")


def _guest(dice: random.Random, number: int) -> Row:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    visit = f"{dice.randint(1, 5)}/{dice.randint(1, 28)}/2026"
    return [first, last, f"guest{number:03}@example.com", "", visit, dice.choice(TIERS), dice.choice(NOTES)]


def _phone(dice: random.Random) -> str:
    shape = dice.choice(("+1 202 555 {}", "(202) 555-{}", "202.555.{}", "202555{}", "1202555{}.0", "1-202-555-{}"))
    return shape.format(f"01{dice.randrange(100):02}")


def _phone_instead(row: Row, dice: random.Random) -> None:
    row[2], row[3] = "", _phone(dice)


def _phone_too(row: Row, dice: random.Random) -> None:
    row[3] = _phone(dice)


def _shouted(row: Row, dice: random.Random) -> None:
    row[2] = f"  {row[2].upper()} "


def _as_a_link(row: Row, dice: random.Random) -> None:
    row[2] = f"mailto:{row[2]}"


def _mistyped(row: Row, dice: random.Random) -> None:
    old, new = dice.choice((("@", "@@"), (".com", ",com"), ("@", " at "), ("@example.com", "@example"), ("@", "")))
    row[2] = row[2].replace(old, new, 1)


def _no_contact(row: Row, dice: random.Random) -> None:
    row[2], row[3] = dice.choice((("", ""), ("n/a", ""), ("", "555-0143"), ("none", "unknown")))


def _again(row: Row, dice: random.Random) -> Row:
    """Repeats a guest, written a little differently."""
    return [row[0], row[1], row[2].title() if dice.random() < 0.5 else row[2], *row[3:]]


MESS: dict[Callable[[Row, random.Random], None], int] = {
    _phone_too: 60,
    _phone_instead: 45,
    _shouted: 25,
    _as_a_link: 6,
    _mistyped: 12,
    _no_contact: 8,
}
