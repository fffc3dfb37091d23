"""Realistic guest lists: ten columns, emails and phones in the formats that exports have, 2 % bad, 3 % repeated."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "Customer ID", "First Name", "Last Name", "Email", "Mobile Phone", "City", "State", "Zip", "Last Visit",
    "Total Spend",
)  # fmt: skip
FIRST = ("Ann", "Bob", "Cleo", "Dora", "Émile", "Fay", "Gus", "Hana", "Ivo", "José", "Kim", "Lou", "Mia", "Ned", "Zoë")
LAST = ("Archer", "Baker", "Cook", "Dyer", "Fisher", "Gardner", "Hunter", "Miller", "O'Neil", "Porter", "Smith", "Ward")
CITIES = (("Los Angeles", "CA"), ("Austin", "TX"), ("New York", "NY"), ("Portland, East", "OR"), ("Chicago", "IL"))
DOMAINS = ("example.com", "mail.example.com", "example.org", "Example.net", "cafe.example.co.uk", "bücher.example")
DOMAIN_WEIGHTS = (60, 15, 12, 10, 2.5, 0.5)
AREAS = (202, 212, 213, 310, 312, 323, 415, 503, 512, 617, 646, 702, 713, 718, 773, 818, 917, 929)
PHONES = (
    "({a}) {b}-{c}", "{a}-{b}-{c}", "{a}.{b}.{c}", "{a}{b}{c}", "+1{a}{b}{c}", "+1 {a} {b} {c}", "1-{a}-{b}-{c}",
    "1{a}{b}{c}", "{a} {b} {c}", "+1 ({a}) {b}-{c}", "({a}){b}-{c}", " {a}{b}{c}", "{a}{b}{c}.0", "+44 20 7946 0{d}",
)  # fmt: skip
PHONE_WEIGHTS = (22, 20, 8, 14, 12, 5, 5, 4, 3, 3, 1.5, 1, 1, 0.5)
BAD_EMAILS = (
    "{n}.example.com",
    "{n}@example",
    "{n}@@example.com",
    "{n} x@example.com",
    "@example.com",
    "n/a",
    "{n}@test",
)
BAD_PHONES = ("555-01{d}", "1234", "000-{b}-{c}", "{a}-{b}", "call me", "+999 12345678")


def guest_rows(count: int, seed: int = 1) -> Iterator[list[str]]:
    """`count` rows without their header; the same for the same seed."""
    dice = random.Random(seed)
    recent: list[tuple[str, str]] = []
    for number in range(count):
        luck = dice.random()
        if luck < 0.03 and recent:
            email, phone = dice.choice(recent)
            email = email.upper() if dice.random() < 0.3 else email
        elif luck < 0.05:
            email, phone = _bad(dice, number)
        else:
            email, phone = _good(dice, number)
            if number % 50 == 0:
                recent = [*recent[-199:], (email, phone)]
        city, state = dice.choice(CITIES)
        yield [
            f"C{number:07}", dice.choice(FIRST), dice.choice(LAST), email, phone, city, state,
            f"{dice.randrange(501, 99950):05}",
            f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}", f"{dice.randrange(0, 200000) / 100:.2f}",
        ]  # fmt: skip


def _good(dice: random.Random, number: int) -> tuple[str, str]:
    has_email, has_phone = dice.random() < 0.85, dice.random() < 0.70
    email = _email(dice, number) if has_email or not has_phone else ""
    return email, _phone(dice) if has_phone else ""


def _email(dice: random.Random, number: int) -> str:
    domain = dice.choices(DOMAINS, DOMAIN_WEIGHTS)[0]
    tag = "+news" if dice.random() < 0.02 else ""
    name = f"{dice.choice(FIRST[:4])}.{dice.choice(LAST[:8])}{number}{tag}"
    return f"{name if dice.random() < 0.2 else name.lower()}@{domain}"


def _phone(dice: random.Random) -> str:
    shape = dice.choices(PHONES, PHONE_WEIGHTS)[0]
    return _filled(dice, shape)


def _filled(dice: random.Random, shape: str, number: int = 0) -> str:
    return shape.format(
        a=dice.choice(AREAS), b=dice.randrange(220, 990), c=f"{dice.randrange(10_000):04}",
        d=f"{dice.randrange(100, 999)}", n=f"guest{number}",
    )  # fmt: skip


def _bad(dice: random.Random, number: int) -> tuple[str, str]:
    email = _filled(dice, dice.choice(BAD_EMAILS), number) if dice.random() < 0.7 else ""
    return email, _filled(dice, dice.choice(BAD_PHONES)) if not email or dice.random() < 0.3 else ""


def write_csv(path: Path, count: int, seed: int = 1) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(guest_rows(count, seed))
    return path
