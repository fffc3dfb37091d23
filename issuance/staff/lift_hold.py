"""Letting first sends go again after a hold: only when every number adds up, and by a person with a reason."""

from __future__ import annotations

from issuance.engine.reconcile import reconcile
from issuance.engine.sending_holds import end_hold
from thanxportal.accounts.models import User


class CantLift(Exception):
    """Why first sends stay held; `args[0]` is the sentence for staff."""


def lift_hold(*, actor: User, reason: str) -> None:
    """Raises CantLift, with nothing changed, while reconcile names a difference."""
    if differences := reconcile().differences:
        count = f"{len(differences):,} difference{'' if len(differences) == 1 else 's'}"
        raise CantLift(f"Reconcile names {count}, the first: {differences[0]}")
    if not end_hold(actor=actor, reason=reason):
        raise CantLift("Nothing is held.")
