"""Mirrors the campaigns that Thanx has for a merchant: ours are read back, those made elsewhere are shown."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from campaigns.listings import read_listing
from campaigns.models import Campaign, CampaignAtThanx, CampaignState
from campaigns.their_campaigns import dates_of, is_same
from thanxportal.accounts.models import Merchant
from thanxportal.partner_api import Campaign as TheirCampaign
from thanxportal.partner_api import NotFound, PartnerClient

MOST_ASKED = 5  # campaigns that are asked for one by one in one reading; the next ones follow in the next reading


def mirror_campaigns(partner: PartnerClient, merchant: Merchant, now: datetime) -> int:
    """Mirrors all; returns how many are active. Raises GateClosed or PartnerApiError, and has kept what it read."""
    mirror = CampaignAtThanx.objects.of_merchant(merchant)
    known = mirror.listed().filter(end_at__gt=now).values_list("thanx_id", flat=True)
    theirs, complete = read_listing(lambda: partner.iter_campaigns(merchant.thanx_id), known)
    on_their_way = list(_publishing(merchant))
    rows = [_row(listed, merchant, now) for listed in theirs if not any(is_same(ours, listed) for ours in on_their_way)]
    _store(rows)
    if complete:
        active = {campaign.id for campaign in theirs}
        postponed = _ask_for_ours(partner, merchant, now, active)
        mirror.listed().exclude(thanx_id__in=active.union(postponed)).update(withdrawn_at=timezone.now())
    return len(theirs)


def _publishing(merchant: Merchant) -> QuerySet[Campaign]:
    """Ours that are just being created: what Thanx lists may be one whose answer was lost."""
    return merchant.campaigns.filter(state=CampaignState.PUBLISHING).prefetch_related("variants__reward_template")


def _ask_for_ours(partner: PartnerClient, merchant: Merchant, now: datetime, active: Collection[str]) -> list[str]:
    """Asks for those of ours that aren't over and have left the list: they may be gone, or not active yet.

    Returns those that are left for the next reading.
    """
    running = merchant.campaigns.filter(state=CampaignState.PUBLISHED, end_at__gt=now)
    asked_before = CampaignAtThanx.objects.of_merchant(merchant).exclude(withdrawn_at=None).values("thanx_id")
    missing = running.exclude(thanx_id__in=active).exclude(thanx_id__in=asked_before).order_by("pk")
    left = list(missing.values_list("thanx_id", flat=True))
    for thanx_id in left[:MOST_ASKED]:
        _ask(partner, merchant, now, thanx_id)
    return left[MOST_ASKED:]


def _ask(partner: PartnerClient, merchant: Merchant, now: datetime, thanx_id: str) -> None:
    row = CampaignAtThanx(merchant=merchant, seen_at=now, unknown=True)
    with suppress(NotFound):
        row = _row(partner.get_campaign(thanx_id, merchant.thanx_id), merchant, now)
    row.thanx_id, row.withdrawn_at = thanx_id, now
    _store([row])


def _row(theirs: TheirCampaign, merchant: Merchant, now: datetime) -> CampaignAtThanx:
    return CampaignAtThanx(
        merchant=merchant,
        thanx_id=theirs.id,
        name=theirs.name[:300],
        objective=theirs.objective,
        fine_print=theirs.fine_print,
        arms=[{"name": arm.name, "reward_template_id": arm.reward_template_id} for arm in theirs.variants],
        seen_at=now,
        **dates_of(theirs),
    )


def _store(rows: list[CampaignAtThanx]) -> None:
    fields = [field.name for field in CampaignAtThanx._meta.fields if field.name not in ("id", "merchant", "thanx_id")]
    key = ["merchant", "thanx_id"]
    CampaignAtThanx.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=key, update_fields=fields, batch_size=500
    )
