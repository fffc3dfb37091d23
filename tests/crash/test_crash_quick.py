"""The crash harness at a size for every build, on the engine of DATABASE_URL; `make crash` is the whole of it."""

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.crash
def test_whatever_dies_nobody_is_rewarded_twice_and_nothing_is_lost_or_stuck() -> None:
    size = "full" if os.environ.get("CRASH_SIZE") == "full" else "ci"
    command = [sys.executable, "-m", "tests.crash", f"--{size}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stdout.strip(), run.stderr
    counted = json.loads(run.stdout.strip().splitlines()[-1])
    wrong = {name: counted.get(name) for name in ("issued_twice", "lost", "stuck", "fences")}
    assert wrong == {"issued_twice": 0, "lost": 0, "stuck": 0, "fences": 0}, run.stderr
    assert counted["mutants_caught"] == counted["mutants"] >= 6, run.stderr
    assert counted["kills"] > counted["runs"] / 2, "Hardly anybody was killed: the points are no longer reached."
    assert run.returncode == 0, run.stderr
