"""Pages of a long list, the newest first, by the id of the last row (keyset pagination): nothing is counted."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[Row, Any], most: int) -> tuple[list[Row], int | None]:
    """Returns at most `most` rows older than `?before=`, and the `before` of the next page; None on the last."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    fetched = list(rows[: most + 1])
    return fetched[:most], fetched[most - 1].pk if len(fetched) > most else None
