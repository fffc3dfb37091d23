"""Registers the app of messages to merchants' systems with Django."""

from django.apps import AppConfig


class OutgoingConfig(AppConfig):
    name = "thanxportal.outgoing"
    label = "outgoing"
    verbose_name = "Messages to merchants’ systems"
