"""Simulated exports hold the effect that was chosen, and are the same each time."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from thanxportal.partner_simulator.exports import ExportWriter, Person

ISSUED = datetime(2026, 6, 1, tzinfo=UTC)
PEOPLE = [
    Person(f"guest{number}@example.com", f"r{number}" if number % 2 else "", number % 2 * 0.5)
    for number in range(2_000)
]


def written(folder: Path, seed: int = 7) -> list[Path]:
    folder.mkdir()
    return ExportWriter("m1", ["l1", "l2"], ISSUED, 30, seed).write(folder, PEOPLE)


def test_one_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    one, same, other = (
        [path.read_bytes() for path in written(tmp_path / name, seed)] for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert one == same
    assert one[1] != other[1]


def test_a_reward_brings_the_chosen_visits_after_it_was_issued_and_none_before(tmp_path: Path) -> None:
    _, purchases, _ = written(tmp_path / "a")
    visits = Counter[tuple[int, bool]]()
    for row in csv.DictReader(purchases.read_text().splitlines()):
        at = datetime.strptime(row["purchased_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        visits[(int(row["user_id"]) - 1) % 2, at >= ISSUED] += 1
    assert abs(visits[1, True] - visits[0, True] - 500) < 100
    assert abs(visits[1, False] - visits[0, False]) < 100
