"""Writing many rows at once: COPY on PostgreSQL, executemany on SQLite. bulk_create is ten times slower than either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from issuance.crash_points import crash_point

Write = Callable[[Sequence[Any]], None]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts plain tuples into the model's table; `columns` are database column names, values are adapted already."""
    table, names = _named(model, columns)
    with connection.cursor() as cursor:
        if takes_text():
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - names are ours


def takes_text() -> bool:
    """Whether `row_stream` takes lines of COPY's text format instead of tuples: made from a template, they cost a
    quarter of what the driver needs to adapt values."""
    return connection.vendor == "postgresql"


@crash_point("write rows")
@contextmanager
def row_stream(model: type[models.Model], columns: Sequence[str]) -> Iterator[Write]:
    """Gives the function that adds rows, tuples or lines as `takes_text` says. While the next ones are made, the
    database works on the last ones; nothing else can be asked of it in between."""
    if not takes_text():
        yield lambda rows: insert_rows(model, columns, rows)
        return
    table, names = _named(model, columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        yield lambda lines: copy.write("".join(lines))


def _named(model: type[models.Model], columns: Sequence[str]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), ", ".join(map(quote, columns))


def delete_rows(rows: models.QuerySet[Any]) -> None:
    """Deletes rows of a list that nothing points at yet, without looking for what might."""
    rows._raw_delete(rows.db)
