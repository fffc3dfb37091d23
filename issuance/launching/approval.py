"""The second pair of eyes: above the merchant's threshold a list is issued by two people, or not at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from issuance.launching.launch import has_opted_out, start_hold
from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_answered
from issuance.lifecycle.transitions import back_to_review
from issuance.models import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.models import Membership, Right, User
from thanxportal.reviewed import Facts

SENT_BACK = "Sent back: "  # begins the line in the list's story


def approvers_of(guest_list: GuestList) -> QuerySet[Membership]:
    """Who may approve: everybody who had the right when the list was brought, but the one who asked."""
    members = Membership.objects.of_merchant(guest_list.merchant).who_may(Right.APPROVE)
    return members.exclude(user=guest_list.launched_by).exclude(approver_since__gt=guest_list.created_at)


@transaction.atomic
def approve_list(*, guest_list: GuestList, token: UUID, actor: User) -> bool:
    """Sets the list on its way as a launch below the threshold would, once. False if it was answered or withdrawn
    meanwhile, if the actor is none of its approvers, or if the merchant has opted out."""
    if guest_list.state != ListState.AWAITING_APPROVAL or has_opted_out(guest_list):
        return False
    if not approvers_of(guest_list).filter(user=actor).exists():
        return False
    if not _waiting(guest_list, confirm_token=token).exclude(launched_by=actor).update(approved_by=actor):
        return False
    if not start_hold(guest_list, actor, hold=True):
        return False
    _answer(guest_list, actor, f"approved “{guest_list.name}”.")
    return True


@transaction.atomic
def send_back_list(*, guest_list: GuestList, actor: User, reason: str, facts: Facts) -> bool:
    """Refuses: the list goes back to its review with the reason. False if it was answered or withdrawn meanwhile.

    The `facts` as they stand are kept, so that the next round can say what has changed.
    """
    fields: dict[str, Any] = {"sent_back_reason": reason, "sent_back_facts": facts}
    if not _back_to_review(guest_list, actor, f"{SENT_BACK}{reason}", **fields):
        return False
    _answer(guest_list, actor, f"sent “{guest_list.name}” back: {reason}")
    return True


@transaction.atomic
def withdraw_list(*, guest_list: GuestList, actor: User) -> bool:
    """Takes the question back; False if it was answered meanwhile or somebody else asked."""
    mine = _waiting(guest_list, launched_by=actor).exists()
    if not mine or not _back_to_review(guest_list, actor, "The request was withdrawn."):
        return False
    note_activity(guest_list, actor, f"Withdrew “{guest_list.name}” from approval.")
    return True


def _waiting(guest_list: GuestList, **terms: Any) -> QuerySet[GuestList]:
    return GuestList.objects.filter(pk=guest_list.pk, state=ListState.AWAITING_APPROVAL, **terms)


def _back_to_review(guest_list: GuestList, actor: User, note: str, **fields: Any) -> bool:
    if guest_list.state != ListState.AWAITING_APPROVAL:
        return False
    return back_to_review(guest_list, actor=actor, note=note, **fields)


def _answer(guest_list: GuestList, actor: User, act: str) -> None:
    note_activity(guest_list, actor, f"{act[0].upper()}{act[1:]}")
    tell_answered(guest_list, f"{actor} {act}", guest_list.launched_by)
