"""Web and workers stay small: scipy is loaded by the first figure that needs it, not at the start."""

import subprocess
import sys

import pytest

LOADED = "import django; django.setup(); import {}, sys; print('scipy' in sys.modules or 'numpy' in sys.modules)"


@pytest.mark.parametrize("program", ["thanxportal.urls", "issuance.tasks, campaigns.tasks"])
def test_starting_loads_no_scipy(program: str) -> None:
    answer = subprocess.run([sys.executable, "-c", LOADED.format(program)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
