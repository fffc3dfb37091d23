"""Computes the read-outs whose date has come: never before, so that nobody can look early by accident."""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, ReadOut, read_out_of
from issuance.readout.comparing import compare
from issuance.readout.sums import sums_of


def due_read_outs() -> list[int]:
    """Those whose date has come or for which exports were loaded, as long as guests can still be told; campaigns
    without a date get the usual one first."""
    lists = GuestList.objects.filter(planned_at__isnull=False, one_guest=False)
    for campaign in Campaign.objects.filter(pk__in=lists.values("campaign"), read_out=None):
        ReadOut.objects.get_or_create(campaign=campaign, defaults={"read_out_at": read_out_of(campaign).read_out_at})
    removed = GuestList.objects.filter(campaign=OuterRef("campaign"), purged_at__isnull=False, one_guest=False)
    found = ReadOut.objects.open_at(timezone.now()).filter(~Exists(removed))
    loaded = found.annotate(loaded_at=Max("campaign__merchant__export_files__loaded_at"))
    return [read_out.pk for read_out in loaded.exclude(loaded_at=None) if _is_stale(read_out)]


def _is_stale(read_out: ReadOut) -> bool:
    """Whether exports were loaded, or its date came, since it was computed."""
    loaded, computed = read_out.loaded_at, read_out.computed_at  # type: ignore[attr-defined]
    return computed is None or computed < loaded or computed < read_out.read_out_at <= timezone.now()


def compute_read_out(pk: int) -> None:
    """Reads what the exports say now and keeps the numbers; the read-out must be open."""
    read_out = ReadOut.objects.select_related("campaign__merchant").get(pk=pk)
    if not read_out.is_open:
        raise ValueError("Nothing is computed before the date.")
    now, until = timezone.now(), read_out.until
    numbers = compare(read_out.campaign, sums_of(read_out.campaign, until), until)
    ReadOut.objects.filter(pk=pk).update(numbers=numbers.stored(), computed_at=now)
