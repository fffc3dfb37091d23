"""Loads the Celery app and the system checks when Django starts, in whichever process."""

from django.apps import AppConfig

from thanxportal import celery  # noqa: F401 - tasks need their app wherever Django runs


class ThanxPortalConfig(AppConfig):
    name = "thanxportal"

    def ready(self) -> None:
        from thanxportal import checks, error_reports

        checks.refuse_wrong_deployment()
        error_reports.begin()
