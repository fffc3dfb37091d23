"""Nobody else on the machine reads what the portal keeps, whatever the umask."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WRITES = """
from django.conf import settings
import os
from pathlib import Path
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from issuance.engine.sent_mark import raise_mark
from thanxportal.celery import app

connection.cursor().execute("CREATE TABLE example (id integer)")
default_storage.save("lists/2026/example.csv", ContentFile(b"example"))
raise_mark(Path(settings.SENT_MARKS) / "1", 7)
app.send_task("issuance.tasks.sweep")
upload = TemporaryUploadedFile("guests.csv", "text/csv", 0, None)
os._exit(0)  # As a process ends that is killed while a file comes.
"""


def portal(var: Path, *arguments: str) -> None:
    environment = {"VAR_DIR": str(var), "PATH": os.environ["PATH"]}
    subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, check=True, umask=0, capture_output=True
    )


def open_to_others(folder: Path) -> list[str]:
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.slow
def test_every_file_is_for_the_portal_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    portal(var, "shell", "-c", WRITES)
    portal(var, "collectstatic", "--noinput")
    names = {path.relative_to(var).parts[0] for path in var.rglob("*") if path.is_file()}
    assert {"portal.sqlite3", "uploads", "sent", "broker", "static", "secret_key"} <= names
    assert len(list(var.glob("uploads/arriving/*"))) == 1
    assert open_to_others(var) == []


def test_what_was_left_open_is_closed_at_the_next_start(tmp_path: Path) -> None:
    for name in ("portal.sqlite3", "log/web.log", "uploads/list.csv", "sent/1"):
        path = tmp_path / "var" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o777)
        path.touch(mode=0o666)
        path.chmod(0o666)
        path.parent.chmod(0o777)
    portal(tmp_path / "var", "check")
    open_ones = {Path(path).name for path in open_to_others(tmp_path / "var")}
    assert open_ones <= {"list.csv", "1", "log"}  # In a folder that nobody else enters.
