"""Resuming sending after a pause: only when every number adds up, and by a person with a reason."""

from __future__ import annotations

from issuance.engine.reconcile import reconcile
from issuance.engine.sending_pauses import end_pause, sends_were_forgotten
from thanxportal.accounts.models import User
from thanxportal.counted import counted

UNSETTLED = (
    "The database was restored, and what was sent since the backup isn’t settled: write down what Thanx made under "
    "“Statements of Thanx”, and have a colleague confirm it."
)


class CantResume(Exception):
    """Why first sends stay paused; `args[0]` is the sentence for staff."""


def resume_sending(*, actor: User, reason: str) -> None:
    """Raises CantResume, with nothing changed, while forgotten sends aren't settled or reconcile names a difference."""
    if sends_were_forgotten():
        raise CantResume(UNSETTLED)
    if differences := reconcile().differences:
        count = counted(len(differences), "difference")
        raise CantResume(f"Reconcile names {count}, the first: {differences[0]}")
    if not end_pause(actor=actor, reason=reason):
        raise CantResume("Sending isn’t paused.")
