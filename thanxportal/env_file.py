"""Completes `.env`: with what is asked for, taken from the environment, or made. What is there is never changed.

It knows no Django, which doesn't start before the settings are complete.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from getpass import getpass
from pathlib import Path
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

import environ

from thanxportal.thanx_address import SIMULATION, environment_of

SIMULATOR = "http://127.0.0.1:8900"
HERE = "http://127.0.0.1:8000"
_PLAIN = re.compile(r"[\w:/.@,+%&?=*\[\]-]+", re.ASCII)
Known = Mapping[str, str]


class Asked(NamedTuple):
    """A setting that a person knows. Empty answers leave it at its default."""

    name: str
    question: str
    example: str
    hidden: bool = False


ASKED = (
    Asked("THANX_BASE_URL", "Thanx: https://api.thanxsandbox.com, https://api.thanx.com or the simulator", SIMULATOR),
    Asked("THANX_CLIENT_ID", "Client id that Thanx gave you", "the simulator's"),
    Asked("THANX_ACCESS_TOKEN", "Access token that Thanx gave you", "the simulator's", hidden=True),
    Asked("THANX_WEBHOOK_SECRET", "Secret of Thanx's webhooks", "none yet", hidden=True),
    Asked("THANX_USER_AGENT", "What names you on each request, such as YourCompany/1.0", "ThanxPortal/0.1"),
    Asked("PORTAL_URL", "Where people will reach the portal, such as https://portal.example.com", HERE),
    Asked("DATABASE_URL", "PostgreSQL, such as postgres://portal:password@127.0.0.1:5432/portal", "SQLite"),
    Asked("CELERY_BROKER_URL", "Redis or Valkey, such as redis://127.0.0.1:6379/0", "a folder"),
    Asked("EMAIL_URL", "Mail server, such as smtp+tls://user:password@mail.example.com:587", "the log"),
    Asked("DEFAULT_FROM_EMAIL", "Sender of emails", "portal@example.com"),
)


def complete(path: Path, environment: Known, *, ask: bool) -> list[str]:
    """Adds what is missing, for the eyes of its owner alone; returns the names. Exits with a sentence if it can't."""
    text = path.read_text() if path.exists() else ""
    there = _read(path)
    known = {asked.name: _answer(asked, environment, ask) for asked in ASKED if asked.name not in there} | there
    for name, make in MADE.items():
        if not known.get(name):
            known[name] = environment.get(name) or make({**known, **environment}, path.parent)
    added = {name: value for name, value in known.items() if value and name not in there}
    _append(path, text, added, environment)
    return [*added]


def _read(path: Path) -> dict[str, str]:
    """What Django reads there. A name without a value counts as missing: of two lines the last is read."""

    class Reader(environ.Env):  # type: ignore[misc]
        ENVIRON: ClassVar[dict[str, str]] = {}

    Reader.read_env(path)
    return {name: value for name, value in Reader.ENVIRON.items() if value}


def _answer(asked: Asked, environment: Known, ask: bool) -> str:
    given = environment.get(asked.name, "")
    if given and ask:
        print(f"{asked.name} is taken from the environment.")
    if given or not ask:
        return given
    prompt = f"{asked.question} [{asked.example}]: "
    return (getpass if asked.hidden else input)(prompt).strip()


def _append(path: Path, text: str, added: Known, environment: Known) -> None:
    lines = "".join(f"{name}={_quoted(name, value)}\n" for name, value in added.items())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(lines if not text or text.endswith("\n") else f"\n{lines}")
        path.chmod(0o600)
    except OSError as error:
        if unset := [name for name in added if name not in environment]:
            sys.exit(f"{path} can't be written ({error.strerror}). Set these in the environment: {', '.join(unset)}.")


def _quoted(name: str, value: str) -> str:
    if value.startswith("$"):
        sys.exit(f"{name} begins with $, which is read as the name of another setting. Give it a value that doesn't.")
    if _PLAIN.fullmatch(value):
        return value
    if "'" in value or not value.isprintable():
        sys.exit(f"{name} has a quote or a line break, which .env can't hold. Encode it as in addresses, such as %27.")
    return f"'{value}'"


def _host(known: Known, folder: Path) -> str:
    """The host of the portal; none for this machine, which is the default."""
    host = urlsplit(known.get("PORTAL_URL", "")).hostname or ""
    return "" if host in ("127.0.0.1", "localhost", "::1") else host


def _by_https(known: Known) -> bool:
    return known.get("PORTAL_URL", "").startswith("https://")


def _key(known: Known, folder: Path) -> str:
    """A new key, unless the portal ran here before: then the one that it made for itself."""
    earlier = Path(known.get("VAR_DIR") or folder / "var") / "secret_key"
    return earlier.read_text() if earlier.exists() else secrets.token_urlsafe(50)


def _webhook_secret(known: Known, folder: Path) -> str:
    """Only Thanx knows the one of Thanx; the simulator takes any."""
    simulated = environment_of(known.get("THANX_BASE_URL") or SIMULATOR) == SIMULATION
    return secrets.token_hex(16) if simulated else ""


# What nobody needs to be asked for. Guests were hashed by SECRET_KEY where there was no IDENTITY_KEY.
MADE: dict[str, Callable[[Known, Path], str]] = {
    "ALLOWED_HOSTS": _host,
    "CSRF_TRUSTED_ORIGINS": lambda known, folder: known["PORTAL_URL"].rstrip("/") if _by_https(known) else "",
    "BEHIND_PROXY": lambda known, folder: "True" if _by_https(known) else "",
    "IDENTITY_KEY": lambda known, folder: known.get("SECRET_KEY") or _key(known, folder),
    "SECRET_KEY": _key,
    "METRICS_TOKEN": lambda known, folder: secrets.token_urlsafe(30),
    "THANX_WEBHOOK_SECRET": _webhook_secret,
}
