"""Celery tasks of accounts. The message is only a hint to look into the outbox."""

from celery import shared_task

from thanxportal.accounts.confirming import let_take_effect
from thanxportal.accounts.mail import send_due_mail


@shared_task
def send_mail() -> None:
    send_due_mail()


@shared_task
def loosen() -> None:
    let_take_effect()
