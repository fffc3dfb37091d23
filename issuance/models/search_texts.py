"""The emails and phones of many guests in one text: a search reads these, and then only rows where it found some."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import reduce
from itertools import chain
from operator import add

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex

from issuance.models.lists import GuestList

MOST_APART = 10_000  # rows that are named one by one: among more, guests are found soon enough


class SearchText(models.Model):
    """Of all guests of a list from one row to another. Rows without a text are searched one by one, so whoever adds or
    changes guests has only to drop the texts of their rows."""

    guest_list = models.ForeignKey(GuestList, on_delete=models.CASCADE, related_name="search_texts", db_index=False)
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    text = models.TextField(help_text="Not compressed by PostgreSQL: it is read as a whole and often.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guest_list", "first_row"], name="search_text_by_row")]

    def __str__(self) -> str:
        return f"Search text {self.pk}"


def drop_search_texts(guest_list: GuestList, rows: Iterable[int]) -> None:
    """Drops the texts of these rows."""
    numbers = sorted(rows)
    texts = SearchText.objects.filter(guest_list=guest_list)
    concerned = [
        pk
        for pk, first, last in texts.values_list("pk", "first_row", "last_row")
        if (at := bisect_left(numbers, first)) < len(numbers) and numbers[at] <= last
    ]
    texts.filter(pk__in=concerned).delete()


def rows_that_may_hold(guest_list: GuestList, parts: Iterable[str]) -> Q:
    """Where guests can be that have one of these parts in an email or phone."""
    texts = SearchText.objects.filter(guest_list=guest_list).order_by("first_row")
    found = reduce(add, (StrIndex(F("text"), Value(part)) for part in parts))
    rows, next_row = [range(0)], 0
    for first, last, is_found in texts.values_list("first_row", "last_row", found):
        rows += [range(next_row, first), range(first, last + 1 if is_found else first)]
        next_row = last + 1
    after_texts = Q(row__gte=next_row)
    if sum(map(len, rows)) <= MOST_APART:
        return Q(row__in=[*chain.from_iterable(rows)]) | after_texts
    return Q(row__gte=next(some.start for some in rows if some))
