"""The second pair of eyes: above the merchant's threshold a list is issued by two people, or not at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from issuance.launching.launch import start_hold
from issuance.lifecycle.notices import tell_answered
from issuance.lifecycle.transitions import move_list
from issuance.models import RecipientList
from issuance.models.states import ListState
from thanxportal.accounts.models import Membership, Right, User, record_activity


def approvers_of(recipient_list: RecipientList) -> QuerySet[Membership]:
    """Who may approve: everybody with the right but the one who asked."""
    members = Membership.objects.of_merchant(recipient_list.merchant).who_may(Right.APPROVE)
    return members.exclude(user=recipient_list.launched_by)


@transaction.atomic
def approve_list(*, recipient_list: RecipientList, token: UUID, actor: User) -> bool:
    """Sets the list on its way as a launch below the threshold would, once. False if it was answered or withdrawn
    meanwhile, or if the approver is who asked."""
    if recipient_list.state != ListState.AWAITING_APPROVAL:
        return False
    if not _waiting(recipient_list, confirm_token=token).exclude(launched_by=actor).update(approved_by=actor):
        return False
    if not start_hold(recipient_list, actor, hold=True):
        return False
    _answer(recipient_list, actor, f"approved “{recipient_list.name}”.")
    return True


@transaction.atomic
def send_back_list(*, recipient_list: RecipientList, actor: User, reason: str) -> bool:
    """Refuses: the list goes back to its review with the reason. False if it was answered or withdrawn meanwhile."""
    if not _back_to_review(recipient_list, actor, f"Sent back: {reason}", sent_back=reason):
        return False
    _answer(recipient_list, actor, f"sent “{recipient_list.name}” back: {reason}")
    return True


@transaction.atomic
def withdraw_list(*, recipient_list: RecipientList, actor: User) -> bool:
    """Takes the question back; False if it was answered meanwhile or somebody else asked."""
    mine = _waiting(recipient_list, launched_by=actor).exists()
    if not mine or not _back_to_review(recipient_list, actor, "The question was withdrawn."):
        return False
    _log(recipient_list, actor, f"Withdrew “{recipient_list.name}” from approval.")
    return True


def _waiting(recipient_list: RecipientList, **terms: Any) -> QuerySet[RecipientList]:
    return RecipientList.objects.filter(pk=recipient_list.pk, state=ListState.AWAITING_APPROVAL, **terms)


def _back_to_review(recipient_list: RecipientList, actor: User, note: str, **fields: Any) -> bool:
    if recipient_list.state != ListState.AWAITING_APPROVAL:
        return False
    return move_list(recipient_list, ListState.CHECKED, actor=actor, note=note, confirm_token=uuid4(), **fields)


def _answer(recipient_list: RecipientList, actor: User, act: str) -> None:
    _log(recipient_list, actor, f"{act[0].upper()}{act[1:]}")
    tell_answered(recipient_list, f"{actor} {act}", recipient_list.launched_by)


def _log(recipient_list: RecipientList, actor: User, sentence: str) -> None:
    target = f"list:{recipient_list.pk}"
    record_activity(merchant=recipient_list.merchant, actor=actor, sentence=sentence, target=target)
