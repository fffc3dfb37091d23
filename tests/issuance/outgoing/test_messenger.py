"""The thread that delivers: a slow receiver makes nobody else wait, and a stopping worker doesn't wait for long."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from issuance import shutdown
from issuance.worker import messenger
from tests import cast
from thanxportal.accounts.models import Merchant, Role
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.outgoing.models import Happening, Message

SLOW, QUICK = 1, 2


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[int]]:
    """How often each endpoint was served; the slow one until somebody asks to stop."""
    counts: Counter[int] = Counter()

    def serve(pk: int, may_go_on: Callable[[], bool]) -> int:
        counts[pk] += 1
        while pk == SLOW and may_go_on():
            time.sleep(0.01)
        return 1

    monkeypatch.setattr(messenger, "serve", serve)
    monkeypatch.setattr(messenger, "endpoints_to_serve", lambda: [SLOW, QUICK])
    monkeypatch.setattr(messenger, "tell_what_happened", lambda: 0)
    monkeypatch.setattr(messenger, "REST", 0.01)
    shutdown.asked.clear()
    yield counts
    shutdown.asked.clear()


def test_a_slow_receiver_makes_no_other_wait_and_is_served_by_one_thread(served: Counter[int]) -> None:
    thread = threading.Thread(target=messenger.keep_delivering)
    thread.start()
    end = time.monotonic() + 10
    while served[QUICK] < 5 and time.monotonic() < end:
        time.sleep(0.01)
    shutdown.asked.set()
    thread.join(5)
    assert not thread.is_alive()
    assert (served[SLOW], served[QUICK] >= 5) == (1, True)


def test_what_fails_is_told_to_the_log_and_tried_again(
    served: Counter[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> int:
        raise OSError("guest1@example.com")

    monkeypatch.setattr(messenger, "tell_what_happened", fail)
    monkeypatch.setattr(messenger, "AFTER_TROUBLE", 0.01)
    thread = threading.Thread(target=messenger.keep_delivering)
    thread.start()
    time.sleep(0.2)
    shutdown.asked.set()
    thread.join(5)
    assert not thread.is_alive()
    assert "Delivering messages failed with OSError" in caplog.text
    assert "example.com" not in caplog.text


def test_no_more_endpoints_are_served_at_once_than_there_are_threads(
    served: Counter[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "endpoints_to_serve", lambda: [*range(100)])
    submitted: list[int] = []

    class Running:
        def done(self) -> bool:
            return False

    def submit(work: Callable[[int], None], pk: int) -> Running:
        submitted.append(pk)
        return Running()

    serving: dict[int, Running] = {}
    for _ in range(3):
        messenger._serve_free(serving, submit)  # type: ignore[arg-type]
    assert submitted == [*range(messenger.AT_ONCE)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not __import__('django.db').db.connection.vendor == 'postgresql'",
    reason="The tests' SQLite is one connection's alone.",
)
def test_what_happened_reaches_a_real_receiver_which_verifies_it() -> None:
    secret, got = "", []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(Webhook(secret).verify(body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    merchant = Merchant.objects.create(thanx_id="m1", handle="harbor", name="Harbor Grill")
    ana, address = cast.person("ana@example.com", merchant, Role.MANAGER), f"http://127.0.0.1:{server.server_port}/"
    _, secret = add_endpoint(merchant=merchant, actor=ana, address=address, types=["campaign.published"])
    campaign = merchant.campaigns.create(name="June", state="published", thanx_id="c1")
    note_happening(merchant.pk, Kind.CAMPAIGN_PUBLISHED, campaign.pk)
    shutdown.asked.clear()
    thread = threading.Thread(target=messenger.keep_delivering)
    thread.start()
    end = time.monotonic() + 20
    while not Message.objects.filter(delivered_at__isnull=False).exists() and time.monotonic() < end:
        time.sleep(0.05)
    shutdown.asked.set()
    thread.join(10)
    shutdown.asked.clear()
    server.shutdown()
    server.server_close()
    assert [(body["type"], body["data"]["campaign_id"]) for body in got] == [("campaign.published", campaign.pk)]
    assert not Happening.objects.exists()
