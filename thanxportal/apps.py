"""Loads the Celery app and the system checks when Django starts."""

from django.apps import AppConfig

from thanxportal import celery  # noqa: F401 - tasks need their app wherever Django runs


class ThanxPortalConfig(AppConfig):
    name = "thanxportal"

    def ready(self) -> None:
        from thanxportal import checks  # noqa: F401 - the import registers the checks
