from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class IssuanceConfig(AppConfig):
    name = "issuance"

    def ready(self) -> None:
        from django.conf import settings

        from issuance.models.cells import teach_split_part
        from issuance.models.triggers import install_triggers, remove_triggers
        from issuance.parsing.phones import take_new_area_codes

        take_new_area_codes(settings.TAKE_NEW_AREA_CODES)
        connection_created.connect(teach_split_part, dispatch_uid="teach-split-part")
        pre_migrate.connect(remove_triggers, sender=self, dispatch_uid="remove-triggers")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="install-triggers")
