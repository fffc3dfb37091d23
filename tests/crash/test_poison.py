"""What kills every worker that takes it up is set aside, and what came with it goes on. Workers really die."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from issuance.models import MOST_TRIES

pytestmark = pytest.mark.slow
ENGINE = os.environ.get("DATABASE_URL", "sqlite://")


def test_a_batch_that_kills_its_workers_is_set_aside_and_the_others_go_on() -> None:
    command = [sys.executable, "-m", "tests.crash.poison", ENGINE]
    played = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert json.loads(played.stdout) == {"deaths": MOST_TRIES, "set_aside": 1, "settled": 3}, played.stderr
