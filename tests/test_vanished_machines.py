"""A machine that vanishes in the middle of a transaction keeps nobody waiting for long: `make hosts-check` plays it."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

SETTINGS = Path(__file__).parent.parent / "thanxportal" / "settings.py"


def options(tmp_path: Path, url: str) -> dict[str, Any]:
    with patch.dict(os.environ, {"VAR_DIR": str(tmp_path), "DATABASE_URL": url}, clear=True):
        found: dict[str, Any] = runpy.run_path(str(SETTINGS))["DATABASES"]["default"]["OPTIONS"]
    return found


def test_both_sides_of_a_connection_look_whether_the_other_is_there(tmp_path: Path) -> None:
    found = options(tmp_path, "postgres://portal@127.0.0.1/portal")
    assert found["keepalives_idle"] + found["keepalives_interval"] * found["keepalives_count"] <= 30
    assert found["tcp_user_timeout"] == 30_000
    assert "-c tcp_keepalives_idle=15" in found["options"]


def test_the_address_of_the_database_may_say_otherwise(tmp_path: Path) -> None:
    assert options(tmp_path, "postgres://portal@127.0.0.1/portal?options=-c%20jit%3Doff")["options"] == "-c jit=off"


@pytest.mark.django_db
def test_the_server_takes_these_options() -> None:
    if connection.vendor != "postgresql":
        assert "options" not in connection.settings_dict["OPTIONS"]
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'tcp_keepalives_count' AND source = 'client'")
        assert cursor.fetchall()
