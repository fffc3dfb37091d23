"""Exports that something else puts into a folder or a bucket, in a folder for each merchant, named by its handle."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from issuance.exports.columns import ExportRefused
from issuance.exports.receiving import receive_export
from thanxportal.accounts.models import Merchant

ALIAS = "exports"
REFUSED = "refused"
QUIET = 60  # seconds since a file was last written to, after which it is whole
log = logging.getLogger(__name__)


def take_from_folder() -> None:
    """Receives what lies there and takes it away. What is refused goes to `refused` beside it, where it stays as long
    as uploads do."""
    if place := _place():
        try:
            for merchant, path in _files(place):
                _take(place, merchant, path)
            _delete_old(place)
        except OSError as error:
            log.error("EXPORTS_FOLDER can’t be read (%s).", type(error).__name__)


def _place() -> Storage | None:
    if ALIAS in settings.STORAGES:
        return storages[ALIAS]
    return FileSystemStorage(settings.EXPORTS_FOLDER) if settings.EXPORTS_FOLDER else None


def _files(place: Storage) -> Iterator[tuple[Merchant, PurePosixPath]]:
    for merchant in _merchants(place):
        for path in _inside(place, merchant.handle):
            if path.suffix.lower() == ".csv" and _changed_before(place, path, time.time() - QUIET):
                yield merchant, path


def _merchants(place: Storage) -> list[Merchant]:
    return list(Merchant.objects.filter(handle__in=place.listdir("")[0]))


def _inside(place: Storage, folder: str) -> list[PurePosixPath]:
    try:
        return [PurePosixPath(folder, name) for name in sorted(place.listdir(folder)[1])]
    except FileNotFoundError:
        return []


def _changed_before(place: Storage, path: PurePosixPath, moment: float) -> bool:
    """Not so of what another worker has taken meanwhile."""
    with suppress(FileNotFoundError):
        return place.get_modified_time(str(path)).timestamp() < moment
    return False


def _take(place: Storage, merchant: Merchant, path: PurePosixPath) -> None:
    try:
        with place.open(str(path)) as content:
            _receive(place, merchant, path, content)
    except FileNotFoundError:
        pass  # Another worker was faster.
    except OSError as error:
        log.error("Exports of %s: “%s” can’t be taken (%s).", merchant.handle, path.name, type(error).__name__)


def _receive(place: Storage, merchant: Merchant, path: PurePosixPath, content: File[bytes]) -> None:
    try:
        receive_export(merchant=merchant, name=path.name, content=content)
        place.delete(str(path))
    except ExportRefused as refusal:
        log.warning("Exports of %s: %s", merchant.handle, refusal)
        place.delete(str(path))
        content.seek(0)
        place.save(str(path.parent / REFUSED / f"{time.time_ns()}-{path.name}"), content)


def _delete_old(place: Storage) -> None:
    before = time.time() - settings.UPLOAD_RETENTION_HOURS * 3600
    for merchant in _merchants(place):
        for path in _inside(place, f"{merchant.handle}/{REFUSED}"):
            if _changed_before(place, path, before):
                place.delete(str(path))
