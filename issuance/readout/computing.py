"""Computes the read-outs whose date has come: never before, so that nobody can look early by accident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import ExportFile, ExportKind, GuestList, ReadOut, ReadOutQuerySet, saved_read_out_of
from issuance.models.states import ExportState
from issuance.readout.across import MOST, Across
from issuance.readout.comparing import compare
from issuance.readout.sums import sums_of
from thanxportal.accounts.models import Merchant


def due_read_outs() -> list[int]:
    """Those whose date has come, or about which exports told something new, as long as guests can still be told and
    purchases after issuing are known; campaigns without a date get the usual one first."""
    lists = GuestList.objects.filter(planned_at__isnull=False, one_guest=False)
    for campaign in Campaign.objects.filter(pk__in=lists.values("campaign"), read_out=None):
        saved_read_out_of(campaign)
    own = lists.filter(campaign=OuterRef("campaign"))
    removed, issued = own.filter(purged_at__isnull=False), own.filter(planned_at__lt=OuterRef("purchases_until"))
    found = _with_exports(ReadOut.objects.open_at(timezone.now())).filter(~Exists(removed), Exists(issued))
    return [read_out.pk for read_out in found if _is_stale(read_out)]


def _with_exports(read_outs: ReadOutQuerySet) -> ReadOutQuerySet:
    """With when exports last told something new, and until when purchases are known."""
    exports = ExportFile.objects.filter(merchant=OuterRef("campaign__merchant"))
    told = exports.filter(changed_at__isnull=False).order_by("-changed_at", "-pk")
    bought = exports.filter(kind=ExportKind.PURCHASES, state=ExportState.LOADED).order_by("-stated_at", "-pk")
    return read_outs.annotate(
        exports_changed_at=Subquery(told.values("changed_at")[:1]),
        purchases_until=Subquery(bought.values("stated_at")[:1]),
    )


def _is_stale(read_out: Any) -> bool:
    """Whether it would say something else, were it computed now."""
    computed, changed = read_out.computed_at, read_out.exports_changed_at
    if computed is None or (changed and computed <= changed):
        return True
    return datetime.fromisoformat(read_out.numbers["until"]) != _until(read_out)


def _until(read_out: Any) -> datetime:
    """The end of what counts, as far as it is known."""
    until: datetime = min(read_out.until, read_out.purchases_until)
    return until


def compute_read_out(pk: int) -> None:
    """Reads what the exports say now, and keeps the numbers, unless another worker just did; it must be open."""
    read_out: Any = _with_exports(ReadOut.objects.select_related("campaign__merchant")).get(pk=pk)
    if not read_out.is_open or read_out.purchases_until is None:
        raise ValueError("Nothing is computed before the date or without purchases.")
    if _is_stale(read_out):
        now, until = timezone.now(), _until(read_out)
        numbers = compare(read_out.campaign, sums_of(read_out.campaign, until), until)
        ReadOut.objects.filter(pk=pk).update(numbers=numbers.stored(), computed_at=now)
        _note_base_rate(read_out.campaign.merchant)


def _note_base_rate(merchant: Merchant) -> None:
    """For those who plan the next campaign."""
    planning = Across(ReadOut.objects.told(merchant)[:MOST]).planning
    Merchant.objects.filter(pk=merchant.pk).update(came_anyway=planning and planning.base_rate)
