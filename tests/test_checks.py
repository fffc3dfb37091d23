"""A wrong deployment refuses to start, and says what to change."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

from thanxportal import checks
from thanxportal.thanx_address import environment_of

REAL = {"THANX_CLIENT_ID": "partner", "THANX_ACCESS_TOKEN": "secret"}


ROOT = Path(__file__).parent.parent


def said_to(tmp_path: Path, **environment: str) -> str:
    """What a process with this environment would say and refuse to start, without starting one."""
    with patch.dict(os.environ, {"VAR_DIR": str(tmp_path), **environment}, clear=True):
        configured = SimpleNamespace(**runpy.run_path(str(ROOT / "thanxportal" / "settings.py")))
        with patch.object(checks, "settings", configured):
            try:
                checks.refuse_wrong_deployment()
            except ImproperlyConfigured as refusal:
                return str(refusal)
    return ""


def start(tmp_path: Path, entrance: str, **environment: str) -> subprocess.CompletedProcess[str]:
    commands = {
        "web": ["-c", "import thanxportal.wsgi"],
        "command": ["manage.py", "check"],
        "deploy": ["manage.py", "check", "--deploy"],
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
        cwd=ROOT,
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
def test_plain_http_and_missing_credentials_are_refused(tmp_path: Path, environment: dict[str, str], code: str) -> None:
    assert f"thanxportal.{code}" in said_to(tmp_path, **environment)


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


KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP"
PRODUCTION = {
    **REAL,
    "THANX_BASE_URL": "https://api.thanx.com",
    "THANX_USER_AGENT": "Example/1.0",
    "ALLOWED_HOSTS": "portal.example.com",
    "SECRET_KEY": KEY,
    "IDENTITY_KEY": KEY,
    "DATABASE_URL": "postgres://portal@127.0.0.1/portal",
    "CELERY_BROKER_URL": "redis://127.0.0.1/0",
    "EMAIL_URL": "smtp+tls://portal:word@mail.example.com:587",
    "PORTAL_URL": "https://portal.example.com",
}
WRONG = {
    "E011": {"DEBUG": "True"},
    "E012": {"HTTPS_ONLY": "False"},
    "E013": {"ALLOWED_HOSTS": "portal.example.com,*"},
    "E014": {"SECRET_KEY": KEY[:49]},
    "E015": {"IDENTITY_KEY": ""},
    "E016": {"DATABASE_URL": "sqlite:////tmp/portal.sqlite3"},
    "E017": {"CELERY_BROKER_URL": "filesystem://"},
    "E018": {"EMAIL_URL": "consolemail://"},
    "E019": {"SECOND_FACTOR": "False"},
    "E020": {"PORTAL_URL": "http://portal.example.com"},
    "E021": {"THANX_USER_AGENT": "ThanxPortal/0.1"},
    "E029": {"UPLOADS_URL": "s3://portal?endpoint=http://store.example.com"},
}
WRONG_STORES = {
    "E026": {"UPLOADS_URL": "https://store.example.com/portal", "SENT_MARKS": "s3://portal/sent"},
    "E027": {"SENT_MARKS": "s3://"},
    "E028": {"UPLOADS_URL": "s3://portal", "SENT_MARKS": "/srv/portal/sent"},
}


def refused(said: str) -> set[str]:
    assert "secret" not in said
    return set(re.findall(r"thanxportal\.(E\d+)", said))


@pytest.mark.parametrize("entrance", ["web", "command", "deploy", "worker", "beat"])
def test_no_process_starts_with_what_only_a_demo_may_do(tmp_path: Path, entrance: str) -> None:
    demo = {name: value for wrong in WRONG.values() for name, value in wrong.items()}
    started = start(tmp_path, entrance, **PRODUCTION | demo)
    assert started.returncode != 0
    assert refused(started.stderr + started.stdout) == set(WRONG)


@pytest.mark.parametrize("code", WRONG)
def test_each_fault_is_refused_by_itself(tmp_path: Path, code: str) -> None:
    said = said_to(tmp_path, **PRODUCTION | WRONG[code])
    assert refused(said) == {code}
    assert next(iter(WRONG[code])) in said  # It says what to change.


@pytest.mark.parametrize("code", WRONG_STORES)
def test_a_store_that_is_none_or_not_for_all_machines_is_refused(tmp_path: Path, code: str) -> None:
    for environment in ({}, PRODUCTION):
        assert refused(said_to(tmp_path, **environment | WRONG_STORES[code])) == {code}


def test_nothing_but_thanx_and_credentials_makes_no_production(tmp_path: Path) -> None:
    said = said_to(tmp_path, THANX_BASE_URL="https://api.thanx.com", **REAL)
    assert refused(said) == {"E014", "E015", "E016", "E017", "E018", "E020", "E021"}


@pytest.mark.parametrize("entrance", ["web", "deploy"])
def test_a_complete_deployment_starts(tmp_path: Path, entrance: str) -> None:
    started = start(tmp_path, entrance, **PRODUCTION)
    assert started.returncode == 0, started.stderr


def test_a_trial_is_for_one_machine(tmp_path: Path) -> None:
    trial = {"THANX_BASE_URL": "https://api.thanxsandbox.com", "TRIAL": "True", **REAL}
    assert said_to(tmp_path, **trial) == ""
    assert refused(said_to(tmp_path, **trial, ALLOWED_HOSTS="localhost,portal.example.com")) == {"E010"}


def test_a_trial_does_not_talk_to_strangers(tmp_path: Path) -> None:
    assert refused(said_to(tmp_path, THANX_BASE_URL="https://example.com", TRIAL="True", **REAL)) == {"E001"}


def test_an_empty_address_of_the_database_means_sqlite_as_the_example_says(tmp_path: Path) -> None:
    started = start(tmp_path, "command", DATABASE_URL="")
    assert started.returncode == 0, started.stderr
    assert said_to(tmp_path, DATABASE_URL="") == ""
