from django.apps import AppConfig

from thanxportal import celery  # noqa: F401 - tasks find their app wherever Django runs, and nowhere else


class ThanxPortalConfig(AppConfig):
    name = "thanxportal"

    def ready(self) -> None:
        from thanxportal import checks  # noqa: F401 - importing registers the checks
