"""Which export a file is, and where its columns stand: by the names in its first line, whatever their case. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "rewards": ("reward_id", "reward_uid", "user_id", "state"),
    "purchases": ("purchase_id", "user_id", "purchased_at", "authorization_amount"),
    "memberships": ("user_id", "email"),
}
AGAIN = "Ask Thanx to export it again."


class ExportRefused(Exception):
    """No row of the file can be read, or none from some line on; `args[0]` is the sentence for people."""


def kind_of(header: Sequence[str], file_name: str) -> str:
    """What the file is an export of. Raises ExportRefused."""
    names = plain_names(header)
    fitting = [kind for kind, required in REQUIRED.items() if not {*required} - {*names}]
    named = [kind for kind in REQUIRED if kind in file_name.lower()]
    kinds = [kind for kind in fitting if kind in named] or fitting
    if not kinds:
        raise ExportRefused(_why_none(names, file_name, named))
    twice = [name for name in REQUIRED[kinds[0]] if names.count(name) > 1]
    if twice:
        raise ExportRefused(f"“{file_name}” has two columns “{twice[0]}” in its first line. {AGAIN}")
    return kinds[0]


def plain_names(header: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in header]


def positions(header: Sequence[str]) -> Mapping[str, int]:
    """Where each column stands; one that isn't there is found behind the last, where a row is empty."""
    names = plain_names(header)
    return defaultdict(lambda: -1, zip(reversed(names), reversed(range(len(names))), strict=True))


def _why_none(names: Sequence[str], file_name: str, named: Sequence[str]) -> str:
    """Says what is missing for what the file is called, else for what it is closest to."""
    missing = {kind: [name for name in required if name not in names] for kind, required in REQUIRED.items()}
    kind = next(iter(named), min(missing, key=lambda each: len(missing[each]) / len(REQUIRED[each])))
    if len(missing[kind]) == len(REQUIRED[kind]):
        return (
            f"“{file_name}” isn’t an export of Thanx, as its first line names none of their columns. "
            "Bring rewards.csv, purchases.csv, or memberships.csv as Thanx wrote them."
        )
    columns = ", ".join(f"“{name}”" for name in missing[kind])
    plural = "s" if len(missing[kind]) > 1 else ""
    return f"“{file_name}” lacks the column{plural} {columns} of {kind}. Ask Thanx to export it again with all columns."
