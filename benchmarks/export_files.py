"""Made-up exports as large as asked: members of whom some are guests of a list, and what all of them bought."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

MATCHED = 0.8  # of the guests, by email
START = datetime(2026, 7, 1, tzinfo=UTC)
DAYS = 60  # half of them before the list was issued
MEMBERSHIPS = "user_id,user_uid,merchant_id,email,phone,first_name,last_name,is_user_joined,user_joined_at"
PURCHASES = (
    "purchase_id,purchase_uid,merchant_id,user_id,location_id,authorization_amount,settlement_amount,channel,"
    "purchased_at"
)


def write_guests(path: Path, guests: int) -> Path:
    return _written(path, "email", (f"guest{number}@example.com" for number in range(guests)))


def write_memberships(path: Path, members: int, guests: int) -> Path:
    def email(number: int) -> str:
        return f"{'Guest' if number < guests * MATCHED else 'stranger'}{number}@example.com"

    rows = (
        f"{number},u{number:08x},merchant1,{email(number)},,First,Last,true,2026-01-02 10:00:00"
        for number in range(members)
    )
    return _written(path, MEMBERSHIPS, rows)


def write_purchases(path: Path, rows: range, members: int, *, seed: int = 7) -> Path:
    """Each with the same chance by any member; the ids are those of the range."""
    dice = random.Random(seed)
    moments = [f"{START + timedelta(minutes=dice.randrange(DAYS * 1_440)):%Y-%m-%d %H:%M:%S}" for _ in range(10_000)]
    channels = ("instore", "digital")

    def row(number: int) -> str:
        cents = dice.randrange(300, 4_000)
        amount = f"{cents // 100}.{cents % 100:02}"
        user, place = dice.randrange(members), number % 40
        tail = f"{amount},{amount if number % 3 else ''},{channels[number % 2]},{moments[number % 10_000]}"
        return f"{number},p{number:08x},merchant1,{user},l{place},{tail}"

    return _written(path, PURCHASES, map(row, rows))


def _written(path: Path, header: str, rows: Iterator[str]) -> Path:
    with path.open("w") as file:
        file.write(f"{header}\n")
        file.writelines(f"{row}\n" for row in rows)
    return path
