"""The sliding windows are exact, whatever the clocks of processes and of the database do."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.world import NOON, World
from thanxportal import database_clock
from thanxportal.partner import gate, slots
from thanxportal.partner.gate import GateClosed, Urgency, block_after_429, take_slot
from thanxportal.partner.gated_client import try_refused_credential
from thanxportal.partner.models import ApiRequest, Credential, Slot
from thanxportal.partner.slots import Window

pytestmark = pytest.mark.django_db
FIVE_MINUTES = timedelta(minutes=5)
CLOCKS = [-FIVE_MINUTES, timedelta(0), FIVE_MINUTES]


class DatabaseClock:
    """A database's clock that somebody sets back now and then, and the true time beside it."""

    def __init__(self) -> None:
        self.true, self.shift = float(NOON), 0.0

    def __call__(self) -> str:
        return repr(self.true + self.shift)


def all_free_slots(credential: Credential, urgency: Urgency = Urgency.REPLAY) -> int:
    """Takes what there is."""
    taken = 0
    while True:
        try:
            take_slot(credential.pk, urgency)
        except GateClosed:
            return taken
        taken += 1


def test_a_credential_that_never_asked_has_used_nothing() -> None:
    ring = slots.look(Credential.current().pk)
    assert (ring.used(slots.SHORT), ring.used(slots.LONG)) == (0, 0)


def closest(moments: list[float], requests: int) -> float:
    """The shortest time in which one request more than so many were let through."""
    return min((later - moment for moment, later in zip(moments, moments[requests:], strict=False)), default=1e9)


@given(st.lists(st.tuples(st.floats(0, 40), st.just(0.0) | st.floats(0, 2_000), st.floats(0.11, 1.25)), max_size=30))
def test_no_window_is_ever_exceeded(steps: list[tuple[float, float, float]]) -> None:
    """Steps are seconds to wait, by how many the database's clock is set back then, and the spread meanwhile."""
    clock, moments, spreads = DatabaseClock(), [], [1.25]
    credential = Credential.objects.create(client_id=str(uuid4()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_clock, "seconds", clock)
        patch.setattr(slots, "LONG", Window(20, 30.0))
        for wait, back, spread in steps:
            clock.true += wait
            clock.shift -= back
            spreads.append(spread)
            Credential.objects.filter(pk=credential.pk).update(arrival_spread=spread)
            moments += [clock.true] * all_free_slots(credential)
        clock.true += 30 + spreads[-1] + 0.1
        assert all_free_slots(credential) == 5
    a_bit = 1e-4  # Seconds since 1970 have no more digits.
    assert closest(moments, 5) >= 1 + min(spreads) - a_bit
    assert closest(moments, 19) >= 30 + min(spreads) - a_bit


def test_a_database_clock_that_is_set_back_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, credential = DatabaseClock(), Credential.current()
    monkeypatch.setattr(database_clock, "seconds", clock)
    assert all_free_slots(credential) == 5
    clock.shift -= 300
    assert all_free_slots(credential) == 0
    clock.true += 1 + credential.arrival_spread + 0.01
    assert all_free_slots(credential) == 5


def test_the_database_tells_the_time_to_the_millisecond() -> None:
    def asked() -> float:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {database_clock.seconds()}")
            return float(cursor.fetchone()[0])

    before, _, after = asked(), time.sleep(0.05), asked()
    assert before == pytest.approx(time.time(), abs=5)
    assert 0.045 <= after - before < 2


@pytest.mark.parametrize("other", CLOCKS)
@pytest.mark.parametrize("mine", CLOCKS)
def test_a_process_with_a_wrong_clock_takes_no_slot_too_many_and_none_from_others(
    mine: timedelta, other: timedelta
) -> None:
    credential = Credential.current()
    with at(other):
        assert all_free_slots(credential) == 5
    with at(mine):
        with pytest.raises(GateClosed) as closed:
            take_slot(credential.pk, Urgency.REPLAY)
        assert 0 < closed.value.wait < 1.7
        left = (closed.value.retry_at - timezone.now()).total_seconds()
        assert left == pytest.approx(closed.value.wait, abs=0.5)


@pytest.mark.parametrize("other", CLOCKS)
def test_a_block_after_a_429_lasts_as_long_by_every_clock(other: timedelta) -> None:
    credential = Credential.current()
    with at(other):
        block_after_429(credential.pk, 20.0)
    with pytest.raises(GateClosed) as closed:
        take_slot(credential.pk, Urgency.REPLAY)
    assert 15 < closed.value.wait < 21


@pytest.mark.parametrize("other", CLOCKS)
def test_a_refused_credential_is_probed_once_a_minute_by_every_clock(
    other: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential, probes = Credential.current(), []
    monkeypatch.setattr("thanxportal.partner.gated_client._probe", lambda patience: bool(probes.append(1)))
    Credential.objects.update(refused_at=timezone.now())
    with at(other):
        try_refused_credential()
    try_refused_credential()
    assert len(probes) == 1
    with pytest.raises(gate.CredentialPaused) as paused:
        take_slot(credential.pk, Urgency.ISSUE)
    assert 50 < paused.value.wait < 63


def at(shift: timedelta) -> time_machine.travel:
    """The clock of this process, wrong by so much; the database's stays right."""
    return time_machine.travel(timezone.now() + shift)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not __import__('django.db').db.connection.vendor == 'postgresql'",
    reason="SQLite lets one transaction write at a time, and reads afterwards.",
)
def test_a_statement_that_waited_for_the_lock_knows_what_was_taken_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, credential, seen = DatabaseClock(), Credential.current(), []
    monkeypatch.setattr(database_clock, "seconds", clock)
    monkeypatch.setattr(slots, "RING", 25)
    monkeypatch.setattr(slots, "LONG", Window(20, 30.0))
    for _ in range(8):
        clock.true += 100
        assert all_free_slots(credential) == 5
    clock.true += 100
    with transaction.atomic():
        Credential.objects.update(sent_count=1)
        waiting = elsewhere(lambda: seen.append(take(credential)))
        waiting.join(0.5)
        assert [take(credential) for _ in range(5)] == [True] * 5
    waiting.join()
    assert seen == [False]


def take(credential: Credential) -> bool:
    return slots.take(credential.pk, share=1.0, slack=0.0, refused=False)


def elsewhere(function: Callable[[], object]) -> threading.Thread:
    """Runs it in a thread with a database connection of its own."""

    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("lost", [1, 2_000])
def test_lost_moments_close_the_gate_for_a_while_and_not_for_ever(lost: int, world: World) -> None:
    credential = Credential.current()
    for _ in range(3):
        assert all_free_slots(credential) == 5
        world.advance(2)
    Slot.objects.filter(turn__gt=15 - 5 + 1 - lost, turn__lte=15 - 5 + 1).delete()
    assert all_free_slots(credential) == 0
    world.advance(2)
    assert all_free_slots(credential) == 5


def test_the_ring_grows_no_further_than_2000(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "RING", 25)
    monkeypatch.setattr(slots, "LONG", Window(20, 30.0))
    credential = Credential.current()
    for _ in range(20):
        all_free_slots(credential)
        world.advance(3)
    assert Slot.objects.count() == 25
    newest = max(Slot.objects.values_list("turn", flat=True))
    assert newest == Credential.current().slots_taken > 25


def test_what_was_sent_just_before_the_update_counts_against_the_limits(world: World) -> None:
    migration: Any = import_module("thanxportal.partner.migrations.0002_slots")
    credential = Credential.current()
    logged(seconds_ago=[1_000] * 100 + [600] * 50 + [0.5] * 5)
    migration.count_what_was_just_sent(apps, None)
    ring = slots.look(credential.pk)
    assert ring.used(slots.LONG) == 55
    with pytest.raises(GateClosed):
        take_slot(credential.pk, Urgency.REPLAY)


def logged(seconds_ago: Iterable[float]) -> None:
    for ago in seconds_ago:
        entry = ApiRequest.objects.create(method="GET", path="/partner/scopes", status=200, duration_ms=5)
        ApiRequest.objects.filter(pk=entry.pk).update(at=timezone.now() - timedelta(seconds=ago))
