"""The floor under reading: the same resulting rows into a table like the guests', as fast as the database takes them,
in one transaction, and the same indexes built after it."""

from __future__ import annotations

import marshal
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from issuance.importing.row_formats import GUEST_COLUMNS

TABLE, FLOOR = "issuance_guest", "benchmark_floor"
NAMES = ", ".join(f'"{name}"' for name in GUEST_COLUMNS)
ROWS_AT_ONCE = 5_000


def keep_rows(guest_list: Any, path: Path) -> None:
    """Writes the rows that a list ended with to a file, ready for `seconds_of_floor`."""
    if connection.vendor == "postgresql":
        query = f"COPY (SELECT {NAMES} FROM {TABLE} WHERE guest_list_id = {guest_list.pk} ORDER BY row) TO STDOUT"
        with connection.cursor() as cursor, path.open("wb") as file, cursor.copy(query) as copy:
            for block in copy:
                file.write(block)
        return
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.execute(f"SELECT {NAMES} FROM {TABLE} WHERE guest_list_id = %s ORDER BY row", [guest_list.pk])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            marshal.dump([tuple(row) for row in rows], file)


def seconds_of_floor(path: Path) -> float:
    """Seconds of the load and of the indexes together; making the rows isn't counted."""
    with connection.cursor() as cursor:
        indexes = _new_table(cursor)
        load = _copied(cursor, path) if connection.vendor == "postgresql" else _executed(cursor, path)
        start = time.perf_counter()
        for index in indexes:
            cursor.execute(index)
        seconds = load + time.perf_counter() - start
        cursor.execute(f"DROP TABLE {FLOOR}")
    return seconds


def _new_table(cursor: Any) -> list[str]:
    """Makes the table anew, without its indexes; returns the statements that build them."""
    cursor.execute(f"DROP TABLE IF EXISTS {FLOOR}")
    if connection.vendor == "postgresql":
        like = "INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING CONSTRAINTS INCLUDING STORAGE"
        cursor.execute(f"CREATE TABLE {FLOOR} (LIKE {TABLE} {like})")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [TABLE])
    else:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [TABLE])
        cursor.execute(cursor.fetchone()[0].replace(f'"{TABLE}"', f'"{FLOOR}"', 1), None)
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name = %s", [TABLE])
    return [_for_floor(row[0]) for row in cursor.fetchall()]


def _for_floor(index: str) -> str:
    """The statement with another name of the index and of its table."""
    renamed = re.sub(r'INDEX "?(\w+)"? ON', r"INDEX floor_\1 ON", index, count=1)
    return re.sub(rf'ON (?:public\.)?"?{TABLE}"?', f"ON {FLOOR}", renamed, count=1)


def _copied(cursor: Any, path: Path) -> float:
    start = time.perf_counter()
    with path.open("rb") as file, cursor.copy(f"COPY {FLOOR} ({NAMES}) FROM STDIN") as copy:
        while block := file.read(512 * 1024):
            copy.write(block)
    return time.perf_counter() - start


def _executed(cursor: Any, path: Path) -> float:
    marks = ", ".join(["?"] * len(GUEST_COLUMNS))
    insert, seconds = f"INSERT INTO {FLOOR} ({NAMES}) VALUES ({marks})", 0.0
    raw = connection.connection
    raw.execute("BEGIN IMMEDIATE")
    for rows in _kept(path):
        start = time.perf_counter()
        raw.executemany(insert, rows)
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    raw.execute("COMMIT")
    return seconds + time.perf_counter() - start


def _kept(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    with path.open("rb") as file:
        while True:
            try:
                yield marshal.load(file)  # noqa: S302 - written above
            except EOFError:
                return
