"""An export comes, by whatever door: it is looked at, stored, and waits to be loaded."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import file_digest
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from issuance.exports.columns import ExportRefused, kind_of, positions
from issuance.exports.table import ExportTable, open_export
from issuance.exports.whose import Whose
from issuance.models import ExportFile
from issuance.models.states import ExportState
from thanxportal.accounts.models import Merchant, User, record_activity

_DAY = re.compile(r"(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)").search


def receive_export(*, merchant: Merchant, name: str, content: File[bytes], actor: User | None = None) -> ExportFile:
    """Stores a file as an export that waits to be loaded. Raises ExportRefused, and stores nothing.

    The same bytes again are the same export, which is loaded once more: that changes nothing, unless lists have
    brought more guests since.
    """
    with open_export(content.file, name) as table:
        kind = kind_of(table.header, name)
        _refuse_other_merchant(merchant, table, name)
    digest = _digest(content)
    path = default_storage.save(f"exports/{uuid4()}.csv", content)
    try:
        return _stored(merchant, name[:200], kind, path, digest, actor)
    except BaseException:
        default_storage.delete(path)
        raise


def _refuse_other_merchant(merchant: Merchant, table: ExportTable, name: str) -> None:
    """Judges by the first row. Raises ExportRefused."""
    whose = Whose(merchant, positions(table.header))
    if other := next(map(whose.other, table.rows()), ""):
        raise ExportRefused(
            f"“{name}” is an export of another merchant: its rows are of “{other[:30]}”, and {merchant} is "
            f"“{merchant.thanx_id}”. Bring the export of {merchant}."
        )


@transaction.atomic
def _stored(merchant: Merchant, name: str, kind: str, path: str, digest: str, actor: User | None) -> ExportFile:
    now = timezone.now()
    first = {"kind": kind, "name": name, "received_at": now, "received_by": actor, "stated_at": _stated_at(name, now)}
    exports = ExportFile.objects.select_for_update()
    export, new = exports.get_or_create(merchant=merchant, sha256=digest, defaults=first)
    if export.file:
        transaction.on_commit(partial(default_storage.delete, str(export.file)), robust=True)
    ExportFile.objects.filter(pk=export.pk).update(
        file=path, bytes_total=default_storage.size(path), state=ExportState.RECEIVED, problem="",
        lease_until=None, epoch=F("epoch") + 1,
    )  # fmt: skip
    if actor:
        sentence = f"Brought the export “{export.name}”{'' if new else ' again'}."
        record_activity(
            merchant=merchant, actor=actor, sentence=sentence, path=reverse("issuance:exports", args=[merchant.handle])
        )
    return export


def _digest(content: File[bytes]) -> str:
    content.seek(0)
    digest = file_digest(content.file, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return digest


def _stated_at(name: str, now: datetime) -> datetime:
    """The day in a name such as purchases_2026-11-28.csv, else now: an older export never overwrites what a newer one
    said, whichever comes first."""
    found = _DAY(name)
    with suppress(ValueError):
        return min(datetime.fromisoformat("-".join(found.groups())).replace(tzinfo=UTC), now) if found else now
    return now
