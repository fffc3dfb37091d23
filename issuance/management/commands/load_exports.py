"""Load exports of Thanx, from a terminal or a script."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from issuance import tasks
from issuance.exports.columns import ExportRefused
from issuance.exports.receiving import receive_export
from issuance.models import ExportFile
from issuance.models.states import ExportState
from issuance.worker.due_work import load_due_exports
from thanxportal.accounts.models import Merchant
from thanxportal.celery import nudge


class Command(BaseCommand):
    help = "Loads rewards.csv, purchases.csv and memberships.csv of a merchant, in any order."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merchant", metavar="MERCHANT", help="its handle")
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV as Thanx exports it")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(handle=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {options['merchant']}.")
        received = [self._receive(merchant, path) for path in options["files"]]
        load_due_exports()
        nudge(tasks.compute_read_outs)
        exports = ExportFile.objects.filter(pk__in=filter(None, received)).order_by("pk")
        self.stdout.write(json.dumps({"exports": [_summary(export) for export in exports]}))
        if None in received or exports.exclude(state__in=(ExportState.LOADED, ExportState.WAITING)).exists():
            raise SystemExit(1)

    def _receive(self, merchant: Merchant, path: Path) -> int | None:
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with path.open("rb") as content:
                return receive_export(merchant=merchant, name=path.name, content=File(content)).pk
        except ExportRefused as refusal:
            self.stderr.write(str(refusal))
            return None


def _summary(export: ExportFile) -> dict[str, Any]:
    names = ("name", "kind", "state", "problem", "bad_rows")
    counts = ("rows", "kept", "new", "replaced", "bad")
    return {name: getattr(export, name) for name in names} | {name: getattr(export, f"{name}_count") for name in counts}
