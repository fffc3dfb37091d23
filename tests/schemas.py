"""What a database is made of, in a form that two of them can be compared in: tables, columns, indexes, triggers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# Django names what nobody named after the table and columns of that day, with a hash; PostgreSQL does so without one.
_MADE_UP = re.compile(
    r'"?\w+_[0-9a-f]{8}(?:_\w+)?"?|"?\w+_pkey"?|"?\w+_id_seq"?|(?:accounts|campaigns|issuance|partner)_\w+_(?:key|check)'
)
# A condition that went through a dump has its casts elsewhere: at each text of a list instead of at the list.
_CAST = re.compile(r"::(?:character varying|text)(?:\[\])?")
_NEEDLESS = re.compile(r"\(('[^']*'|\w+|ARRAY\[[^\]()]*\])\)")
_TABLES = {
    "column": """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
        pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), pg_get_functiondef(tgfoid)
        FROM pg_trigger WHERE NOT tgisinternal""",
}


def schema_of(connection: Any) -> list[tuple[str, ...]]:
    """Sorted facts, each as (kind, table, name and definition), whatever the order in which they came about."""
    with connection.cursor() as cursor:
        facts = _postgresql(cursor) if connection.vendor == "postgresql" else _sqlite(cursor)
        return sorted(tuple(_plain(str(part)) for part in fact) for fact in facts)


def _plain(definition: str) -> str:
    text, brackets = _CAST.sub("", _MADE_UP.sub("made_up", definition)), 1
    while brackets:
        text, brackets = _NEEDLESS.subn(r"\1", text)
    return text


def _postgresql(cursor: Any) -> Iterator[tuple[object, ...]]:
    for kind, query in _TABLES.items():
        cursor.execute(query)
        yield from ((kind, *row) for row in cursor.fetchall())


def _sqlite(cursor: Any) -> Iterator[tuple[object, ...]]:
    """A table's statement falls into its columns and constraints, as SQLite knows them by nothing else."""
    cursor.execute("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    for kind, table, name, statement in cursor.fetchall():
        if kind == "table":
            body = statement[statement.index("(") + 1 : statement.rindex(")")]
            yield from (("part", table, part) for part in _parts(body))
        else:
            yield kind, table, name, statement


def _parts(body: str) -> Iterator[str]:
    """Splits at the commas outside brackets."""
    depth, part = 0, ""
    for sign in body:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            yield part.strip()
            part = ""
        else:
            part += sign
    yield part.strip()
