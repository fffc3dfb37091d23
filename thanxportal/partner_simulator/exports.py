"""The daily exports of a merchant, as Thanx writes them, with an effect that is known because it was chosen."""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from thanxportal.partner_simulator.identity import opaque_id

MEMBERSHIPS = ("user_id", "user_uid", "merchant_id", "email", "phone", "is_user_joined", "user_joined_at")
PURCHASES = (
    "purchase_id", "merchant_id", "user_id", "location_id", "authorization_amount", "settlement_amount", "channel",
    "purchased_at",
)  # fmt: skip
REWARDS = ("reward_id", "reward_uid", "merchant_id", "user_id", "state", "activated_at", "used_at", "discount")
USED = 0.3  # share of the rewards
_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Person:
    """A member; `reward_uid` is empty for who got none; `extra` is how many more visits a reward brings, on average."""

    email: str
    reward_uid: str = ""
    extra: float = 0.0


class ExportWriter:
    """Makes up what people bought as long before `issued` as since, always the same for the same seed."""

    def __init__(self, merchant_id: str, places: Sequence[str], issued: datetime, days: int, seed: int = 7) -> None:
        self._merchant_id, self._places = merchant_id, places
        self._issued, self._days = issued, timedelta(days=days)
        self._dice = random.Random(seed)  # noqa: S311 - made-up purchases need no secrecy

    def write(self, folder: Path, people: Sequence[Person]) -> list[Path]:
        """Writes memberships.csv, purchases.csv and rewards.csv; returns where."""
        numbered = [*enumerate(people, 1)]
        return [
            _written(folder / "memberships.csv", MEMBERSHIPS, (self._member(*each) for each in numbered)),
            _written(folder / "purchases.csv", PURCHASES, (row for each in numbered for row in self._purchases(*each))),
            _written(folder / "rewards.csv", REWARDS, (self._reward(*each) for each in numbered if each[1].reward_uid)),
        ]

    def _member(self, number: int, person: Person) -> Sequence[Any]:
        joined, uid = (self._issued - 3 * self._days).strftime(_TIME), opaque_id("user", person.email)
        return number, uid, self._merchant_id, person.email, "", "true", joined

    def _purchases(self, number: int, person: Person) -> Iterator[Sequence[Any]]:
        """Who comes often came often before."""
        habit = self._dice.random() * 0.5
        for start, extra in ((self._issued - self._days, 0.0), (self._issued, person.extra)):
            for chance in (habit, habit / 2, extra):
                if self._dice.random() < chance:
                    yield self._purchase(number, start + self._days * self._dice.random())

    def _purchase(self, number: int, at: datetime) -> Sequence[Any]:
        amount = f"{self._dice.randrange(500, 4_000) / 100:.2f}"
        key = opaque_id("purchase", self._merchant_id, number, at)
        place, channel = self._dice.choice(self._places), self._dice.choice(("instore", "digital"))
        return key, self._merchant_id, number, place, amount, amount, channel, at.strftime(_TIME)

    def _reward(self, number: int, person: Person) -> Sequence[Any]:
        state, used, discount = "active", "", ""
        if self._dice.random() < USED:
            state, discount = "used", "4.00"
            used = (self._issued + self._days * self._dice.random()).strftime(_TIME)
        key, activated = opaque_id("export", person.reward_uid), self._issued.strftime(_TIME)
        return key, person.reward_uid, self._merchant_id, number, state, activated, used, discount


def _written(path: Path, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
