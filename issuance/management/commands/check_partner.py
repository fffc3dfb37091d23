"""Says how far the portal has come on the way to live rewards, and the next step of each line."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from campaigns.partner_check import ask
from issuance.staff.onboarding import CONNECTION, lines


class Command(BaseCommand):
    help = "Asks Thanx for our scopes and says the lines of the admin's onboarding page. The exit code is not 0 when "
    help += "something of the connection itself is missing: credential, scopes, merchants, webhooks."

    def handle(self, *args: Any, **options: Any) -> None:
        trouble = ask()
        found = {line.name: line for line in lines()} | ({trouble.name: trouble} if trouble else {})
        for line in found.values():
            self.stdout.write(f"{'ok' if line.complete else '--'}  {line.name}: {line.sentence}")
            if line.next_step:
                self.stdout.write(f"    {line.next_step}")
        self.stdout.write(json.dumps({name: line.complete for name, line in found.items()}))
        if not all(found[name].complete for name in CONNECTION):
            raise SystemExit(1)
