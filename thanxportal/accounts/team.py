"""Changes a merchant's team, and logs it: inviting, joining, changing roles, leaving.

What would let fewer people agree to rewards is asked for instead, where a manager can be asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.loosenings import ask, is_manager, managers_of, take_back, take_back_all_of
from thanxportal.accounts.models import (
    Invitation,
    Kind,
    Loosening,
    Membership,
    Merchant,
    Right,
    Role,
    User,
    record_activity,
)
from thanxportal.accounts.models.invitations import VALID_FOR
from thanxportal.accounts.notifications import notify, notify_staff
from thanxportal.accounts.partner_tokens import end_partner_tokens_of
from thanxportal.accounts.sessions import end_sessions
from thanxportal.accounts.tokens import end_tokens_of
from thanxportal.reviewed import Facts, check_unchanged

MOST_INVITATIONS = 20
IN_ONE = timedelta(hours=1)


class TeamRefusal(Exception):
    """The change isn't possible; `args[0]` is the sentence for the person."""


@transaction.atomic
def invite(*, merchant: Merchant, email: str, role: Role, actor: User) -> Invitation | Loosening:
    """Invites somebody by email, or sends an unanswered invitation again; asks first if more could be rewarded then.
    Raises TeamRefusal."""
    email = email.lower()
    if actor.is_staff:
        _refuse_staff(User.objects.filter(email=email).first())
    _refuse_member(merchant, email)
    _refuse_too_many(merchant)
    again = Invitation.objects.unanswered().filter(merchant=merchant, email=email, role=role).exists()
    if not again and _lets_more_out(merchant, role) and _has_to_ask(merchant, actor):
        wish, said = {"email": email, "role": role.value}, f"invite {email} as {role.label}"
        return ask(merchant=merchant, actor=actor, subject=email, values=wish, sentence=said)
    return send_invitation(merchant=merchant, email=email, role=role, actor=actor)


def _refuse_member(merchant: Merchant, email: str) -> None:
    if Membership.objects.filter(merchant=merchant, user__email=email).exists():
        raise TeamRefusal(f"{email} is on the team already.")


def _refuse_too_many(merchant: Merchant) -> None:
    since = timezone.now() - IN_ONE
    sent = Invitation.objects.of_merchant(merchant).filter(sent_at__gt=since).count()
    asked = Loosening.objects.of_merchant(merchant).filter(asked_at__gt=since).count()
    if sent + asked >= MOST_INVITATIONS:
        raise TeamRefusal(f"{MOST_INVITATIONS} invitations were sent in the last hour. Please go on later.")


def _lets_more_out(merchant: Merchant, role: Role) -> bool:
    """Whether one more person in this role means more rewards than the team agreed to: by a further approval, or, where
    lists above a size need one, by what each sender may issue without."""
    return role.approves or (role.issues and merchant.approval_threshold is not None)


def _has_to_ask(merchant: Merchant, actor: User) -> bool:
    """Whether a manager can be asked; staff set up the first. Locks the merchant's row. Raises TeamRefusal for staff
    where managers can ask themselves."""
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    managed = managers_of(merchant).exists()
    if managed and actor.is_staff:
        raise TeamRefusal("A manager of this merchant has to ask for that: it lets more be rewarded.")
    return managed


def send_invitation(*, merchant: Merchant, email: str, role: Role, actor: User) -> Invitation:
    """Invites without asking anybody. Raises TeamRefusal for a member."""
    _refuse_member(merchant, email)
    now = timezone.now()
    fields = {"role": role, "invited_by": actor, "sent_at": now, "expires_at": now + VALID_FOR}
    invitation, _ = Invitation.objects.update_or_create(
        merchant=merchant, email=email, accepted_at=None, withdrawn_at=None,
        defaults=fields | {"mail_due_at": now, "mail_sent_at": None, "mail_attempts": 0},
    )  # fmt: skip
    log_change(merchant, actor, f"Invited {email} as {role.label}.")
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> bool:
    """Makes the link invalid. Returns False if the invitation was answered already."""
    open_one = Invitation.objects.unanswered().filter(pk=invitation.pk)
    if not open_one.update(withdrawn_at=timezone.now(), mail_due_at=None):
        return False
    log_change(invitation.merchant, actor, f"Withdrew the invitation of {invitation.email}.")
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
    since = now if role.approves else None
    Membership.objects.get_or_create(user=user, merchant=merchant, defaults={"role": role, "approver_since": since})
    record_activity(merchant=merchant, actor=user, sentence=f"Joined the team as {role.label}.")
    return True


def target_of_member(member: Membership) -> str:
    return f"member:{member.pk}"


def facts_of_member(member: Membership) -> Facts:
    """What whoever changes or removes a member has seen of it."""
    return {f"The role of {member.user}": Role(member.role).label}


def _check_unchanged(member: Membership, seen: str | None) -> None:
    """Raises TeamRefusal for somebody who has left meanwhile, and with what a person has `seen`, as a form carries it,
    ChangedSinceReview if it isn't that any more. Locks the merchant's row."""
    Merchant.objects.select_for_update().get(pk=member.merchant_id)
    now = Membership.objects.filter(pk=member.pk).first()
    if now is None:
        raise TeamRefusal(f"{member.user} isn’t on the team any more.")
    if seen is not None:
        check_unchanged(target_of_member(member), seen, facts_of_member(now))


@transaction.atomic
def change_role(*, member: Membership, role: Role, actor: User, seen: str | None = None) -> Loosening | None:
    """Changes the role, or asks first if more could be rewarded then. Returns what was asked.

    Raises TeamRefusal if the merchant would be left without a manager, and as `_check_unchanged`.
    """
    _check_unchanged(member, seen)
    if actor.is_staff:
        _refuse_staff(member.user)
    rises = role.rank > _role(member).rank
    if rises and _lets_more_out(member.merchant, role) and _has_to_ask(member.merchant, actor):
        wish = {"member": member.pk, "role": role.value}
        said = f"make {member.user} {role.label}"
        return ask(merchant=member.merchant, actor=actor, subject=target_of_member(member), values=wish, sentence=said)
    if role != Role.MANAGER:
        _keep_a_manager(member)
        _withdraw_wishes_of(member, actor)
    take_back(merchant=member.merchant, subject=target_of_member(member), actor=actor)
    set_role(member=member, role=role, actor=actor)
    return None


def _role(member: Membership) -> Role:
    return Role(Membership.objects.values_list("role", flat=True).get(pk=member.pk))


def set_role(*, member: Membership, role: Role, actor: User) -> None:
    """Changes the role without asking anybody. Who is a new approver approves lists brought from now on."""
    was = _role(member)
    fields: dict[str, Any] = {"role": role}
    if was.approves != role.approves:
        fields["approver_since"] = timezone.now() if role.approves else None
    Membership.objects.filter(pk=member.pk).update(**fields)
    less = was == Role.MANAGER and role != was
    if less:
        end_tokens_of(member.user, actor, merchant=member.merchant)
    log_change(member.merchant, actor, f"Made {member.user} {role.label}, before {was.label}.", of_manager=less)


@transaction.atomic
def remove_member(*, member: Membership, actor: User, seen: str | None = None) -> None:
    """Removes the member. Raises the same as `change_role`."""
    _check_unchanged(member, seen)
    _keep_a_manager(member)
    _withdraw_wishes_of(member, actor)
    take_back(merchant=member.merchant, subject=target_of_member(member), actor=actor)
    managed = is_manager(member.merchant, member.user)
    Membership.objects.filter(pk=member.pk).delete()
    end_tokens_of(member.user, actor, merchant=member.merchant)
    log_change(member.merchant, actor, f"Removed {member.user} from the team.", of_manager=managed)


@transaction.atomic
def let_sign_in(*, user: User, active: bool, actor: User) -> None:
    """Locks an account, which ends its sessions for good, or opens it again, and says so at every merchant where the
    person has a role."""
    User.objects.filter(pk=user.pk).update(is_active=active)
    if not active:
        end_sessions(user.pk)
        end_partner_tokens_of(user, actor)
        end_tokens_of(user, actor)
    act = "Opened the account of" if active else "Locked the account of"
    for member in user.memberships.select_related("merchant").order_by("merchant"):
        log_change(member.merchant, actor, f"{act} {user}.")


def log_change(merchant: Merchant, actor: User, sentence: str, *, of_manager: bool = False) -> None:
    """Appends to the merchant's log. The managers are told of what partner staff did, and staff as well of a manager
    who is none any more: where only one is left, nobody else has to agree to a loosening."""
    line = record_activity(merchant=merchant, actor=actor, sentence=sentence)
    who = f"{actor}, partner staff" if actor.is_staff else str(actor)
    about: dict[str, Any] = {
        "merchant": merchant, "kind": Kind.LOOSENING if of_manager else Kind.TEAM_CHANGED,
        "key": f"activity:{line.pk}", "sentence": f"{who}: {sentence[0].lower()}{sentence[1:]}",
    }  # fmt: skip
    if actor.is_staff or of_manager:
        path = reverse("accounts:activity", args=[merchant.handle])
        notify(path=path, right=Right.MANAGE, but=actor, **about)
    if of_manager:
        notify_staff(path=reverse("admin:accounts_activity_change", args=[line.pk]), **about)


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


def _withdraw_wishes_of(member: Membership, actor: User) -> None:
    """Withdraws the invitations and requests of a person who may no longer manage the team."""
    take_back_all_of(person=member.user, merchant=member.merchant, actor=actor)
    theirs = Invitation.objects.unanswered().filter(merchant=member.merchant, invited_by=member.user)
    theirs.update(withdrawn_at=timezone.now(), mail_due_at=None)
