"""The report of a list, to be downloaded: every row of its file with what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from heapq import merge
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from issuance.guests.csv_lines import CHUNK, csv_lines, in_row_order
from issuance.guests.grid import GuestReader
from issuance.guests.sight import Sight
from issuance.models import Guest, GuestList, RowError
from issuance.models.cells import SEPARATOR

Line = tuple[int, tuple[Any, ...]]  # its place among the rows, what is written


def report(guest_list: GuestList, sight: Sight) -> Iterator[str]:
    """Every row of the file with its outcome, in the order of the file, as pieces of CSV.

    In full, the columns of the file follow; masked they are left out, as names and addresses could stand in them.
    """
    reader = GuestReader(guest_list, sight)
    columns = reader.columns if sight.whole else []
    lines = merge(_guest_lines(reader, columns), _error_lines(reader, columns), key=itemgetter(0))
    return csv_lines((*report_header(guest_list), *columns), (line for _, line in lines))


def report_header(guest_list: GuestList) -> tuple[str, ...]:
    """The names of the report's own columns; that of the times names their zone."""
    time = f"time ({guest_list.merchant.time_zone})"
    return ("row", "identifier", "type", "arm", "outcome", "reason", time, "job", "reward id")


def _guest_lines(reader: GuestReader, columns: list[str]) -> Iterator[Line]:
    """Read as plain values: a model instance per guest would take twice as long."""
    jobs = _jobs(reader.list)
    names = {pk: variant.name for pk, variant in reader.variants.items()}
    why = cache(reader.why)
    own = ("row", "of_row", "value", "type", "variant_id", "outcome", "reason", "job_id", "reward_id")
    guests = Guest.objects.of_list(reader.list).values_list(*own, "cells" if columns else "row")
    last = 0
    while chunk := list(guests.filter(row__gt=last)[:CHUNK]):
        for row, of_row, value, kind, variant, outcome, reason, job, reward, cells in chunk:
            number, ended = jobs.get(job, ("", ""))
            line = (of_row or row, reader.sight.show(value), kind, names.get(variant, ""), reader.labels[outcome],
                    why(outcome, reason, job), ended, number, reward)  # fmt: skip
            yield row, (*line, *_padded(cells.split(SEPARATOR), columns)) if columns else line
        last = chunk[-1][0]


def _error_lines(reader: GuestReader, columns: list[str]) -> Iterator[Line]:
    for error in in_row_order(RowError.objects.of_list(reader.list)):
        line = reader.bad(error)
        cells = _padded([str(cell) for cell in error.cells], columns) if columns else []
        yield line.row, (line.in_file, line.shown, "", "", line.label, line.reason, "", "", "", *cells)


def _jobs(guest_list: GuestList) -> dict[int | None, tuple[Any, str]]:
    """(number, when it ended in the merchant's zone) of each job."""
    zone = ZoneInfo(guest_list.merchant.time_zone)
    jobs = guest_list.jobs.values_list("pk", "number", "ended_at")
    return {pk: (number, f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else "") for pk, number, at in jobs}


def _padded(cells: list[str], columns: list[str]) -> list[str]:
    return cells + [""] * (len(columns) - len(cells))
