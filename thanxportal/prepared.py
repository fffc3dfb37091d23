"""Queries whose SQL Django writes once a process, and which PostgreSQL plans once a connection: for what is asked for
most, writing costs several times what it costs to ask the database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime
from functools import cache, update_wrapper
from types import SimpleNamespace
from typing import Any, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections, transaction
from django.db.models import QuerySet

Values = ParamSpec("Values")
Row = TypeVar("Row")
STAND_INS: dict[type, Callable[[int], Any]] = {  # What no row has, one for each value.
    int: lambda number: 9_100_000_000_000_000_000 + number,
    str: lambda number: f"\ue000{number}",
    datetime: lambda number: datetime(9000 + number, 1, 1, tzinfo=UTC),
    date: lambda number: date(9000 + number, 1, 1),
}

PLANNED_FROM = 5  # times that a connection asks; psycopg's own number
LARGEST = 2**63 - 1  # number in a database; no row has a larger one


class _Written(ABC, Generic[Values]):
    """A function whose SQL is written when it is first called, for each database and kinds of values."""

    def __init__(self, function: Callable[Values, Any]) -> None:
        self._function: Callable[..., Any] = function
        self._statements: dict[tuple[Any, ...], Any] = {}
        update_wrapper(self, function)

    def _statement(self, connection: Any, values: Sequence[Any]) -> Any:
        kinds = tuple(map(type, values))
        key = (connection.vendor, *kinds)
        if key not in self._statements:
            stand_ins = [STAND_INS[kind](number) for number, kind in enumerate(kinds)]
            self._statements[key] = self._write(connection, stand_ins)
        return self._statements[key]

    @abstractmethod
    def __call__(self, *values: Values.args, **none: Values.kwargs) -> Any: ...

    @abstractmethod
    def _write(self, connection: Any, stand_ins: Sequence[Any]) -> _Statement:
        """What the function would ask for with these values."""


class Prepared(_Written[Values], Generic[Values, Row]):
    """A function that makes a query of numbers, texts, days and times, and here returns the rows or values it finds.

    What the function does with a value must be the same for all values, and end as a parameter of the SQL.
    """

    def __init__(self, query: Callable[Values, QuerySet[Any, Row]]) -> None:
        super().__init__(query)

    def __call__(self, *values: Values.args, **none: Values.kwargs) -> list[Row]:
        if any(isinstance(value, int) and abs(value) > LARGEST for value in values):
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        rows: list[Row] = self._statement(connection, values).rows(connection, values)
        return rows

    def _write(self, connection: Any, stand_ins: Sequence[Any]) -> _Query:
        return _Query(connection, self._function(*stand_ins), stand_ins)


class PreparedUpdate(_Written[Values]):
    """The same for a function that updates rows by one statement: here it returns how many it changed."""

    def __call__(self, *values: Values.args, **none: Values.kwargs) -> int:
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statement(connection, values)
        may_fail = transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS)
        with may_fail, _planned_once(connection), connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(connection, values))
            return int(cursor.rowcount)

    def _write(self, connection: Any, stand_ins: Sequence[Any]) -> _Statement:
        """What the function would execute, which it is kept from here."""
        said: list[tuple[str, Sequence[Any]]] = []
        with connection.execute_wrapper(lambda execute, sql, parameters, *_: said.append((sql, parameters))):
            self._function(*stand_ins)
        [(sql, parameters)] = said
        return _Statement(connection, sql, parameters, stand_ins)


class _Statement:
    """SQL with its parameters, some of which stand for values that come later."""

    def __init__(self, connection: Any, sql: str, parameters: Sequence[Any], stand_ins: Sequence[Any]) -> None:
        self.sql, self.parameters = sql, parameters
        numbers = {_adapted(connection, stand_in): number for number, stand_in in enumerate(stand_ins)}
        self.numbers = [numbers.get(parameter) for parameter in parameters]
        if {*range(len(stand_ins))} - {*self.numbers}:
            raise ValueError("A value of a prepared query isn't one of its parameters.")

    def filled(self, connection: Any, values: Sequence[Any]) -> tuple[Any, ...]:
        adapted = [_adapted(connection, value) for value in values]
        return tuple(
            given if number is None else adapted[number]
            for given, number in zip(self.parameters, self.numbers, strict=True)
        )


class _Query(_Statement):
    def __init__(self, connection: Any, queryset: QuerySet[Any, Any], stand_ins: Sequence[Any]) -> None:
        self.query: Any = queryset.query
        self.fields = queryset._fields  # type: ignore[attr-defined]
        self.compiler = self.query.get_compiler(connection=connection)
        sql, parameters = self.compiler.as_sql()
        super().__init__(connection, sql, parameters, stand_ins)
        columns = self.compiler.select[: self.compiler.col_count]
        self.converters = self.compiler.get_converters([column[0] for column in columns])
        self.iterable: Any = queryset._iterable_class

    def rows(self, connection: Any, values: Sequence[Any]) -> list[Any]:
        """Asks once more if a migration changed the type of a column since it was planned. In a transaction that can't
        be; its end forgets the plan."""
        try:
            return self._rows(connection, values)
        except NotSupportedError:
            if connection.in_atomic_block:
                raise
            connection.close()
            return self._rows(connection, values)

    def _rows(self, connection: Any, values: Sequence[Any]) -> list[Any]:
        filled = self.filled(connection, values)
        compiler = copy(self.compiler)
        compiler.connection, compiler.as_sql = connection, lambda *args, **options: (self.sql, filled)
        compiler.get_converters = lambda columns: self.converters  # Else made anew for each answer.
        query = copy(self.query)
        query.get_compiler = lambda using: compiler
        asked = {"db": DEFAULT_DB_ALIAS, "query": query, "_fields": self.fields, "_known_related_objects": {}}
        with _planned_once(connection):
            return list(self.iterable(SimpleNamespace(**asked)))


@contextmanager
def _planned_once(connection: Any) -> Iterator[None]:
    """Has values sent apart from the SQL, so that psycopg prepares the statement: to plan it costs PostgreSQL more than
    to find a row. Django's usual cursors write values into the SQL; if psycopg counted that too, it would keep it."""
    if connection.vendor != "postgresql" or not settings.PREPARED_STATEMENTS:
        yield
        return
    connection.ensure_connection()
    opened = connection.connection
    usual = opened.cursor_factory, opened.prepare_threshold
    opened.cursor_factory, opened.prepare_threshold = _binding_cursor(), PLANNED_FROM
    try:
        yield
    finally:
        opened.cursor_factory, opened.prepare_threshold = usual


@cache
def _binding_cursor() -> Any:
    """To import it takes 0.1 s, which processes on SQLite do without."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    return ServerBindingCursor


def _adapted(connection: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
