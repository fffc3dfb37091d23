"""Machines are told whether pages can be served, and what else stands in the way, whatever goes wrong."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from issuance.tasks import sweep
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.celery import app
from thanxportal.health import readiness
from thanxportal.partner.models import OLD_MIRROR, Credential
from thanxportal.queues import QUEUES, tell_served

pytestmark = pytest.mark.django_db
ELSEWHERE = {"HTTP_HOST": "10.0.0.7:8000"}


def ready() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz", headers={"host": "10.0.0.7"})
    return answer.status_code, answer.json()["checks"]


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_probes_come_under_any_host(address: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.example.com"]
    assert Client().get(address, **ELSEWHERE).status_code == 200
    assert Client().get("/account/login/", **ELSEWHERE).status_code == 400


def test_plain_http_is_enough_for_probes(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz").status_code == Client().get("/readyz").status_code == 200
    assert Client().get("/account/login/").status_code == 301


def test_a_process_is_alive_without_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", raises(DatabaseError))
    assert Client().get("/healthz").content == b"ok"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "checks": {"database": "unreachable"}})


def raises(error: type[Exception]) -> Any:
    def fail(*args: Any, **named: Any) -> None:
        raise error

    return fail


def test_everything_fine_is_all_ok(world: World, harbor: Merchant) -> None:
    tell_served(QUEUES)
    sweep()
    Credential.current()
    Credential.objects.update(synced_at=timezone.now(), scopes=["rewards.issue"])
    status, checks = ready()
    assert status == 200
    assert {*checks.values()} == {"ok"}


def test_nothing_counts_as_fine_before_anything_was_asked() -> None:
    status, checks = ready()
    assert status == 200
    assert {name: code for name, code in checks.items() if code != "ok"} == {
        "worker_reading": "unseen",
        "worker_sending": "unseen",
        "beat": "unseen",
        "credential": "unasked",
        "scopes": "unasked",
        "merchants": "unread",
    }


def test_a_version_whose_migrations_are_missing_serves_no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_latest_migrations", lambda: frozenset({("issuance", "9999_new")}))
    assert ready() == (503, {"database": "ok", "migrations": "missing"})


def test_storage_and_broker_are_named_but_stop_no_page(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("no folder")
    monkeypatch.setattr(app, "connection_for_write", raises(OSError))
    status, checks = ready()
    assert (status, checks["storage"], checks["broker"]) == (200, "unwritable", "unreachable")


def test_strangers_who_ask_often_make_nobody_else_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ready()
    monkeypatch.setattr(app, "connection_for_write", raises(OSError))
    assert ready()[1]["broker"] == "ok"
    cache.clear()
    assert ready()[1]["broker"] == "unreachable"


def test_a_broker_that_accepts_and_never_answers_holds_up_one_request(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stalled:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{stalled.getsockname()[1]}/0"
        began = time.perf_counter()
        assert ready()[1]["broker"] == "unreachable"
        assert time.perf_counter() - began < 10
        stalled.close()
        assert ready()[1]["broker"] == "unreachable"


def test_who_comes_while_another_asks_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile: list[str] = []
    monkeypatch.setattr(readiness, "_broker", lambda: meanwhile.append(ready()[1]["broker"]) or "ok")
    assert ready()[1]["broker"] == "ok"
    assert meanwhile == ["unasked"]
    cache.delete("ready:broker:asked")
    monkeypatch.setattr(readiness, "_broker", lambda: meanwhile.append(ready()[1]["broker"]) or "unreachable")
    assert ready()[1]["broker"] == "unreachable"
    assert meanwhile == ["unasked", "ok"]


def test_what_thanx_refuses_is_named(world: World, harbor: Merchant) -> None:
    Credential.current()
    Credential.objects.update(refused_at=timezone.now())
    assert ready()[1]["credential"] == "refused"
    Credential.objects.update(scope_missing=True)
    checks = ready()[1]
    assert (checks["credential"], checks["scopes"]) == ("ok", "missing")
    Credential.objects.update(synced_at=timezone.now() - 2 * OLD_MIRROR)
    assert ready()[1]["merchants"] == "old"
