"""Registers the accounts app with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "thanxportal.accounts"
    label = "accounts"
    verbose_name = "People and merchants"
