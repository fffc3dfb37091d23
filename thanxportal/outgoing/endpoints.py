"""What managers do with the addresses of their systems; each act leaves a line that names the host alone."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from thanxportal import database_clock
from thanxportal.accounts.models import Merchant, User, record_activity
from thanxportal.outgoing.addresses import same_for
from thanxportal.outgoing.models import Endpoint, Message
from thanxportal.outgoing.signing import new_seed, secret_of

MOST = 10  # endpoints of a merchant


class TooMany(Exception):
    """The merchant has as many endpoints as it may."""


class AlreadyThere(Exception):
    """Another endpoint of the merchant has this address, so each message would arrive twice."""


@transaction.atomic
def add_endpoint(*, merchant: Merchant, actor: User, path: str = "", **fields: Any) -> tuple[Endpoint, str]:
    """Adds one; returns it with its secret, which no page shows again. Raises AlreadyThere and TooMany."""
    _only_once(merchant.pk, fields["address"])
    if merchant.endpoints.count() >= MOST:
        raise TooMany
    made = Endpoint.objects.create(merchant=merchant, created_by=actor, seed=new_seed(), **fields)
    _note(made, actor, f"Added {made}, which is told: {', '.join(made.gets)}.", path)
    return made, secret_of(made.seed)


@transaction.atomic
def change_endpoint(*, endpoint: Endpoint, actor: User, address: str, types: list[str], path: str = "") -> bool:
    """False if nothing is changed by it. Raises AlreadyThere."""
    if (endpoint.address, endpoint.types) == (address, types):
        return False
    if endpoint.address != address:
        _only_once(endpoint.merchant_id, address, but=endpoint.pk)
    anew: dict[str, Any] = {"failing_since": None} if endpoint.address != address else {}
    row = Endpoint.objects.filter(pk=endpoint.pk)
    row.update(address=address, types=types, rests_until=None, failures=0, **anew)
    before, endpoint.address, endpoint.types = endpoint.host, address, types
    _note(endpoint, actor, f"Changed {before}: {endpoint} is told {', '.join(endpoint.gets)}.", path)
    return True


@transaction.atomic
def turn_off(*, endpoint: Endpoint, actor: User, path: str = "") -> bool:
    """Nothing new is told to it, and what waits goes on waiting; False if it was off before."""
    row = Endpoint.objects.on().filter(pk=endpoint.pk)
    if not row.update(off_since=database_clock.now(), off_why=Endpoint.BY_PEOPLE):
        return False
    _note(endpoint, actor, f"Turned messages to {endpoint} off.", path)
    return True


@transaction.atomic
def turn_on(*, endpoint: Endpoint, actor: User, path: str = "") -> bool:
    """What waits is sent at once; False if it was on before."""
    row = Endpoint.objects.filter(pk=endpoint.pk, off_since__isnull=False)
    well: dict[str, Any] = {"failing_since": None, "failures": 0, "rests_until": None}
    if not row.update(off_since=None, off_why="", **well):
        return False
    now = database_clock.now()
    Message.objects.undelivered().filter(endpoint=endpoint).update(due_at=now, asked_at=now)
    _note(endpoint, actor, f"Turned messages to {endpoint} on.", path)
    return True


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, actor: User, path: str = "") -> str:
    """Makes another secret and returns it; the one before signs as well for 24 hours."""
    seed = new_seed()
    fields = {"seed": seed, "earlier_seed": endpoint.seed, "rotated_at": database_clock.now()}
    Endpoint.objects.filter(pk=endpoint.pk).update(**fields)
    _note(endpoint, actor, f"Made a new secret for {endpoint}.", path)
    return secret_of(seed)


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, actor: User, path: str = "") -> None:
    """With its messages and their log."""
    _note(endpoint, actor, f"Removed {endpoint}.", path)
    Endpoint.objects.select_for_update().get(pk=endpoint.pk)  # Who writes messages locks their endpoint first.
    endpoint.delete()


def _only_once(merchant_id: int, address: str, but: int = 0) -> None:
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)  # Of two at once, the second sees the first's.
    others = Endpoint.objects.filter(merchant=merchant_id).exclude(pk=but)
    if any(same_for(other.address) == same_for(address) for other in others):
        raise AlreadyThere


def _note(endpoint: Endpoint, actor: User, sentence: str, path: str) -> None:
    record_activity(merchant=endpoint.merchant, actor=actor, sentence=sentence, target=endpoint.target, path=path)
