"""Two people of the staff who settle with Thanx what was sent before a restore."""

from __future__ import annotations

from typing import Any

from issuance.models import SendingPause, ThanxStatement
from issuance.staff.matching import Matching
from issuance.staff.statements import confirm_statement
from thanxportal import database_clock
from thanxportal.accounts.models import User


def written(made: str, by: User, **fields: Any) -> ThanxStatement:
    """A statement for the pause in force that nobody has confirmed yet."""
    pause = SendingPause.objects.get(in_force=True)
    values = {"made_jobs": made, "complete": True, "evidence": "Ticket 12, Thanx support.", "written_by": by}
    values["written_at"] = database_clock.now()
    return ThanxStatement.objects.create(pause=pause, **values | fields)


def settle(made: str, one: User, other: User, **fields: Any) -> Matching:
    return confirm_statement(statement=written(made, one, **fields), actor=other, reason="I compared it with the mail.")
