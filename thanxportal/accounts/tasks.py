"""The door through which Celery comes in; the message is only a nudge to look into the outbox."""

from celery import shared_task

from thanxportal.accounts.mail import send_due_mail


@shared_task
def send_mail() -> None:
    send_due_mail()
