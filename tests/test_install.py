"""Who follows `docs/install.md` to the letter gets from nothing to an issued reward."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from thanxportal.demo.__main__ import free_port, listens

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "install.md"
BLOCK = re.compile(r"(<!-- not played -->\n)?```sh\n(.*?)```", re.DOTALL)
ADDRESS = os.environ.get("DATABASE_URL", "")


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a new, empty database."""
    if not ADDRESS.startswith("postgres") or not listens(6379):
        pytest.skip("It takes PostgreSQL in DATABASE_URL, and Redis.")
    name = f"install_{uuid4().hex[:8]}"
    with psycopg.connect(ADDRESS, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield f"{ADDRESS.rpartition('/')[0]}/{name}"
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program as `git clone` brings it, with the packages that are installed here."""
    files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(files, cwd=ROOT, text=True).split("\0"):
        if name and not name.startswith(("docs/screens", "tests")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # It was deleted, but not committed yet.
                shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def played(database: str) -> str:
    """The blocks of the page, with ports and a database that are free here."""
    script = "\n".join(block for skipped, block in BLOCK.findall(PAGE.read_text()) if not skipped)
    simulator = free_port(18_900)
    instead = {
        "postgres://portal:a-password@127.0.0.1:5432/rehearsal": database,
        "redis://127.0.0.1:6379/0": "redis://127.0.0.1:6379/9",
        "8900": str(simulator),
        "8000": str(free_port(simulator + 1)),
    }
    for written, here in instead.items():
        assert written in script
        script = script.replace(written, here)
    return f"export THANX_BASE_URL=http://127.0.0.1:{simulator}\ntrap 'kill $(jobs -p)' EXIT\n{script}\ntrap - EXIT"


@pytest.mark.slow
def test_the_page_leads_from_nothing_to_an_issued_reward(folder: Path, database: str) -> None:
    ours = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", played(database)],
        cwd=folder, env=ours, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    checks = re.search(r'{"ready": true, "checks": {(.*?)}}', said)
    assert checks, said
    assert {*re.findall(r': "(\w+)"', checks[1])} == {"ok"}, said
    assert '"rewarded": 1' in said
    assert re.search(r"you@example.com chooses a password within three days at:\n  http\S+/password/reset/key/", said)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_every_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"`?\b((?:docs|tests)/[\w./@*-]+\.\w+)", PAGE.read_text())
    assert named
    assert [name for name in named if not [*ROOT.glob(name)]] == []


def test_units_start_what_the_procfile_starts() -> None:
    units = "".join(path.read_text() for path in sorted((ROOT / "docs" / "deploy").glob("*.service")))
    for line in (ROOT / "Procfile").read_text().splitlines()[1:]:
        command = line.partition(": ")[2].partition(" --bind")[0]
        command = re.sub("reading|sending|house", "%i", command).replace("%h", "%%h")
        for word in command.split():
            assert word in units, f"{word} of {line}"


def test_containers_start_what_the_procfile_starts() -> None:
    services = (ROOT / "compose.yaml").read_text() + (ROOT / "Dockerfile").read_text()
    for line in (ROOT / "Procfile").read_text().splitlines()[1:]:
        for word in line.partition(": ")[2].partition(" --bind")[0].split():
            assert word in services, f"{word} of {line}"
