"""Check every sum of the engine against the rows it counts, from a terminal or a script."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from issuance.reconcile import reconcile


class Command(BaseCommand):
    help = "Checks that every number adds up; prints each difference, then one JSON object. Fails on any difference."

    def handle(self, *args: Any, **options: Any) -> None:
        report = reconcile()
        for sentence in report.differences:
            self.stdout.write(sentence)
        closing = {"lists": report.lists, "jobs": report.jobs, "differences": len(report.differences)}
        self.stdout.write(json.dumps(closing))
        if report.differences:
            raise SystemExit(1)
