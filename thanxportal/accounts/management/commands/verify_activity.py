"""Check that nobody rewrote the log of a merchant, from a terminal or a script."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from thanxportal.accounts.activity_chain import broken_links
from thanxportal.accounts.models import Activity


class Command(BaseCommand):
    help = "Checks the seals of all activity logs; prints the first broken link of each, then one JSON object."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(broken_links())
        for link in broken:
            self.stdout.write(f"{link.merchant}: line {link.line or 'at the end'}: {link.why}.")
        self.stdout.write(json.dumps({"lines": Activity.objects.count(), "broken": len(broken)}))
        if broken:
            raise SystemExit(1)
