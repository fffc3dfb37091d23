"""Exports that something else puts into a folder of this machine, one folder for each merchant, named by its handle."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from issuance.exports.columns import ExportRefused
from issuance.exports.receiving import receive_export
from thanxportal.accounts.models import Merchant

LOADED, REFUSED = "loaded", "refused"
QUIET = 60  # seconds since a file was last written to, after which it is whole
log = logging.getLogger(__name__)


def take_from_folder() -> None:
    """Receives what lies there, and moves each file to `loaded` or `refused` beside it, where it goes as uploads do."""
    for merchant, path in _files():
        try:
            with path.open("rb") as content:
                receive_export(merchant=merchant, name=path.name, content=File(content))
            _move(path, LOADED)
        except ExportRefused as refusal:
            log.warning("Exports of %s: %s", merchant.handle, refusal)
            with suppress(OSError):
                _move(path, REFUSED)
        except OSError as error:
            log.error("Exports of %s: “%s” can’t be taken (%s).", merchant.handle, path.name, type(error).__name__)
    for folder in (LOADED, REFUSED):
        _delete_old(folder)


def _files() -> Iterator[tuple[Merchant, Path]]:
    quiet = time.time() - QUIET
    paths = sorted(Path(settings.EXPORTS_FOLDER).glob("*/*.[cC][sS][vV]")) if settings.EXPORTS_FOLDER else []
    merchants = {each.handle: each for each in Merchant.objects.filter(handle__in={path.parent.name for path in paths})}
    for path in paths:
        with suppress(FileNotFoundError):  # Another worker may have taken it.
            if path.parent.name in merchants and path.is_file() and path.stat().st_mtime < quiet:
                yield merchants[path.parent.name], path


def _delete_old(folder: str) -> None:
    before = time.time() - settings.UPLOAD_RETENTION_HOURS * 3600
    for path in Path(settings.EXPORTS_FOLDER).glob(f"*/{folder}/*") if settings.EXPORTS_FOLDER else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _move(path: Path, folder: str) -> None:
    """Into a folder beside it, where no name is used twice and a file of our own is as old as its stay."""
    now = time.time_ns()
    target = path.parent / folder / f"{now}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    with suppress(PermissionError):
        os.utime(target, ns=(now, now))
