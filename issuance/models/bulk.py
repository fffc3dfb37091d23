"""Writing many rows at once: COPY on PostgreSQL, executemany on SQLite. bulk_create is ten times slower than either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, models, transaction

from issuance.crash_points import crash_point

Write = Callable[[Sequence[Any]], None]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts plain tuples into the model's table; `columns` are database column names, values are adapted already."""
    table, names = _named(model, columns)
    with connection.cursor() as cursor:
        _insert(cursor, table, names, len(columns), rows)


def _insert(cursor: Any, table: str, names: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
    if takes_text():
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join(["%s"] * width)
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


class Merged(NamedTuple):
    new: int
    replaced: int


class Columns(NamedTuple):
    """Of rows to be merged: what says which row it is, what it says, and how old that is."""

    key: tuple[str, ...]
    facts: tuple[str, ...]
    age: str

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.key, *self.facts, self.age)


@transaction.atomic
def merge_rows(model: type[models.Model], columns: Columns, rows: Sequence[tuple[Any, ...]]) -> Merged:
    """Inserts rows in the order of `columns.names`. Where the key is there already, its facts are replaced unless they
    are younger. No key may come twice."""
    table, names = _named(model, columns.names)
    other = "IS DISTINCT FROM" if takes_text() else "IS NOT"
    same, differ = _each(table, "=", columns.key, " AND "), _each(table, other, columns.facts, " OR ")
    age = connection.ops.quote_name(columns.age)
    facts = ", ".join(f"{name} = arriving.{name}" for name in map(connection.ops.quote_name, columns.facts))
    where = f"{age} = arriving.{age} FROM arriving WHERE {same} AND {table}.{age}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE arriving AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608
        _insert(cursor, "arriving", names, len(columns.names), rows)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM arriving WHERE true ON CONFLICT DO NOTHING")  # noqa: S608
        new, replaced = cursor.rowcount, 0
        if new < len(rows):
            cursor.execute(f"UPDATE {table} SET {facts}, {where} <= arriving.{age} AND ({differ})")  # noqa: S608
            replaced = cursor.rowcount
            cursor.execute(f"UPDATE {table} SET {where} < arriving.{age}")  # noqa: S608
        cursor.execute("DROP TABLE arriving")
    return Merged(new, replaced)


def _each(table: str, operator: str, columns: Iterable[str], between: str) -> str:
    names = map(connection.ops.quote_name, columns)
    return between.join(f"{table}.{name} {operator} arriving.{name}" for name in names)


def delete_rows(rows: models.QuerySet[Any]) -> int:
    """Deletes rows that nothing points at, without looking for what might; returns how many."""
    return int(rows._raw_delete(rows.db) or 0)
