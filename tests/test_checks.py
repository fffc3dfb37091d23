"""A wrong deployment refuses to start, and says what to change."""

import subprocess
import sys
from pathlib import Path

import pytest

from thanxportal.thanx_address import environment_of

REAL = {"THANX_CLIENT_ID": "partner", "THANX_ACCESS_TOKEN": "secret"}


def start(tmp_path: Path, entrance: str, **environment: str) -> subprocess.CompletedProcess[str]:
    commands = {
        "web": ["-c", "import thanxportal.wsgi"],
        "command": ["manage.py", "check"],
        "shell": ["manage.py", "shell", "-c", "pass"],
        "script": [
            "-c",
            "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'thanxportal.settings'; django.setup()",
        ],
        "worker": ["-m", "celery", "-A", "thanxportal", "worker", "-P", "threads"],
        "beat": ["-m", "celery", "-A", "thanxportal", "beat", "--pidfile="],
    }
    return subprocess.run(
        [sys.executable, *commands[entrance]],
        env={"VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", **environment},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("entrance", ["web", "command", "shell", "script", "worker", "beat"])
def test_no_process_starts_with_an_address_that_is_not_thanx(tmp_path: Path, entrance: str) -> None:
    started = start(tmp_path, entrance, THANX_BASE_URL="https://api.thanx.com.example.com", **REAL)
    assert started.returncode != 0
    assert "thanxportal.E001" in started.stderr + started.stdout
    assert "secret" not in started.stderr + started.stdout


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"THANX_BASE_URL": "http://api.thanx.com", **REAL}, "E001"),
        ({"THANX_BASE_URL": "https://api.thanx.com"}, "E003"),
    ],
)
def test_a_worker_refuses_plain_http_and_missing_credentials(
    tmp_path: Path, environment: dict[str, str], code: str
) -> None:
    started = start(tmp_path, "worker", **environment)
    assert started.returncode != 0
    assert f"thanxportal.{code}" in started.stderr + started.stdout


def test_the_sandbox_is_allowed(tmp_path: Path) -> None:
    assert start(tmp_path, "web", THANX_BASE_URL="https://api.thanxsandbox.com", **REAL).returncode == 0


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("https://api.thanx.com", "live"),
        ("https://api.thanxsandbox.com", "sandbox"),
        ("http://127.0.0.1:8900", "simulation"),
        ("http://localhost", "simulation"),
        ("http://[::1]:8900", "simulation"),
        ("http://api.thanx.com", "unknown"),
        ("https://api.thanx.com:444", "unknown"),
        ("https://api.thanx.com@example.com", "unknown"),
        ("https://api.thanx.com.example.com", "unknown"),
        ("https://user:word@api.thanx.com", "unknown"),
        ("https://example.com/https://api.thanx.com", "unknown"),
        ("http://127.0.0.1:8900@example.com", "unknown"),
        ("http://127.0.0.1.example.com", "unknown"),
        ("http://localhost\\@example.com", "unknown"),
        ("http://localhost#@example.com", "unknown"),
        ("http://127.0.0.1:8900\n", "unknown"),
        ("ftp://127.0.0.1", "unknown"),
        ("https://10.0.0.1", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_thanx_and_this_machine_are_known(address: str, environment: str) -> None:
    assert environment_of(address) == environment
