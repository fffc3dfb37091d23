"""What the check page says of a list's guests without counting them: fixed ones, ready ones per arm, misspelt domains.

Counted once when a list has been read, and kept true by every change of its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Q, Value
from django.db.models.functions import StrIndex, Substr

from issuance.models import Guest, GuestList
from issuance.models.states import OUTCOME_READY
from issuance.parsing.mail_domains import meant_domain

ARM = "arm:"  # begins the key of an arm, which its id ends


def keys_of(guest: Guest) -> Iterator[str]:
    """What one guest counts towards."""
    if guest.fixed:
        yield "fixed"
    if guest.outcome in OUTCOME_READY:
        yield f"{ARM}{guest.variant_id}"
    domain = guest.value.rpartition("@")[2] if guest.type == "email" else ""
    if domain and meant_domain(domain):
        yield f"domain:{domain}"


def count_guests(guest_list: GuestList) -> None:
    """Counts anew, in two passes over the list's guests."""
    guests = Guest.objects.filter(guest_list=guest_list).order_by()
    ready = Count("pk", filter=Q(outcome__in=OUTCOME_READY))
    counts: Counter[str] = Counter()
    per_arm = guests.values_list("variant").annotate(ready=ready, fixed_guests=Count("pk", filter=Q(fixed=True)))
    for variant, in_arm, fixed in per_arm:
        counts[f"{ARM}{variant}"] += in_arm
        counts["fixed"] += fixed
    domain = Substr("value", StrIndex("value", Value("@")) + 1)
    per_domain = guests.filter(type="email").annotate(domain=domain).values_list("domain").annotate(Count("pk"))
    for written, count in per_domain:
        if meant_domain(written):
            counts[f"domain:{written}"] += count
    _store(guest_list, counts)


def cached_counts(guest_list: GuestList) -> dict[str, int]:
    """What was counted; of a list that was never counted, counts now."""
    if not guest_list.cached_counts and guest_list.ready_count:
        with transaction.atomic():
            count_guests(GuestList.objects.select_for_update().get(pk=guest_list.pk))
        guest_list.refresh_from_db(fields=["cached_counts"])
    return dict(guest_list.cached_counts)


def change_counts(guest_list: GuestList, change: Counter[str]) -> None:
    """Adds to what was counted; to be called by whoever holds the list's row."""
    kept = GuestList.objects.values_list("cached_counts", flat=True).get(pk=guest_list.pk)
    if not kept:
        count_guests(guest_list)
        return
    counts = Counter(kept)
    counts.update(change)
    _store(guest_list, counts)


def _store(guest_list: GuestList, counts: Counter[str]) -> None:
    guest_list.cached_counts = {key: count for key, count in counts.items() if count}
    GuestList.objects.filter(pk=guest_list.pk).update(cached_counts=guest_list.cached_counts)


def misspelt_domains(guest_list: GuestList) -> list[tuple[str, str, int]]:
    """(written, meant, guests) of mail domains that look like a slip, the most frequent first."""
    counts = cached_counts(guest_list)
    domains = {key.removeprefix("domain:"): count for key, count in counts.items() if key.startswith("domain:")}
    ordered = sorted(domains.items(), key=lambda item: (-item[1], item[0]))
    return [(written, meant_domain(written), count) for written, count in ordered]
