"""Registers the app of the connection to Thanx with Django."""

from django.apps import AppConfig


class PartnerConfig(AppConfig):
    name = "thanxportal.partner"
    label = "partner"
    verbose_name = "Thanx connection"
