"""About whom rows of exports are kept: guests of the merchant's lists who can still be told by name.

Guests who were erased, or whose time is over, can't, so that no later export brings them back.
"""

from __future__ import annotations

from django.db.models import QuerySet

from issuance.models import Guest, Member

AT_ONCE = 5_000


def named_identities(merchant_id: int) -> set[bytes]:
    """The keyed hashes of all of them."""
    return set(map(bytes, _named(merchant_id).values_list("identity", flat=True).iterator(AT_ONCE)))


def issued_rewards(merchant_id: int) -> dict[str, bytes]:
    """Of each reward that Thanx told us of, the keyed hash of its guest."""
    told = _named(merchant_id).exclude(reward_id="").values_list("reward_id", "identity")
    return {reward: bytes(identity) for reward, identity in told.iterator(AT_ONCE)}


def member_ids(merchant_id: int) -> set[str]:
    """Those whom an export has named, by Thanx's id."""
    return set(Member.objects.filter(merchant=merchant_id).values_list("user_id", flat=True).iterator(AT_ONCE))


def _named(merchant_id: int) -> QuerySet[Guest]:
    return Guest.objects.filter(guest_list__merchant=merchant_id).exclude(value="").order_by()
