"""Emails as plain text with simple HTML beside it. Those of the outbox are never sent in a web request."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from thanxportal.accounts.models import Invitation, Membership, Merchant, Notification, User

log = logging.getLogger(__name__)
MOST_AT_ONCE = 50


def send_due_mail() -> int:
    """Sends every email that is due now. Returns how many were sent."""
    return sum(_send(row) for model in (Invitation, Notification) for row in _due(model))


def _due(model: type[Invitation] | type[Notification]) -> list[Any]:
    rows = model._default_manager.filter(mail_due_at__lte=timezone.now()).select_related("merchant")
    return list(rows.order_by("mail_due_at", "pk")[:MOST_AT_ONCE])


def _send(row: Invitation | Notification) -> bool:
    """Sends one email if this worker claims it. If the mail server is down, it is due again later."""
    if not row.claim_mail():
        return False
    with translation.override(row.merchant.locale):
        message = _message(row)
    if message is not None:
        try:
            message.send()
        except Exception as error:  # Whatever goes wrong with one email must not stop the others.
            log.warning("The email of %s %s wasn't sent (%s).", type(row).__name__, row.pk, type(error).__name__)
            return False
    row.mail_done(sent=message is not None)
    return message is not None


def _message(row: Invitation | Notification) -> EmailMultiAlternatives | None:
    """Returns None if there is nobody left to be told."""
    if isinstance(row, Invitation):
        return _invitation(row) if row.usable else None
    return _notification(row) if _is_there(row.person, row.merchant) else None


def _is_there(person: User, merchant: Merchant) -> bool:
    """Whether the person still belongs to the merchant's team, or to the partner's staff."""
    staff = person.is_active and person.is_staff
    return staff or Membership.objects.of_merchant(merchant).filter(user=person).exists()


def _invitation(row: Invitation) -> EmailMultiAlternatives:
    link = _absolute(reverse("accounts:invitation", args=[row.token]))
    subject = f"Join {row.merchant} on Thanx Portal"
    return _email("invitation", row.email, subject, {"invitation": row, "link": link})


def _notification(row: Notification) -> EmailMultiAlternatives:
    context = {"notification": row, "link": _absolute(row.path), "choices": _absolute(reverse("accounts:profile"))}
    return _email("notification", row.person.email, f"{row.merchant}: {row.sentence}", context)


def send_reset_link(user: User, path: str) -> None:
    """Sends the link for a forgotten password at once. Raises OSError if the mail server takes no mail."""
    _email("password_reset", user.email, "Choose a new password for Thanx Portal", {"link": _absolute(path)}).send()


def send_address_link(to: str, path: str, *, old: str, new: str) -> None:
    """Sends the link that confirms a change of address, to the one or the other. Raises OSError as above."""
    context = {"link": _absolute(path), "old": old, "new": new}
    _email("address", to, "Confirm your new address for Thanx Portal", context).send()


def _absolute(path: str) -> str:
    return f"{settings.PORTAL_URL}{path}"


def _email(name: str, to: str, subject: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    context["subject"] = subject = " ".join(subject.split())[:150]
    text = render_to_string(f"accounts/email/{name}.txt", context)
    message = EmailMultiAlternatives(subject, text, to=[to])
    message.attach_alternative(render_to_string(f"accounts/email/{name}.html", context), "text/html")
    return message
