from django.apps import AppConfig


class IssuanceConfig(AppConfig):
    name = "issuance"

    def ready(self) -> None:
        from issuance import sweeper  # noqa: F401 - importing connects it to the worker's start and stop
