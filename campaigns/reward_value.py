"""Says what a reward is worth, in words and in dollars."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from thanxportal.amounts import dollars
from thanxportal.counted import counted

VENUES = {"in_store": "In store", "online": "Online", "all": "In store and online"}
DOLLARS = "dollars"
KINDS = {"free_item": "Free item", DOLLARS: "Amount off", "percent": "Percent off"}
# Each kind as Thanx may spell it; only the first spelling of an amount names its unit.
SPELLINGS = {
    "free_item": ("free_item",),
    DOLLARS: (DOLLARS, "dollar_off", "dollars_off", "amount", "amount_off"),
    "percent": ("percent", "percent_off", "percentage", "percentage_off"),
}
_KIND_OF = {spelling: kind for kind, spellings in SPELLINGS.items() for spelling in spellings}
_SUM = re.compile(r"\$\s?(\d[\d,]*(?:\.\d\d)?)", re.ASCII)


def plain(word: str) -> str:
    """Returns a word of Thanx as people write it, also one that is new to us."""
    return word.replace("_", " ").capitalize()


def offer_in_words(spelling: str, value: str, words: str = "") -> str:
    """Returns `$5`, `20%` or `Free item`, for example; `Amount off` if it isn't clear how much."""
    if amount := value_in_dollars(spelling, value, words):
        return dollars(amount)
    kind = _KIND_OF.get(spelling)
    if kind is None:
        return f"{plain(spelling)} {value.removesuffix('.0')}".strip()
    percent = _number(value.removesuffix("%")) if kind == "percent" else None
    return f"{percent.normalize():f}%" if percent and 1 <= percent <= 100 else KINDS[kind]


def value_in_dollars(spelling: str, value: str, words: str = "") -> Decimal | None:
    """Returns what one redeemed reward costs; None if that isn't an amount, or might be one of cents.

    `words` are name and description of the reward: what they say decides between dollars and cents.
    """
    amount = _number(value.removeprefix("$")) if _KIND_OF.get(spelling) == DOLLARS else None
    if amount is None or amount <= 0:
        return None
    said = {_number(told.replace(",", "")) for told in _SUM.findall(words)} & {amount, amount / 100}
    if len(said) == 1:
        return said.pop()
    return amount if spelling == DOLLARS or "." in value or "$" in value else None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def total_in_words(gifts: Iterable[tuple[Decimal | None, int]]) -> str:
    """Says what rewards cost together, from (worth of one, number of them).

    Rewards of unknown worth are named beside the sum, never silently left out.
    """
    given = [(worth, count) for worth, count in gifts if count]
    amounts = [worth * count for worth, count in given if worth is not None]
    unknown = sum(count for worth, count in given if worth is None)
    without = counted(unknown, "reward without an amount", "rewards without an amount")
    if not unknown:
        return dollars(sum(amounts, Decimal(0)))
    return f"{dollars(sum(amounts, Decimal(0)))} and {without}" if amounts else without
