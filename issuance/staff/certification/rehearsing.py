"""Recording a rehearsal, and noting that Thanx has certified the portal."""

from __future__ import annotations

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from issuance.models import Rehearsal
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.thanx_address import SANDBOX, SIMULATION


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


@transaction.atomic
def note_certification(actor: User) -> str:
    """Once, and for the credential that is used; the admin's log says by whom."""
    credential = Credential.current()
    if settings.THANX_ENVIRONMENT == SIMULATION or credential.certified_at:
        return ""
    Credential.objects.filter(pk=credential.pk).update(certified_at=timezone.now())
    LogEntry.objects.log_actions(
        actor.pk, [credential], CHANGE, change_message="Noted that Thanx has certified us.", single_object=True
    )
    return "Noted that Thanx has certified us."
