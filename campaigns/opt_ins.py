"""Follows which merchants Thanx lists: those that are new, opt out or come back, and tells people of it."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.models import Kind, Merchant, Right
from thanxportal.accounts.notifications import notify, notify_staff
from thanxportal.partner.models import Credential

log = logging.getLogger(__name__)
MOST_AT_ONCE = 4  # At most one merchant in so many opts out between two listings.


def follow_listing(listed: Collection[str], *, believe: bool) -> None:
    """Takes merchants that a complete listing lacks as opted out; if they are too many, only if a person says so."""
    known = Merchant.objects.filter(withdrawn_at=None)
    missing = list(known.exclude(thanx_id__in=listed))
    believe = believe or _is_believable(len(listed), len(missing), known.count())
    Credential.objects.filter(pk=Credential.current().pk).update(missing_merchants=0 if believe else len(missing))
    if believe:
        _opt_out(missing)
    else:
        log.error("Thanx lists %s merchants fewer than before: too many at once, so nobody is marked.", len(missing))


def _is_believable(listed: int, missing: int, known: int) -> bool:
    """An answer without any merchant, or without many that were there before, is more likely wrong than true."""
    return not missing or (listed > 0 and missing <= max(1, known // MOST_AT_ONCE))


@transaction.atomic
def _opt_out(missing: Collection[Merchant]) -> None:
    """From this commit on nothing new is published or sent for them."""
    now = timezone.now()
    for merchant in missing:
        Merchant.objects.filter(pk=merchant.pk).update(withdrawn_at=now)
        waits = "Nothing new is issued until it opts in again; what Thanx already has runs to its end."
        _tell_all(merchant, f"out:{now:%Y%m%dT%H%M%S}", f"{merchant} has opted out at Thanx. {waits}")


def tell_returned(returned: Collection[Merchant]) -> None:
    for merchant in returned:
        key = f"in:{merchant.withdrawn_at:%Y%m%dT%H%M%S}"
        _tell_all(merchant, key, f"{merchant} has opted in at Thanx again. What waited is sent now.")


def tell_new(new: Collection[Merchant]) -> None:
    """Staff only: nobody signs in for a new merchant yet."""
    for merchant in new:
        sentence = f"{merchant} is new at Thanx. The admin says what is left to do for it."
        _tell_staff(merchant, "new", sentence)


def _tell_all(merchant: Merchant, key: str, sentence: str) -> None:
    _tell_staff(merchant, key, sentence)
    path = reverse("issuance:home", args=[merchant.handle])
    key = f"merchant:{merchant.pk}:{key}"
    notify(merchant=merchant, kind=Kind.ACCESS, key=key, sentence=sentence, path=path, right=Right.MANAGE)


def _tell_staff(merchant: Merchant, key: str, sentence: str) -> None:
    path = reverse("admin:accounts_merchant_change", args=[merchant.pk])
    key = f"merchant:{merchant.pk}:{key}"
    notify_staff(merchant=merchant, kind=Kind.ACCESS, key=key, sentence=sentence, path=path)
