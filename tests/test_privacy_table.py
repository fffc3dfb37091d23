"""Whoever adds a column says in docs/privacy.md whose data it holds, and how long."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

MAY_HOLD_PERSONS = (
    models.CharField, models.TextField, models.BinaryField, models.JSONField, models.FileField,
    models.GenericIPAddressField,
)  # fmt: skip
LINE = re.compile(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| (\w+) \| (.+) \|$", re.MULTILINE)
TEXT = Path(settings.BASE_DIR, "docs", "privacy.md").read_text("utf-8")


def columns_of_tables() -> set[str]:
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, MAY_HOLD_PERSONS)
    }


def declared() -> dict[str, tuple[str, str]]:
    lines = LINE.findall(TEXT)
    names = Counter(f"{table}.{name}" for table, columns, *_ in lines for name in re.findall(r"\w+", columns))
    assert not [name for name, times in names.items() if times > 1], "Each column has one line."
    return {
        f"{table}.{name}": (whose, why) for table, columns, whose, why in lines for name in re.findall(r"\w+", columns)
    }


def test_every_column_that_may_hold_a_person_is_declared_and_no_other() -> None:
    assert columns_of_tables() ^ declared().keys() == set()


def test_every_line_of_the_table_is_read() -> None:
    assert len(LINE.findall(TEXT)) == len(re.findall(r"^\| `", TEXT, re.MULTILINE))


def test_every_declaration_says_whose_data_it_is_and_those_of_guests_how_they_end() -> None:
    for column, (whose, why) in declared().items():
        assert whose in ("nobody", "guest", "account"), column
        ends = r"emptied|deleted|hash|goes? with|until|looks there"
        assert whose != "guest" or re.search(ends, why), f"{column} says no end: {why}"


def test_the_periods_are_named_as_the_settings_are() -> None:
    for name in ("UPLOAD_RETENTION_HOURS", "RETENTION_DAYS"):
        assert name in TEXT
        assert isinstance(getattr(settings, name), int)
    assert f"{settings.UPLOAD_RETENTION_HOURS} hours" in TEXT
    assert f"{settings.RETENTION_DAYS} days" in TEXT
