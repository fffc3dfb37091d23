"""Remove at once what the schedule removes by and by: old uploads, guests of old lists, guests who asked for it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from issuance.privacy.removal import remove_personal_data


class Command(BaseCommand):
    help = "Deletes old uploads, purges lists that ended long ago, makes ordered erasures. "

    def handle(self, *args: Any, **options: Any) -> None:
        removed = remove_personal_data()
        self.stdout.write(json.dumps(removed._asdict()))
        if removed.unfinished:
            raise CommandError("Asked to stop before all lists were purged.")
