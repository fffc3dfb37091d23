"""What stands in the way of pages or of work, as one code for each check; `docs/operations.md` says what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as once
from socket import gethostname

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from thanxportal.celery import app
from thanxportal.partner.models import Credential
from thanxportal.queues import BEAT, QUEUES, unseen
from thanxportal.stored_files import stores_of_guests

STOPS_PAGES = ("database", "migrations")
BELIEVED_FOR = 10  # seconds: strangers may ask us often, but not make us ask others
KEPT_FOR = 60  # seconds: what the last asker found, for all who come while the next one asks
PATIENCE = {"socket_timeout": 2, "socket_connect_timeout": 2}  # seconds; Redis alone has a socket that may stall


def found() -> dict[str, str]:
    """`ok` or what is wrong, by the name of the check. Nothing else is looked at without a database and its tables."""
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:
        return {"database": "unreachable"}
    if not _latest_migrations() <= applied:
        return {"database": "ok", "migrations": "missing"}
    return {"database": "ok", "migrations": "ok", **_surroundings(), **_processes(), **_partner()}


@once
def _latest_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _surroundings() -> dict[str, str]:
    return {"storage": _believed(f"storage:{gethostname()}", _storage), "broker": _believed("broker", _broker)}


def _believed(what: str, ask: Callable[[], str]) -> str:
    """One request in ten seconds asks; the others believe the answer before, so that no page waits for what stalls."""
    answer, asked = f"ready:{what}", f"ready:{what}:asked"
    known = cache.get_many([answer, asked])
    if asked not in known and cache.add(asked, 1, BELIEVED_FOR):
        known[answer] = ask()
        cache.set(answer, known[answer], KEPT_FOR)
    return str(known.get(answer, "unasked"))


def _storage() -> str:
    try:
        versioned = any(store.keeps_deleted() for store in stores_of_guests().values())
        default_storage.delete(default_storage.save("readyz", ContentFile(b"")))
    except Exception:  # Each storage fails in its own way.
        return "unwritable"
    return "versioned" if versioned else "ok"


def _broker() -> str:
    patience = PATIENCE if settings.CELERY_BROKER_URL.startswith("redis") else {}
    try:
        with app.connection_for_write(settings.CELERY_BROKER_URL, transport_options=patience) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0)
    except Exception:  # As does each broker.
        return "unreachable"
    return "ok"


def _processes() -> dict[str, str]:
    missing = unseen()
    workers = {f"worker_{queue}": "unseen" if queue in missing else "ok" for queue in QUEUES}
    return workers | {BEAT: "unseen" if BEAT in missing else "ok"}


def _partner() -> dict[str, str]:
    row = Credential.current()
    asked = row.scopes or row.scope_missing or row.synced_at
    merchants = "old" if row.mirror_is_old else "ok"
    return {
        "credential": "refused" if row.is_refused else "ok" if asked else "unasked",
        "scopes": "missing" if row.scope_missing else "ok" if asked else "unasked",
        "merchants": merchants if row.synced_at else "unread",
    }
