"""Recording a rehearsal, and noting that Thanx has certified the portal."""

from __future__ import annotations

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from issuance.models import Rehearsal
from issuance.staff.certification.board import is_complete
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.thanx_address import LIVE, SANDBOX, SIMULATION


def may_rehearse() -> bool:
    """Nowhere where rewards are real."""
    return settings.THANX_ENVIRONMENT in (SIMULATION, SANDBOX)


def begin_rehearsal(actor: User) -> str:
    """Says what was done; nothing if one is being recorded already, or none may be."""
    if not may_rehearse():
        return ""
    try:
        with transaction.atomic():
            Rehearsal.objects.create(environment=settings.THANX_ENVIRONMENT, started_by=actor)
    except IntegrityError:
        return ""
    return "The rehearsal is being recorded."


def end_rehearsal(actor: User) -> str:
    running = Rehearsal.objects.filter(environment=settings.THANX_ENVIRONMENT, ended_at=None)
    return "The rehearsal was recorded." if running.update(ended_at=timezone.now()) else ""


def may_certify() -> bool:
    """Once, after a rehearsal that lacks nothing; on a live portal none can be recorded."""
    if settings.THANX_ENVIRONMENT == SIMULATION or Credential.current().certified_at:
        return False
    rehearsal = Rehearsal.latest()
    return settings.THANX_ENVIRONMENT == LIVE or (rehearsal is not None and is_complete(rehearsal))


@transaction.atomic
def note_certification(actor: User) -> str:
    """For the credential that is used; the admin's log says by whom."""
    if not may_certify():
        return ""
    credential = Credential.current()
    Credential.objects.filter(pk=credential.pk).update(certified_at=timezone.now())
    LogEntry.objects.log_actions(
        actor.pk, [credential], CHANGE, change_message="Noted that Thanx has certified us.", single_object=True
    )
    return "Noted that Thanx has certified us."
