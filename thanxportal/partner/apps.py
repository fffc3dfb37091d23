from django.apps import AppConfig


class PartnerConfig(AppConfig):
    name = "thanxportal.partner"
    label = "partner"
    verbose_name = "Thanx connection"
