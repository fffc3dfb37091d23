"""A wrong deployment refuses to start, and says what to change."""

import subprocess
import sys
from pathlib import Path

import pytest

REAL = {"THANX_CLIENT_ID": "partner", "THANX_ACCESS_TOKEN": "secret"}


def start(tmp_path: Path, entrance: str, **environment: str) -> subprocess.CompletedProcess[str]:
    commands = {"web": ["-c", "import thanxportal.wsgi"], "command": ["manage.py", "check"]}
    return subprocess.run(
        [sys.executable, *commands[entrance]],
        env={"VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", **environment},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("entrance", "environment", "code"),
    [
        ("web", {"THANX_BASE_URL": "https://api.thanx.com.example.com", **REAL}, "E001"),
        ("command", {"THANX_BASE_URL": "http://api.thanx.com", **REAL}, "E002"),
        ("command", {"THANX_BASE_URL": "https://api.thanx.com"}, "E003"),
    ],
)
def test_a_wrong_partner_is_refused_at_start(
    tmp_path: Path, entrance: str, environment: dict[str, str], code: str
) -> None:
    started = start(tmp_path, entrance, **environment)
    assert started.returncode != 0
    assert f"thanxportal.{code}" in started.stderr
    assert "secret" not in started.stderr


def test_the_sandbox_is_allowed(tmp_path: Path) -> None:
    assert start(tmp_path, "web", THANX_BASE_URL="https://api.thanxsandbox.com", **REAL).returncode == 0
