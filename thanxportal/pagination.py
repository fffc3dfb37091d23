"""Turning the pages of a long list, the newest first: by the last row seen, never by counting."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[Row, Any], most: int) -> tuple[list[Row], int | None]:
    """The rows older than `?before=`, at most so many, and where the next page begins; None on the last."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    fetched = list(rows[: most + 1])
    return fetched[:most], fetched[most - 1].pk if len(fetched) > most else None
