"""Computes the read-outs whose date has come: never before, so that nobody can look early by accident."""

from __future__ import annotations

from django.db.models import Max, Q
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, ReadOut, read_out_of
from issuance.readout.comparing import compare
from issuance.readout.sums import sums_of


def compute_due_readouts(merchant_id: int | None = None) -> int:
    """Of one merchant or of all; returns how many were computed. Those without a date get the usual one first."""
    lists = GuestList.objects.filter(planned_at__isnull=False, one_guest=False)
    of_merchant = Q(merchant=merchant_id) if merchant_id else Q()
    for campaign in Campaign.objects.filter(of_merchant, pk__in=lists.values("campaign"), read_out=None):
        ReadOut.objects.get_or_create(campaign=campaign, defaults={"read_out_at": read_out_of(campaign).read_out_at})
    due = [read_out for read_out in _open(merchant_id) if _is_stale(read_out)]
    for read_out in due:
        compute(read_out)
    return len(due)


def _open(merchant_id: int | None) -> list[ReadOut]:
    found = ReadOut.objects.open_at(timezone.now()).select_related("campaign__merchant")
    found = found.filter(campaign__merchant=merchant_id) if merchant_id else found
    return list(found.annotate(loaded_at=Max("campaign__merchant__export_files__loaded_at")))


def _is_stale(read_out: ReadOut) -> bool:
    """Whether exports were loaded, or its date came, since it was computed; without exports there is nothing to say."""
    loaded = read_out.loaded_at  # type: ignore[attr-defined]
    if loaded is None:
        return False
    computed = read_out.computed_at
    return computed is None or computed < loaded or computed < read_out.read_out_at <= timezone.now()


def compute(read_out: ReadOut) -> None:
    """Reads what the exports say now and keeps the numbers; the row must be open."""
    if not read_out.is_open:
        raise ValueError("Nothing is computed before the date.")
    now, until = timezone.now(), read_out.until
    numbers = compare(read_out.campaign, sums_of(read_out.campaign, until), until)
    ReadOut.objects.filter(pk=read_out.pk).update(numbers=numbers.stored(), computed_at=now)
