"""A database of its own for each run of the harness: made once, made fresh in milliseconds, thrown back in time."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

POSTGRESQL = "postgres://root:test@127.0.0.1:5432/"


class SQLite:
    """A file; thrown back by copying it while nobody works."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._file, self._fresh, self._earlier = (folder / f"{name}.sqlite3" for name in ("portal", "fresh", "earlier"))
        self.url = f"sqlite:///{self._file}"

    def create(self) -> None:
        """Nothing to do: the file comes with the first connection."""

    def keep_as_fresh(self) -> None:
        self._copy(self._file, self._fresh)

    def refresh(self) -> None:
        self._copy(self._fresh, self._file)

    def remember(self) -> None:
        self._copy(self._file, self._earlier)

    def throw_back(self) -> None:
        self._copy(self._earlier, self._file)

    def drop(self) -> None:
        """Nothing to do: the folder is removed."""

    def _copy(self, source: Path, target: Path) -> None:
        with sqlite3.connect(source) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        for ending in ("-wal", "-shm"):
            Path(f"{target}{ending}").unlink(missing_ok=True)
        shutil.copyfile(source, target)


class PostgreSQL:
    """A database on a server, made fresh and thrown back from templates."""

    name = "postgresql"

    def __init__(self, server: str, name: str = "crash") -> None:
        self._server = urlsplit(server)
        self._name = f"{name}_{os.getpid()}"
        self.url = self._address(self._name)

    def _address(self, name: str) -> str:
        return urlunsplit(self._server._replace(path=f"/{name}"))

    def create(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self._name}", f"CREATE DATABASE {self._name}")

    def keep_as_fresh(self) -> None:
        """Nothing to do: emptying the tables takes a fraction of the time of copying the database."""

    def refresh(self) -> None:
        """Deletes the few rows of the last run past all guards; TRUNCATE would make some hundred files anew."""
        import psycopg

        ours = "IN ('accounts', 'campaigns', 'issuance', 'partner')"
        tables = f"SELECT tablename FROM pg_tables WHERE split_part(tablename, '_', 1) {ours}"  # noqa: S608 - names are ours
        restart = (
            "SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE split_part(sequencename, '_', 1)"
        )
        options = "-c session_replication_role=replica -c synchronous_commit=off"
        with psycopg.connect(self.url, autocommit=True, options=options) as connection:
            connection.execute(self._send_away(self._name))
            with connection.transaction():
                for (name,) in connection.execute(tables).fetchall():
                    connection.execute(f"DELETE FROM {name}")  # noqa: S608 - as above
                connection.execute(f"{restart} {ours}")

    @staticmethod
    def _send_away(name: str) -> str:
        """Ends what the server still does for clients that were killed a moment ago."""
        return (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"  # noqa: S608 - names are ours
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    def remember(self) -> None:
        self._copy(self._name, f"{self._name}_earlier")

    def throw_back(self) -> None:
        self._copy(f"{self._name}_earlier", self._name)

    def drop(self) -> None:
        names = (self._name, f"{self._name}_earlier")
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))

    def _copy(self, source: str, target: str) -> None:
        """The server notices the death of a client a moment later, so that a template may still be in use."""
        for patience in range(100):
            try:
                self._run(self._send_away(source), f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
                return self._run(f"CREATE DATABASE {target} TEMPLATE {source}")
            except self._busy():
                time.sleep(0.02 + patience / 1000)
        raise TimeoutError(f"Somebody keeps using the database {source}.")

    @staticmethod
    def _busy() -> type[Exception]:
        from psycopg.errors import ObjectInUse

        return ObjectInUse

    def _run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


Database = SQLite | PostgreSQL


def reachable(server: str) -> bool:
    """Whether a PostgreSQL server answers at this address, such as postgres://root@127.0.0.1:5432/."""
    import psycopg

    try:
        psycopg.connect(urlunsplit(urlsplit(server)._replace(path="/postgres")), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def database_at(url: str, folder: Path) -> Database:
    """A database of the same engine as the given DATABASE_URL, on the same server."""
    return SQLite(folder) if url.startswith("sqlite") else PostgreSQL(url)


def quicken(settings: Any) -> None:
    """A killed process loses nothing that the system already has: waiting for the disk would prove nothing more."""
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    else:
        options["options"] = "-c synchronous_commit=off"
