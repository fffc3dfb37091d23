"""Celery tasks of accounts. The message is only a hint to look into the outbox."""

from celery import shared_task

from thanxportal.accounts.confirming import let_take_effect
from thanxportal.accounts.mail import send_due_mail
from thanxportal.accounts.partner_tokens import end_unanswered_partner_tokens
from thanxportal.accounts.tokens import end_unanswered_tokens, tell_of_expiry


@shared_task
def send_mail() -> None:
    send_due_mail()


@shared_task
def loosen() -> None:
    let_take_effect()


@shared_task
def end_tokens() -> None:
    end_unanswered_tokens()
    end_unanswered_partner_tokens()
    tell_of_expiry()
