"""`.env` is completed without a question too many, and nothing in it is ever changed or shown to others."""

from __future__ import annotations

import stat
from pathlib import Path

import environ
import pytest

from thanxportal import env_file

LIVE = {"THANX_BASE_URL": "https://api.thanx.com", "PORTAL_URL": "https://portal.example.com/"}


def completed(folder: Path, **environment: str) -> dict[str, str]:
    """What stands in the file after that."""
    env_file.complete(folder / ".env", environment, ask=False)
    lines = (line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if "=" in line)
    return {name: value.strip("'") for name, value in lines}


def test_a_new_file_has_what_was_given_and_what_follows_from_it(tmp_path: Path) -> None:
    read = completed(tmp_path, **LIVE)
    assert (read["ALLOWED_HOSTS"], read["BEHIND_PROXY"]) == ("portal.example.com", "True")
    assert read["CSRF_TRUSTED_ORIGINS"] == "https://portal.example.com"
    assert min(len(read[name]) for name in ("SECRET_KEY", "IDENTITY_KEY")) >= 50
    assert read["SECRET_KEY"] != read["IDENTITY_KEY"]
    assert "THANX_WEBHOOK_SECRET" not in read  # Only Thanx knows it.
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_what_is_there_stays_to_the_letter(tmp_path: Path) -> None:
    mine = "# mine\nTHANX_BASE_URL='https://api.thanx.com'\nIDENTITY_KEY=old\nPORTAL_URL=https://a.example.com"
    (tmp_path / ".env").write_text(mine)
    read = completed(tmp_path, THANX_BASE_URL="http://127.0.0.1:8900", IDENTITY_KEY="new")
    text = (tmp_path / ".env").read_text()
    assert text.startswith(mine + "\n")
    assert (text.count("IDENTITY_KEY"), text.count("THANX_BASE_URL")) == (1, 1)
    assert read["ALLOWED_HOSTS"] == "a.example.com"
    assert completed(tmp_path) == read


def test_guests_stay_known_under_the_key_that_hashed_them(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").write_text("k" * 60)
    assert completed(tmp_path)["IDENTITY_KEY"] == "k" * 60
    (tmp_path / ".env").write_text("SECRET_KEY=" + "s" * 60)
    assert completed(tmp_path)["IDENTITY_KEY"] == "s" * 60


KEY = "s" * 60


@pytest.mark.parametrize(
    ("text", "environment", "key"),
    [
        ("SECRET_KEY=\n", {"SECRET_KEY": KEY}, KEY),
        ("SECRET_KEY=of-the-file\n", {"SECRET_KEY": KEY}, KEY),
        (f'SECRET_KEY="{KEY}\\"z"\n', {}, f'{KEY}"z'),
        (f'SECRET_KEY={KEY}"\n', {}, f'{KEY}"'),
        (f"SECRET_KEY=\"'{KEY}'\"\n", {}, None),
        (f"SECRET_KEY={KEY}'\n", {}, None),
    ],
)
def test_guests_stay_known_however_their_key_was_given(
    text: str, environment: dict[str, str], key: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that can't be written is refused: another one would reward everybody again."""
    (tmp_path / ".env").write_text(text)
    if key is None:
        with pytest.raises(SystemExit, match="IDENTITY_KEY has a quote"):
            env_file.complete(tmp_path / ".env", environment, ask=False)
        return
    env_file.complete(tmp_path / ".env", environment, ask=False)
    monkeypatch.setattr(environ.Env, "ENVIRON", {**environment})
    environ.Env.read_env(tmp_path / ".env")
    assert (environ.Env.ENVIRON["IDENTITY_KEY"], environ.Env.ENVIRON["SECRET_KEY"]) == (key, key)


def test_a_name_that_stands_empty_gets_its_value(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("THANX_CLIENT_ID=\nMETRICS_TOKEN=\n")
    read = completed(tmp_path, THANX_CLIENT_ID="partner")
    assert (read["THANX_CLIENT_ID"], len(read["METRICS_TOKEN"])) == ("partner", 40)
    assert completed(tmp_path, THANX_CLIENT_ID="another") == read


def test_people_are_asked_for_what_is_missing_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or "")
    monkeypatch.setattr(env_file, "getpass", lambda prompt: asked.append(prompt) or " word ")
    (tmp_path / ".env").write_text("PORTAL_URL=https://a.example.com\n")
    env_file.complete(tmp_path / ".env", {"THANX_CLIENT_ID": "partner"}, ask=True)
    assert len(asked) == len(env_file.ASKED) - 2
    assert "THANX_ACCESS_TOKEN=word\n" in (tmp_path / ".env").read_text()
    assert capsys.readouterr().out == "THANX_CLIENT_ID is taken from the environment.\n"


def test_django_reads_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.complete(tmp_path / ".env", {"EMAIL_URL": "smtp://me:a#b $c@mail.example.com"}, ask=False)
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    environ.Env.read_env(tmp_path / ".env")
    assert environ.Env.ENVIRON["EMAIL_URL"] == "smtp://me:a#b $c@mail.example.com"


def test_a_read_only_folder_is_fine_where_the_environment_has_all(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / ".env"
    with pytest.raises(SystemExit, match="IDENTITY_KEY"):
        env_file.complete(nowhere, LIVE, ask=False)
    every = LIVE | dict.fromkeys(env_file.MADE, "x")
    assert "IDENTITY_KEY" in env_file.complete(nowhere, every, ask=False)


def test_what_the_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="DEFAULT_FROM_EMAIL has a quote"):
        env_file.complete(tmp_path / ".env", {"DEFAULT_FROM_EMAIL": "O'Neil <o@example.com>"}, ask=False)


def test_what_would_be_read_as_the_name_of_another_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"THANX_ACCESS_TOKEN begins with \$"):
        env_file.complete(tmp_path / ".env", {"THANX_ACCESS_TOKEN": "$word"}, ask=False)
