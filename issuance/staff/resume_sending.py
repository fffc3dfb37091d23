"""Resuming sending after a pause: only when every number adds up, and by a person with a reason."""

from __future__ import annotations

from issuance.engine.reconcile import reconcile
from issuance.engine.sending_pauses import end_pause
from thanxportal.accounts.models import User


class CantResume(Exception):
    """Why first sends stay paused; `args[0]` is the sentence for staff."""


def resume_sending(*, actor: User, reason: str) -> None:
    """Raises CantResume, with nothing changed, while reconcile names a difference."""
    if differences := reconcile().differences:
        count = f"{len(differences):,} difference{'' if len(differences) == 1 else 's'}"
        raise CantResume(f"Reconcile names {count}, the first: {differences[0]}")
    if not end_pause(actor=actor, reason=reason):
        raise CantResume("Sending isn’t paused.")
