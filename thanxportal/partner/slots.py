"""The ring of slots: two exact sliding windows over the requests of a credential, asked and moved on in one statement.

Time is the database's, so that no host's clock can exceed a limit or stop the others. It never goes back: when the
database's own clock was set back, the gate's stands still until somebody asks, and goes on from there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, FloatField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest

from thanxportal import database_clock
from thanxportal.partner.models import Credential, Slot


class Window(NamedTuple):
    """At most so many requests in any so many seconds, as Thanx sees them."""

    requests: int
    seconds: float


SHORT = Window(5, 1.0)
LONG = Window(2_000, 900.0)
RING = 2_000  # slots that are remembered; no window looks further back
# The turn is compared because a statement that waited for the row's lock still sees the slots as they were before.
_FREE = """(slots_taken < %({window})s OR EXISTS (
    SELECT 1 FROM partner_slot WHERE partner_slot.credential_id = partner_credential.id
    AND place = (slots_taken - %({window})s + 1) %% {ring} AND turn = slots_taken - %({window})s + 1
    AND taken_at <= {clock} - arrival_spread - %({window}_seconds)s))"""
_GRANT = """UPDATE partner_credential SET slots_taken = slots_taken + 1,
    slot_taken_at = {clock}, clock_lag = {greatest}(clock_lag, slot_taken_at - {now})
    WHERE id = %(id)s AND (refused_at IS NULL OR %(refused)s) AND blocked_until <= {clock} AND {short} AND {long}"""
_NOTE = """INSERT INTO partner_slot (credential_id, place, turn, taken_at)
    SELECT id, slots_taken %% {ring}, slots_taken, slot_taken_at FROM {source} WHERE id = %(id)s
    ON CONFLICT (credential_id, place) DO UPDATE SET turn = excluded.turn, taken_at = excluded.taken_at"""
_LOOK = """SELECT {clock}, slot_taken_at - clock_lag - ({now}), slots_taken, blocked_until, refused_at IS NOT NULL,
    COALESCE(probed_at, 0), arrival_spread, turn, taken_at FROM partner_credential
    LEFT JOIN partner_slot ON credential_id = partner_credential.id {some} WHERE partner_credential.id = %(id)s"""
_SOME = "AND place IN ((slots_taken - %(short)s + 1) %% {ring}, (slots_taken - %(long)s + 1) %% {ring})"


def _greatest() -> str:
    return "greatest" if connection.vendor == "postgresql" else "max"


def _clock() -> str:
    return f"{_greatest()}({database_clock.seconds()} + clock_lag, slot_taken_at)"


def _words() -> dict[str, object]:
    return {"ring": RING, "clock": _clock(), "now": database_clock.seconds(), "greatest": _greatest()}


def clock() -> RawSQL:
    """The gate's time, as an expression for queries of credentials."""
    return _seconds(_clock())


def _seconds(sql: str) -> RawSQL:
    return RawSQL(sql, (), FloatField())  # noqa: S611 - of words of this module alone


def usable(share: float = 1.0) -> int:
    """Requests that may pass in the longer window, or this share of them."""
    return int(LONG.requests * (100 - settings.THANX_LIMIT_MARGIN) / 100 * share)


def take(credential_id: int, *, share: float, slack: float, refused: bool) -> bool:
    """Takes a slot if both windows have one: of the longer one only this `share` is used, of the shorter one nothing
    until it was free for `slack` seconds. `refused`: also while Thanx refuses the credential.

    A single statement on PostgreSQL; SQLite has no network to cross.
    """
    values = {
        "id": credential_id,
        "refused": refused,
        "short": SHORT.requests,
        "short_seconds": SHORT.seconds + slack,
        "long": usable(share),
        "long_seconds": LONG.seconds,
    }
    words = _words()
    free = {window: _FREE.format(window=window, **words) for window in ("short", "long")}
    grant = _GRANT.format(**words, **free)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH taken AS ({grant} RETURNING *) {_NOTE.format(source='taken', **words)}", values)
            return bool(cursor.rowcount)
        with transaction.atomic():
            cursor.execute(grant, values)
            taken = bool(cursor.rowcount)
            if taken:
                cursor.execute(_NOTE.format(source="partner_credential", **words), values)
        return taken


class Ring(NamedTuple):
    """The gate at one moment; `taken_at` has the moments of earlier requests by their turn, or of those that count."""

    now: float
    behind: float  # seconds by which the database's clock was set back since the last request
    slots_taken: int
    blocked_until: float
    refused: bool  # Thanx refuses the credential.
    probed_at: float
    arrival_spread: float
    taken_at: dict[int, float]

    def free_in(self, *, share: float = 1.0, slack: float = 0.0, ahead: int = 0) -> float:
        """Seconds until both windows have a slot, if `ahead` requests, less than a window of them, go first now."""
        looked_at = {
            self.slots_taken - usable(share) + 1 + ahead: LONG.seconds,
            self.slots_taken - SHORT.requests + 1: SHORT.seconds + slack,
        }
        left = [self.taken_at.get(turn, 0.0) + self.arrival_spread + rest for turn, rest in looked_at.items()]
        return max(self.blocked_until, *left) - self.now

    def used(self, window: Window) -> int:
        """Requests that were let through within the window."""
        return sum(moment > self.now - window.seconds for moment in self.taken_at.values())


def look(credential_id: int, *, share: float | None = None) -> Ring:
    """The gate as it is, its time continuing from here if it stood still; only with what decides about that share."""
    words = _words()
    query = _LOOK.format(some=_SOME.format(**words) if share else "", **words)
    with connection.cursor() as cursor:
        cursor.execute(query, {"id": credential_id, "short": SHORT.requests, "long": usable(share or 1.0)})
        rows = cursor.fetchall()
    state: list[Any] = [*rows[0][:-2], {turn: taken_at for *_, turn, taken_at in rows if turn}]
    ring = Ring(*state)
    if ring.behind > 0:
        lag = F("slot_taken_at") - _seconds(database_clock.seconds())
        Credential.objects.filter(pk=credential_id).update(clock_lag=Greatest("clock_lag", lag))
    turns = [ring.slots_taken - requests + 1 for requests in (SHORT.requests, usable(share or 1.0))]
    if any(turn > 0 and turn not in ring.taken_at for turn in turns):
        _fill_gaps(credential_id, ring)
    return ring


def _fill_gaps(credential_id: int, ring: Ring) -> None:
    """A request whose moment is lost counts as one of just now, or the gate would wait for it for ever."""
    turns = {*range(max(ring.slots_taken - RING, 0) + 1, ring.slots_taken + 1)}
    lost = turns.difference(Slot.objects.filter(credential=credential_id).values_list("turn", flat=True))
    Slot.objects.bulk_create(
        [Slot(credential_id=credential_id, place=turn % RING, turn=turn, taken_at=ring.now) for turn in lost],
        update_conflicts=True,
        unique_fields=["credential", "place"],
        update_fields=["turn", "taken_at"],
    )
