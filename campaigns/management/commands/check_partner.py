"""Says what the connection to Thanx still lacks, and the next step of each."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from campaigns.partner_check import look_at_connection


class Command(BaseCommand):
    help = "Looks at credential, scopes, merchants and webhooks. The exit code is not 0 when something is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = look_at_connection()
        for finding in findings:
            self.stdout.write(f"{'ok' if finding.complete else '--'}  {finding.name}: {finding.sentence}")
            if finding.next_step:
                self.stdout.write(f"    {finding.next_step}")
        self.stdout.write(json.dumps({finding.name: finding.complete for finding in findings}))
        if not all(finding.complete for finding in findings):
            raise SystemExit(1)
