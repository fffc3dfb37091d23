"""Changes a merchant's team and settings, and logs it: inviting, joining, changing roles, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from thanxportal.accounts.models import Invitation, Membership, Merchant, Role, User, record_activity
from thanxportal.accounts.models.invitations import VALID_FOR

MOST_INVITATIONS = 20
IN_ONE = timedelta(hours=1)


class TeamRefusal(Exception):
    """The change isn't possible; `args[0]` is the sentence for the person."""


@transaction.atomic
def invite(*, merchant: Merchant, email: str, role: Role, actor: User) -> Invitation:
    """Invites somebody by email, or sends an unanswered invitation again. Raises TeamRefusal."""
    email = email.lower()
    if Membership.objects.filter(merchant=merchant, user__email=email).exists():
        raise TeamRefusal(f"{email} is on the team already.")
    now = timezone.now()
    lately = Invitation.objects.of_merchant(merchant).filter(sent_at__gt=now - IN_ONE)
    if lately.count() >= MOST_INVITATIONS:
        raise TeamRefusal(f"{MOST_INVITATIONS} invitations were sent in the last hour. Please go on later.")
    fields = {"role": role, "invited_by": actor, "sent_at": now, "expires_at": now + VALID_FOR}
    invitation, _ = Invitation.objects.update_or_create(
        merchant=merchant, email=email, accepted_at=None, withdrawn_at=None,
        defaults=fields | {"mail_due_at": now, "mail_sent_at": None, "mail_attempts": 0},
    )  # fmt: skip
    record_activity(merchant=merchant, actor=actor, sentence=f"Invited {email} as {role.label}.")
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> bool:
    """Makes the link invalid. Returns False if the invitation was answered already."""
    open_one = Invitation.objects.unanswered().filter(pk=invitation.pk)
    if not open_one.update(withdrawn_at=timezone.now(), mail_due_at=None):
        return False
    sentence = f"Withdrew the invitation of {invitation.email}."
    record_activity(merchant=invitation.merchant, actor=actor, sentence=sentence)
    return True


@transaction.atomic
def join(*, invitation: Invitation, user: User) -> bool:
    """Uses up the invitation of this user. Returns False if it isn't valid any more."""
    now = timezone.now()
    mine = Invitation.objects.unanswered().filter(pk=invitation.pk, email=user.email, expires_at__gt=now)
    if not mine.update(accepted_at=now, mail_due_at=None):
        return False
    merchant, role = invitation.merchant, Role(invitation.role)
    Membership.objects.get_or_create(user=user, merchant=merchant, defaults={"role": role})
    record_activity(merchant=merchant, actor=user, sentence=f"Joined the team as {role.label}.")
    return True


@transaction.atomic
def change_role(*, member: Membership, role: Role, actor: User) -> None:
    """Changes the role. Raises TeamRefusal if the merchant would be left without a manager."""
    if role != Role.MANAGER:
        _keep_a_manager(member)
        _withdraw_invitations_by(member)
    Membership.objects.filter(pk=member.pk).update(role=role)
    sentence = f"Made {member.user} {role.label}, before {member.get_role_display()}."
    record_activity(merchant=member.merchant, actor=actor, sentence=sentence)


@transaction.atomic
def remove_member(*, member: Membership, actor: User) -> None:
    """Removes the member. Raises TeamRefusal if the merchant would be left without a manager."""
    _keep_a_manager(member)
    _withdraw_invitations_by(member)
    Membership.objects.filter(pk=member.pk).delete()
    record_activity(merchant=member.merchant, actor=actor, sentence=f"Removed {member.user} from the team.")


def _keep_a_manager(member: Membership) -> None:
    """Locks the merchant's row: if two managers remove each other at the same moment, one of them stays."""
    Merchant.objects.select_for_update().get(pk=member.merchant_id)
    managers = Membership.objects.of_merchant(member.merchant).filter(role=Role.MANAGER)
    if not managers.exclude(pk=member.pk).exists():
        raise TeamRefusal("A team needs a manager. Make somebody else manager first.")


def _withdraw_invitations_by(member: Membership) -> None:
    """Withdraws the invitations of a person who may no longer manage the team."""
    theirs = Invitation.objects.unanswered().filter(merchant=member.merchant, invited_by=member.user)
    theirs.update(withdrawn_at=timezone.now(), mail_due_at=None)


@transaction.atomic
def change_settings(*, merchant: Merchant, values: dict[str, Any], actor: User) -> bool:
    """Stores the settings and logs old and new values. Returns False if nothing has changed."""
    before = Merchant.objects.select_for_update().get(pk=merchant.pk)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return False
    Merchant.objects.filter(pk=merchant.pk).update(**changed)
    said = "; ".join(
        f"{name.replace('_', ' ')} from {_said(getattr(before, name))} to {_said(value)}"
        for name, value in changed.items()
    )
    record_activity(merchant=merchant, actor=actor, sentence=f"Changed the settings: {said}.")
    return True


def _said(value: Any) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
