"""The database's time: the one clock that all processes share, however wrong those of their hosts are."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

_SECONDS = {
    "postgresql": "extract(epoch FROM clock_timestamp())::float8",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


def seconds() -> str:
    """SQL for the seconds since 1970. Tests turn the clock here."""
    return _SECONDS[connection.vendor]


def now() -> datetime:
    """Asks the database. What decides about rewards is written and compared by this clock alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {seconds()}")
        return datetime.fromtimestamp(float(cursor.fetchone()[0]), tz=UTC)
