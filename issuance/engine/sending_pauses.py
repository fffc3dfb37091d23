"""Pausing first sends: by staff, or by itself when the database has forgotten what was sent.

Before each first byte the number of sends is counted in the database and then noted in a file beside it. A database
that was restored from a backup counts fewer than the file: jobs that are `ready` in it may have been sent, lists that
wait in it may have been planned, and Thanx may no longer know their keys. Replays and polls go on.
"""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from issuance.crash_points import crash_point
from issuance.engine.sent_mark import raise_mark, read_mark
from issuance.models import SendingPause
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential

log = logging.getLogger(__name__)
THROWN_BACK = "The database knows fewer sends than this machine has made: it was restored from a backup."


def pause_in_force() -> bool:
    return SendingPause.objects.filter(in_force=True).exists()


def sending_is_paused() -> bool:
    """Whether nothing new may be planned or sent; notices by itself that the database was thrown back."""
    return pause_in_force() or _thrown_back()


@crash_point("count a send")
def count_send() -> None:
    """Counts one send in the transaction of its intent; `note_sends` follows after the commit."""
    Credential.objects.filter(pk=Credential.current().pk).update(sent_count=F("sent_count") + 1)


def note_sends() -> None:
    """Notes outside the database how many sends it counts, before the first byte of the latest leaves."""
    credential = Credential.current()
    try:
        raise_mark(_mark(credential), credential.sent_count)
    except (OSError, ValueError):
        log.exception("The number of sends can't be noted, so a restored backup won't be noticed.")


def pause_sending(*, actor: User | None, reason: str, forgotten: int = 0) -> bool:
    """Pauses plans and first sends from now on; False if they are paused already."""
    try:
        with transaction.atomic():
            SendingPause.objects.create(started_by=actor, reason=reason[:300], forgotten_count=forgotten)
    except IntegrityError:
        return False
    log.error("Sending is paused: %s", reason)
    return True


def end_pause(*, actor: User, reason: str) -> bool:
    """Lets first sends go again, with the forgotten ones counted; False if nothing is paused. See `resume_sending`."""
    credential = Credential.current()
    noted = Value(_noted(credential))
    with transaction.atomic():
        pause = SendingPause.objects.filter(in_force=True)
        if not pause.update(in_force=False, resumed_at=timezone.now(), resumed_by=actor, resume_reason=reason[:300]):
            return False
        Credential.objects.filter(pk=credential.pk).update(sent_count=Greatest(F("sent_count"), noted))
    log.warning("Sending goes on: resumed by user %s.", actor.pk)
    return True


def _thrown_back() -> bool:
    """The file is read first: it is written after the commit, so the database can only be ahead of it."""
    credential = Credential.current()
    noted = _noted(credential)
    credential.refresh_from_db(fields=["sent_count"])
    if noted <= credential.sent_count:
        return False
    pause_sending(actor=None, reason=THROWN_BACK, forgotten=noted - credential.sent_count)
    return True


def _noted(credential: Credential) -> int:
    try:
        return read_mark(_mark(credential))
    except (OSError, ValueError):
        log.exception("The number of sends can't be read, so a restored backup won't be noticed.")
        return 0


def _mark(credential: Credential) -> Path:
    return Path(settings.SENT_MARKS) / str(credential.uuid)
