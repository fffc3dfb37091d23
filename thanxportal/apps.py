from django.apps import AppConfig


class ThanxPortalConfig(AppConfig):
    name = "thanxportal"

    def ready(self) -> None:
        from thanxportal import checks  # noqa: F401 - importing registers the checks
