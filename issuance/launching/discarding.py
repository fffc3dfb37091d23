"""A list of which nothing was issued is put away."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from issuance.launching.retries import give_back
from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_answered
from issuance.lifecycle.transitions import move_list
from issuance.models import GuestList
from issuance.models.states import LIST_MOVES, ListState
from thanxportal.accounts.models import User


@transaction.atomic
def discard_list(*, guest_list: GuestList, actor: User | None) -> bool:
    """Puts away a list of which nothing was issued; False if that is no longer possible."""
    if ListState.DISCARDED not in LIST_MOVES[guest_list.status]:
        return False
    asked = guest_list.status == ListState.AWAITING_APPROVAL
    if not move_list(guest_list, ListState.DISCARDED, actor=actor, ended_at=timezone.now(), lease_until=None):
        return False
    if guest_list.parent_id:
        give_back(guest_list)
    if asked and actor != guest_list.launched_by:
        tell_answered(guest_list, f"{actor} discarded “{guest_list.name}”.", guest_list.launched_by)
    note_activity(guest_list, actor, f"Discarded the guest list “{guest_list.name}”.")
    return True
