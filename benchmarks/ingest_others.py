"""What people would use instead: django-import-export, and a form and a save for each row. Same model, same rules."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.db import transaction

from benchmarks.guest_files import HEADER
from benchmarks.ingest_reference import EMAIL, PHONE, email_of, phone_of
from campaigns.allocation import arm_chooser
from issuance.importing.batches import guest_hasher
from issuance.models import Guest
from issuance.parsing.identifiers import identity

try:
    import tablib
    from import_export import resources
except ImportError:
    tablib = None


def contenders() -> dict[str, Callable[[Any, Path], float]]:
    """Name -> what reads a file into a list and returns its seconds."""
    found = {"form": seconds_of_forms}
    if tablib is None:
        print("django-import-export isn't installed, so nothing is compared with it: pip install django-import-export")
        return found
    return found | {
        "import-export": lambda guest_list, path: _import(guest_list, path),
        "import-export-preview": lambda guest_list, path: _import(guest_list, path, preview=True),
        "import-export-bulk": lambda guest_list, path: _import(guest_list, path, bulk=True),
    }


class GuestMaker:
    """Makes a guest of a row of the file, by the libraries; None for a bad or repeated one."""

    def __init__(self, guest_list: Any) -> None:
        variants = list(guest_list.campaign.variants.all())
        self.guest_list, self.variants, self.seen = guest_list, variants, set[bytes]()
        self.hash = guest_hasher(guest_list)
        self.choose = arm_chooser(guest_list.campaign.salt, [variant.weight for variant in variants])

    def fields(self, number: int, row: dict[str, str]) -> dict[str, Any] | None:
        email, phone = email_of(row[EMAIL]), phone_of(row[PHONE])
        value = email or phone
        digest = self.hash(identity(value))
        if not value or digest in self.seen:
            return None
        self.seen.add(digest)
        variant = self.variants[self.choose(value)]
        outcome = "control" if variant.is_control else "waiting"
        kind, other = ("email", phone) if email else ("phone", "")
        return {
            "guest_list": self.guest_list.pk, "row": number, "type": kind, "value": value, "other": other,
            "identity": digest, "variant": variant.pk, "outcome": outcome, "cells": "\x1f".join(row.values()),
        }  # fmt: skip


class GuestForm(forms.ModelForm):
    class Meta:
        model = Guest
        fields = ("guest_list", "row", "type", "value", "other", "variant", "outcome", "cells")


def seconds_of_forms(guest_list: Any, path: Path) -> float:
    start, maker = time.perf_counter(), GuestMaker(guest_list)
    with path.open(newline="", encoding="utf-8") as file, transaction.atomic():
        for number, row in enumerate(csv.DictReader(file), 2):
            fields = maker.fields(number, row)
            if fields:
                form = GuestForm(fields)
                if not form.is_valid():
                    raise SystemExit(f"Row {number}: {form.errors}")
                form.instance.identity = fields["identity"]
                form.save()
    return time.perf_counter() - start


def _import(guest_list: Any, path: Path, *, preview: bool = False, bulk: bool = False) -> float:
    start, maker = time.perf_counter(), GuestMaker(guest_list)
    names = ("guest_list", "row", "type", "value", "other", "variant", "outcome", "cells")

    class GuestResource(resources.ModelResource):
        class Meta:
            model = Guest
            fields = names
            import_id_fields = ("row",)
            force_init_instance = bulk
            use_bulk = bulk
            batch_size = 1_000
            skip_diff = bulk
            report_skipped = not bulk

        def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
            original = {name: row[name] for name in HEADER}
            row.update(maker.fields(kwargs["row_number"] + 1, original) or {"value": ""})
            row["identity"] = (row["identity"] or b"").hex()

        def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
            return not row["value"]

        def get_queryset(self) -> Any:
            return Guest.objects.filter(guest_list=guest_list)

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.identity, instance.guest_list_id = bytes.fromhex(row["identity"]), guest_list.pk
            instance.variant_id = row["variant"]

    dataset = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    for name in (*names, "identity"):
        dataset.append_col([""] * len(dataset), header=name)
    if preview:
        GuestResource().import_data(dataset, dry_run=True)
        maker.seen.clear()
    result = GuestResource().import_data(dataset, raise_errors=True)
    if result.has_errors():
        raise SystemExit("django-import-export refused the file.")
    return time.perf_counter() - start
