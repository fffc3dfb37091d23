"""Registers the accounts app with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "thanxportal.accounts"
    label = "accounts"
    verbose_name = "People and merchants"

    def ready(self) -> None:
        from thanxportal.accounts import sessions  # noqa: F401 - it listens to changes of second factors
