"""Computes the read-outs whose date has come: never before, so that nobody can look early by accident."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import ExportFile, ExportKind, GuestList, ReadOut, ReadOutQuerySet, read_out_of
from issuance.models.states import ExportState
from issuance.readout.comparing import compare
from issuance.readout.sums import sums_of


def due_read_outs() -> list[int]:
    """Those whose date has come or for which exports were loaded, as long as guests can still be told and purchases
    after issuing are known; campaigns without a date get the usual one first."""
    lists = GuestList.objects.filter(planned_at__isnull=False, one_guest=False)
    for campaign in Campaign.objects.filter(pk__in=lists.values("campaign"), read_out=None):
        ReadOut.objects.get_or_create(campaign=campaign, defaults={"read_out_at": read_out_of(campaign).read_out_at})
    own = lists.filter(campaign=OuterRef("campaign"))
    removed, issued = own.filter(purged_at__isnull=False), own.filter(planned_at__lt=OuterRef("purchases_until"))
    found = _with_exports(ReadOut.objects.open_at(timezone.now())).filter(~Exists(removed), Exists(issued))
    return [read_out.pk for read_out in found if _is_stale(read_out)]


def _with_exports(read_outs: ReadOutQuerySet) -> ReadOutQuerySet:
    """With the time of the latest load, and until when purchases are known."""
    loaded = ExportFile.objects.filter(merchant=OuterRef("campaign__merchant"), state=ExportState.LOADED)
    bought = loaded.filter(kind=ExportKind.PURCHASES)
    return read_outs.annotate(
        loaded_at=Subquery(loaded.order_by("-loaded_at").values("loaded_at")[:1]),
        purchases_until=Subquery(bought.order_by("-stated_at").values("stated_at")[:1]),
    )


def _is_stale(read_out: ReadOut) -> bool:
    """Whether exports were loaded, or its date came, since it was computed."""
    loaded, computed = read_out.loaded_at, read_out.computed_at  # type: ignore[attr-defined]
    return computed is None or computed < loaded or computed < read_out.read_out_at <= timezone.now()


def compute_read_out(pk: int) -> None:
    """Reads what the exports say now, up to where they reach, and keeps the numbers; the read-out must be open."""
    read_out = _with_exports(ReadOut.objects.select_related("campaign__merchant")).get(pk=pk)
    known: datetime | None = read_out.purchases_until  # type: ignore[attr-defined]
    if not read_out.is_open or known is None:
        raise ValueError("Nothing is computed before the date or without purchases.")
    now, until = timezone.now(), min(read_out.until, known)
    numbers = compare(read_out.campaign, sums_of(read_out.campaign, until), until)
    ReadOut.objects.filter(pk=pk).update(numbers=numbers.stored(), computed_at=now)
