"""What exports told of guests ends with them: when one asks for it, and when no list can tell any more who they are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from issuance.exports.known_guests import AT_ONCE, named_identities
from issuance.models import ExportedReward, ExportFile, Member, Purchase
from issuance.models.bulk import delete_rows
from issuance.models.states import ExportState

MEMBERS_AT_ONCE = 500


def members_with(merchant_id: int, digest: bytes) -> QuerySet[Member]:
    """As whom the merchant's exports know the guest of a keyed hash."""
    any_hash = Q(*((name, digest) for name in Member.HASHES), _connector=Q.OR)
    return Member.objects.filter(any_hash, merchant=merchant_id)


def count_rows(merchant_id: int, digest: bytes) -> int:
    """How many rows exports told of the guest."""
    users = [*members_with(merchant_id, digest).values_list("user_id", flat=True)]
    return sum(rows.count() for rows in _rows(merchant_id, users))


def forget_guest(merchant_id: int, digest: bytes) -> int:
    """Deletes all that exports told of a guest; returns how many rows that were."""
    _begin_loads_anew(merchant_id)
    return _forget(merchant_id, list(members_with(merchant_id, digest).values_list("user_id", flat=True)))


def forget_strangers(merchant_id: int) -> int:
    """Deletes all that exports told of members whom no list names any more."""
    _begin_loads_anew(merchant_id)
    members = Member.objects.filter(merchant=merchant_id)
    named = named_identities(merchant_id) if members.exists() else set()
    hashes = members.values_list("user_id", *Member.HASHES).iterator(AT_ONCE)
    gone = [user for user, *own in hashes if not any(bytes(one) in named for one in own if one)]
    return _forget(merchant_id, gone) + sum(map(delete_rows, _of_no_member(merchant_id)))


def _begin_loads_anew(merchant_id: int) -> None:
    """What is being loaded was begun with guests who may be forgotten now: none of its further rows is kept."""
    loading = ExportFile.objects.filter(merchant=merchant_id, state=ExportState.LOADING)
    loading.update(epoch=F("epoch") + 1, lease_until=None)


def _of_no_member(merchant_id: int) -> list[QuerySet[Any]]:
    """Those of rewards that are being loaded come again: members are made of them once all are read."""
    member = Member.objects.filter(merchant=merchant_id, user_id=OuterRef("user_id"))
    return [model.objects.filter(~Exists(member), merchant=merchant_id) for model in (Purchase, ExportedReward)]


def _forget(merchant_id: int, users: Iterable[str]) -> int:
    users, deleted = iter(users), 0
    while some := [*islice(users, MEMBERS_AT_ONCE)]:
        with transaction.atomic():
            _begin_loads_anew(merchant_id)
            deleted += sum(map(delete_rows, _rows(merchant_id, some)))
    return deleted


def _rows(merchant_id: int, users: list[str]) -> list[QuerySet[Any]]:
    own = Q(merchant=merchant_id, user_id__in=users)
    return [model.objects.filter(own) for model in (Purchase, ExportedReward, Member)]
