"""What reading guest lists costs, from the uploaded file to the checked list, next to what it could cost.

    python -m benchmarks.ingest [--rows N] [--rounds N] [--parts floor,lines,…]

Each measurement is a fresh worker process and takes its turn with the baseline; ratios are medians of the pairs. No
ratio is printed unless the rows in the database are those of a slow reference built on the libraries alone. Runs on
SQLite, or on PostgreSQL by DATABASE_URL, in a database of its own. Each figure is one JSON line: `ratio` of the two
(below 1: we are faster), `baseline` and `seconds`, `rows`, `peak_mb`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import django

PARTS = ("floor", "others", "growth", "first", "spreadsheet", "refusals")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default="floor,others,first,spreadsheet,refusals", help=", ".join(PARTS))
    parser.add_argument("--others", type=int, default=10_000, help="rows for the slow ways")
    parser.add_argument("--ways", default="", help="of the slow ways only those whose name holds this")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    from benchmarks.ingest_stage import campaign, own_database

    with tempfile.TemporaryDirectory() as folder, own_database(Path(folder)) as address:
        bench = Bench(Path(folder), address, campaign(), options.rounds)
        measure = {
            "floor": lambda: bench.floor(options.rows),
            "others": lambda: bench.others(min(options.rows, options.others), options.ways),
            "growth": lambda: bench.growth(options.rows),
            "first": lambda: bench.first_results(min(options.rows, 100_000)),
            "spreadsheet": lambda: bench.spreadsheet(options.rows),
            "refusals": lambda: bench.refusals(options.rows),
        }
        for part in options.parts.split(","):
            measure[part]()


class Bench:
    def __init__(self, folder: Path, address: str, made: Any, rounds: int) -> None:
        self.folder, self.address, self.made, self.rounds = folder, address, made, rounds
        self.expected: dict[Path, str] = {}

    def floor(self, rows: int) -> None:
        """A file of `rows` against the bare load of what it becomes, in turns."""
        from benchmarks.ingest_floor import keep_rows, seconds_of_floor

        path, kept = self.file(rows), self.folder / "kept"
        keep_rows(self.checked(self.read(path)[0], path), kept)
        floors, taken = [], []
        for _ in range(self.rounds):
            self.forget()
            floors.append(seconds_of_floor(kept))
            self.forget()
            guest_list, figures = self.read(path)
            self.checked(guest_list, path)
            taken.append(figures)
        report(f"read-{vendor()}", floors, taken, rows)

    def others(self, rows: int, ways: str) -> None:
        """Other ways to the same rows, in turns with ours on the same file."""
        from benchmarks.ingest_others import contenders
        from benchmarks.ingest_stage import list_of

        path = self.file(rows)
        for name, seconds_of in contenders().items():
            if ways not in name:
                continue
            theirs, ours = [], []
            for _ in range(self.rounds):
                other = list_of(self.made, path)
                theirs.append(seconds_of(other, path))
                guest_list, figures = self.read(path)
                ours.append(figures)
                count = self.checked(guest_list, path).guests.count()
                if other.guests.count() != count:
                    raise SystemExit(f"{name} stored {other.guests.count()} guests, not {count}.")
                self.forget()
            report(f"read-{vendor()}-against-{name}", theirs, ours, rows)

    def growth(self, rows: int) -> None:
        """Seconds and memory from ten thousand rows on, in steps of ten; the ratio is to the first step, per row."""
        steps = [step for step in (10_000, 100_000, 1_000_000, 5_000_000) if step <= rows]
        per_row: list[float] = []
        for step in steps:
            path, figures = self.file(step), []
            for _ in range(self.rounds if step <= 1_000_000 else 1):
                _, measured = self.read(path)
                figures.append(measured)
                self.forget()
            path.unlink()
            per_row.append(median(figure["seconds"] for figure in figures) / step)
            report(f"growth-{vendor()}", [per_row[0] * step] * len(figures), figures, step)

    def first_results(self, rows: int) -> None:
        """From the upload's end until results can be seen by others, against two seconds."""
        from benchmarks.ingest_stage import list_of

        path, figures = self.file(rows), []
        for _ in range(self.rounds):
            guest_list = list_of(self.made, path)
            seen: list[float] = []
            watcher = threading.Thread(target=watch, args=(guest_list.pk, seen))
            watcher.start()
            _, measured = self.read(path, guest_list=guest_list)
            watcher.join()
            figures.append({"seconds": seen[0], "peak_mb": measured["peak_mb"]})
            self.forget()
        report(f"first-results-{vendor()}", [2.0] * len(figures), figures, rows)

    def spreadsheet(self, rows: int) -> None:
        from benchmarks.ingest_spreadsheet import measure_spreadsheet

        for step in sorted({min(rows, 100_000), rows}):
            figures = measure_spreadsheet(self.folder, step, self.rounds if step <= 100_000 else min(self.rounds, 3))
            report("xlsx", *figures, step)

    def refusals(self, rows: int) -> None:
        """10,000 refusals of one job into a list of `rows`, against the second (fifth on SQLite) that it may take."""
        from benchmarks.ingest_refusals import measure_refusals

        path = self.file(rows)
        guest_list, _ = self.read(path)
        figures = measure_refusals(guest_list, self.rounds)
        report(f"refusals-{vendor()}", [1.0 if vendor() == "postgresql" else 0.2] * len(figures), figures, rows)
        self.forget()

    def file(self, rows: int) -> Path:
        from benchmarks.guest_files import write_csv

        path = self.folder / f"guests{rows}.csv"
        return path if path.exists() else write_csv(path, rows)

    def read(self, path: Path, *, guest_list: Any = None) -> tuple[Any, dict[str, Any]]:
        from benchmarks.ingest_stage import list_of, read_by_a_worker

        guest_list = guest_list or list_of(self.made, path)
        return guest_list, read_by_a_worker(guest_list, self.address)

    def checked(self, guest_list: Any, path: Path) -> Any:
        """The list itself, once its rows are proven to be those of the reference."""
        from benchmarks.ingest_reference import digest_of_list, reference

        if path not in self.expected:
            self.expected[path] = reference(path, self.made)
        if digest_of_list(guest_list) != self.expected[path]:
            raise SystemExit("The rows differ from those of the reference: no ratio is worth anything.")
        return guest_list

    def forget(self) -> None:
        """Leaves the tables empty and the database as small as it was, without pages of rows that are gone."""
        from django.db import connection

        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("TRUNCATE issuance_guest, issuance_rowerror")
                cursor.execute("CHECKPOINT")
            else:
                cursor.execute("DELETE FROM issuance_guest")
                cursor.execute("DELETE FROM issuance_rowerror")
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def watch(list_id: int, seen: list[float]) -> None:
    from django.db import connection

    from issuance.models import GuestList

    start = time.perf_counter()
    while not GuestList.objects.filter(pk=list_id, rows_count__gt=0).exists():
        time.sleep(0.01)
    seen.append(time.perf_counter() - start)
    connection.close()


def vendor() -> str:
    from django.db import connection

    return str(connection.vendor)


def report(name: str, baseline: list[float], figures: list[dict[str, Any]], rows: int) -> None:
    pairs = zip(figures, baseline, strict=True)
    line = {
        "name": name,
        "ratio": round(median(figure["seconds"] / floor for figure, floor in pairs), 3),
        "baseline": round(median(baseline), 3),
        "seconds": round(median(figure["seconds"] for figure in figures), 3),
        "rows": rows,
        "peak_mb": max(figure["peak_mb"] for figure in figures),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
