"""What the portal would make of a guest list, in a terminal, with nothing stored: for support."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from issuance.guests.reasons import reason_in_words
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.identifiers import identity
from issuance.parsing.row_result import RowResult
from issuance.parsing.unreadable_file import UnreadableFile

SHOWN = 20  # bad rows


class Command(BaseCommand):
    help = "Reads FILE as an upload would be read and says what became of its rows, by number, without naming guests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--country", default="US", help="read into phone numbers without one (default: US)")
        parser.add_argument(
            "--prefer", choices=("email", "phone"), default="email", help="of two in a row (default: email)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        counts: Counter[str] = Counter()
        try:
            with open_guest_file(
                path,
                country=options["country"],
                prefer=options["prefer"],
                max_rows=settings.MAX_LIST_ROWS,
                max_bytes=settings.MAX_LIST_BYTES,
            ) as file:
                self._describe(file)
                self._read(file, counts)
        except UnreadableFile as refusal:
            raise CommandError(refusal.sentence) from refusal
        finally:
            self.stdout.write(json.dumps({"rows": sum(counts.values()), **counts}))

    def _describe(self, file: Any) -> None:
        opened = file.opened
        names = opened.columns.names
        columns = (opened.columns.email, opened.columns.phone)
        own_names = [names[at] for at in columns if at is not None and at < len(names)]
        self.stdout.write(f"{opened.kind}, {opened.encoding}; guests in {', '.join(own_names) or 'the text'}")
        for doubt in opened.columns.doubts:
            self.stdout.write(f"Would ask: {doubt}")
        if opened.columns.sure:
            self.stdout.write("Sure.")
        else:
            self.stdout.write("The portal would ask which columns hold the guests. What follows is its guess.")
        for warning in file.warnings:
            self.stdout.write(f"Note: {warning}")

    def _read(self, file: Any, counts: Counter[str]) -> None:
        seen: set[str] = set()
        for result in file.results():
            outcome = _outcome(result, seen)
            counts[outcome] += 1
            if outcome == "invalid" and counts["invalid"] <= SHOWN:
                self.stdout.write(f"Row {result.row}, {result.column}: {reason_in_words(result.code)}")


def _outcome(result: RowResult, seen: set[str]) -> str:
    if result.code:
        return "invalid"
    person = identity(result.value)
    if person in seen:
        return "duplicate"
    seen.add(person)
    return "ready"
