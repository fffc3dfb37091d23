"""Says what a reward is worth, in words and in dollars (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

VENUES = {"in_store": "In store", "online": "Online", "all": "In store and online"}


def plain(word: str) -> str:
    """Returns a word of Thanx as people write it, also one that is new to us."""
    return word.replace("_", " ").capitalize()


def offer_in_words(kind: str, value: str) -> str:
    """Returns `$5`, `20%` or `Free item`, for example; empty if Thanx names no discount."""
    if dollars := value_in_dollars(kind, value):
        return dollars_in_words(dollars)
    value = value.removesuffix(".0")
    return f"{value}%" if kind == "percent" and value else f"{plain(kind)} {value}".strip()


def value_in_dollars(kind: str, value: str) -> Decimal | None:
    """Returns what one redeemed reward costs; None if that isn't an amount of dollars."""
    try:
        dollars = Decimal(value) if kind == "dollars" else Decimal(-1)
    except InvalidOperation:
        return None
    return dollars if dollars.is_finite() and dollars > 0 else None


def dollars_in_words(dollars: Decimal) -> str:
    """Returns `$5` or `$1,250.50`, for example."""
    return f"${dollars:,.2f}".removesuffix(".00")


def total_in_words(gifts: Iterable[tuple[Decimal | None, int]]) -> str:
    """Says what rewards cost together, from (worth of one, number of them).

    Rewards of unknown worth are named beside the sum, never silently left out.
    """
    given = [(worth, count) for worth, count in gifts if count]
    amounts = [worth * count for worth, count in given if worth is not None]
    unknown = sum(count for worth, count in given if worth is None)
    without = f"{unknown:,} reward{'' if unknown == 1 else 's'} without an amount"
    if not unknown:
        return dollars_in_words(sum(amounts, Decimal(0)))
    return f"{dollars_in_words(sum(amounts, Decimal(0)))} and {without}" if amounts else without
