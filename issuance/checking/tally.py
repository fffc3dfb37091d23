"""What the check page says of a list's guests without counting them: fixed ones, ready ones per arm, misspelt domains.

Counted once when a list has been read, and kept true by every change of its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Q, Value
from django.db.models.functions import StrIndex, Substr

from issuance.models import Recipient, RecipientList
from issuance.models.states import Outcome
from issuance.parsing.mail_domains import meant_domain

READY = (Outcome.WAITING, Outcome.CONTROL)


def keys_of(guest: Recipient) -> Iterator[str]:
    """What one guest counts towards."""
    if guest.fixed:
        yield "fixed"
    if guest.outcome in READY:
        yield f"arm:{guest.variant_id}"
    domain = guest.value.rpartition("@")[2] if guest.type == "email" else ""
    if domain and meant_domain(domain):
        yield f"domain:{domain}"


def count_guests(recipient_list: RecipientList) -> None:
    """Counts anew, in two passes over the list's guests."""
    guests = Recipient.objects.filter(recipient_list=recipient_list).order_by()
    ready = Count("pk", filter=Q(outcome__in=READY))
    tally: Counter[str] = Counter()
    per_arm = guests.values_list("variant").annotate(ready=ready, fixed_ones=Count("pk", filter=Q(fixed=True)))
    for variant, in_arm, fixed in per_arm:
        tally[f"arm:{variant}"] += in_arm
        tally["fixed"] += fixed
    domain = Substr("value", StrIndex("value", Value("@")) + 1)
    per_domain = guests.filter(type="email").annotate(domain=domain).values_list("domain").annotate(Count("pk"))
    for written, count in per_domain:
        if meant_domain(written):
            tally[f"domain:{written}"] += count
    _store(recipient_list, tally)


def tally_of(recipient_list: RecipientList) -> dict[str, int]:
    """What was counted; of a list that was never counted, counts now."""
    if not recipient_list.tally and recipient_list.ready_count:
        with transaction.atomic():
            count_guests(RecipientList.objects.select_for_update().get(pk=recipient_list.pk))
        recipient_list.refresh_from_db(fields=["tally"])
    return dict(recipient_list.tally)


def change_tally(recipient_list: RecipientList, change: Counter[str]) -> None:
    """Adds to what was counted; to be called by whoever holds the list's row."""
    kept = RecipientList.objects.values_list("tally", flat=True).get(pk=recipient_list.pk)
    if not kept:
        count_guests(recipient_list)
        return
    tally = Counter(kept)
    tally.update(change)
    _store(recipient_list, tally)


def _store(recipient_list: RecipientList, tally: Counter[str]) -> None:
    recipient_list.tally = {key: count for key, count in tally.items() if count}
    RecipientList.objects.filter(pk=recipient_list.pk).update(tally=recipient_list.tally)


def misspelt_domains(recipient_list: RecipientList) -> list[tuple[str, str, int]]:
    """(written, meant, guests) of mail domains that look like a slip, the most frequent first."""
    tally = tally_of(recipient_list)
    found = {key.removeprefix("domain:"): count for key, count in tally.items() if key.startswith("domain:")}
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(written, meant_domain(written), count) for written, count in ordered]
