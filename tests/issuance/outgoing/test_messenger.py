"""The thread that delivers: a slow receiver makes nobody else wait, and a stopping worker doesn't wait for long."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from issuance import shutdown
from issuance.worker import messenger

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
