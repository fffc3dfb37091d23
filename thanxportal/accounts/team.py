"""Changes a merchant's team and settings, and logs it: inviting, joining, changing roles, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.models import Invitation, Kind, Membership, Merchant, Right, Role, User, record_activity
from thanxportal.accounts.models.invitations import VALID_FOR
from thanxportal.accounts.notifications import notify
from thanxportal.accounts.sessions import end_sessions

MOST_INVITATIONS = 20
IN_ONE = timedelta(hours=1)


class TeamRefusal(Exception):
    """The change isn't possible; `args[0]` is the sentence for the person."""


@transaction.atomic
def invite(*, merchant: Merchant, email: str, role: Role, actor: User) -> Invitation:
    """Invites somebody by email, or sends an unanswered invitation again. Raises TeamRefusal."""
    email = email.lower()
    if actor.is_staff:
        _refuse_staff(User.objects.filter(email=email).first())
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
    _log(merchant, actor, f"Invited {email} as {role.label}.")
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> bool:
    """Makes the link invalid. Returns False if the invitation was answered already."""
    open_one = Invitation.objects.unanswered().filter(pk=invitation.pk)
    if not open_one.update(withdrawn_at=timezone.now(), mail_due_at=None):
        return False
    _log(invitation.merchant, actor, f"Withdrew the invitation of {invitation.email}.")
    return True


@transaction.atomic
def join(*, invitation: Invitation, user: User) -> bool:
    """Uses up the invitation of this user. Returns False if it isn't valid any more, or if staff invited staff."""
    now = timezone.now()
    if user.is_staff and invitation.invited_by is not None and invitation.invited_by.is_staff:
        return False
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
    if actor.is_staff:
        _refuse_staff(member.user)
    if role != Role.MANAGER:
        _keep_a_manager(member)
        _withdraw_invitations_by(member)
    was = Role(Membership.objects.values_list("role", flat=True).get(pk=member.pk))
    Membership.objects.filter(pk=member.pk).update(role=role)
    _log(member.merchant, actor, f"Made {member.user} {role.label}, before {was.label}.")


@transaction.atomic
def remove_member(*, member: Membership, actor: User) -> None:
    """Removes the member. Raises TeamRefusal if the merchant would be left without a manager."""
    _keep_a_manager(member)
    _withdraw_invitations_by(member)
    Membership.objects.filter(pk=member.pk).delete()
    _log(member.merchant, actor, f"Removed {member.user} from the team.")


@transaction.atomic
def let_sign_in(*, user: User, active: bool, actor: User) -> None:
    """Locks an account, which ends its sessions for good, or opens it again, and says so at every merchant where the
    person has a role."""
    User.objects.filter(pk=user.pk).update(is_active=active)
    if not active:
        end_sessions(user.pk)
    act = "Opened the account of" if active else "Locked the account of"
    for member in user.memberships.select_related("merchant").order_by("merchant"):
        _log(member.merchant, actor, f"{act} {user}.")


def _log(merchant: Merchant, actor: User, sentence: str) -> None:
    """Appends to the merchant's log; the managers are told of what partner staff did."""
    line = record_activity(merchant=merchant, actor=actor, sentence=sentence)
    if actor.is_staff:
        notify(
            merchant=merchant,
            kind=Kind.TEAM_CHANGED,
            key=f"activity:{line.pk}",
            sentence=f"{actor}, partner staff: {sentence[0].lower()}{sentence[1:]}",
            path=reverse("accounts:activity", args=[merchant.handle]),
            right=Right.MANAGE,
            but=actor,
        )


def _refuse_staff(person: User | None) -> None:
    """Staff look after every merchant, so none of them may let another in at one."""
    if person is not None and person.is_staff:
        raise TeamRefusal("Partner staff can’t give a role at a merchant to partner staff.")


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
    Merchant.objects.filter(pk=merchant.pk).update(settings_saved_at=timezone.now())
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return False
    Merchant.objects.filter(pk=merchant.pk).update(**changed)
    said = "; ".join(
        f"{name.replace('_', ' ')} from {_said(getattr(before, name))} to {_said(value)}"
        for name, value in changed.items()
    )
    _log(merchant, actor, f"Changed the settings: {said}.")
    return True


def _said(value: Any) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
