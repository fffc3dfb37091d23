"""One cell of a guest's row as it stood in the file, on both databases."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Trim

SEPARATOR = "\x1f"  # between the cells of `Guest.cells`


def cell(position: int) -> Trim:
    """The cell, counted from 1, without spaces around it; empty where the row is shorter."""
    parts = (F("cells"), Value(SEPARATOR), Value(position))
    return Trim(Func(*parts, function="split_part", output_field=TextField()))


def teach_split_part(*, connection: Any, **kwargs: Any) -> None:
    """Gives SQLite the function that PostgreSQL has."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("split_part", 3, _split_part, deterministic=True)


def _split_part(text: str, separator: str, position: int) -> str:
    parts = text.split(separator, position)
    return parts[position - 1] if position <= len(parts) else ""
