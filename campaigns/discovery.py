"""Mirrors what Thanx publishes: merchants, their locations, reward templates and campaigns, and our scopes.

What disappears at Thanx is marked withdrawn and never deleted, and only after its whole list was read (`listings`).
What is read when is decided in `refreshing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import available_timezones

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify

from campaigns.campaign_mirror import mirror_campaigns
from campaigns.listings import read_listing
from campaigns.models import Location, Part, Reading, RewardTemplate, RewardTemplateQuerySet, TemplateChange
from campaigns.withdrawal import withdraw_templates
from thanxportal.accounts.models import Merchant
from thanxportal.partner.gated_client import Urgency, partner_client
from thanxportal.partner.models import Credential
from thanxportal.partner_api import PER_PAGE, InDoubt, NotFound, PartnerClient, Rejected
from thanxportal.partner_api import Merchant as TheirMerchant
from thanxportal.partner_api import RewardTemplate as TheirTemplate

WATCHED = (
    *("name", "type", "subtype", "description", "fine_print"),
    *("discount_type", "discount_value", "redemption_venue", "image_url"),
)
KEPT = ("id", "merchant", "thanx_id", "asked_at")  # columns of a template that no reading changes
MOST_WORDS = 300  # kept of a text before and after; the address of a picture isn't kept
PATIENCE = 60.0  # seconds per request; the mirror holds no lease, so it may wait its turn


def sync_partner(*, patience: float = PATIENCE) -> dict[str, int]:
    """Mirrors everything once; returns how much was read.

    Raises GateClosed or PartnerApiError, possibly half way. If Thanx refuses one merchant's templates, it reads
    those of the other merchants before it raises.
    """
    with partner_client(Urgency.DISCOVERY, patience=patience) as partner:
        counts = _sync_merchants(partner) | dict.fromkeys(Part.values, 0)
        no = None
        for merchant in Merchant.objects.filter(withdrawn_at=None):
            for part in Part:
                try:
                    counts[part.value] += read_part(partner, merchant, part)
                except Rejected as error:
                    no = error
    if no:
        raise no
    return counts


def sync_merchants(*, patience: float = PATIENCE) -> None:
    """Mirrors which merchants there are, and our scopes. Raises GateClosed or PartnerApiError."""
    with partner_client(Urgency.DISCOVERY, patience=patience) as partner:
        _sync_merchants(partner)


def _sync_merchants(partner: PartnerClient) -> dict[str, int]:
    scopes = partner.get_scopes()
    merchants = _mirror_merchants(partner)
    Credential.objects.filter(pk=Credential.current().pk).update(scopes=scopes, synced_at=timezone.now())
    return {"merchants": len(merchants), "scopes": len(scopes)}


def read_part(partner: PartnerClient, merchant: Merchant, part: Part) -> int:
    """Mirrors one part of what a merchant has at Thanx; returns how many rows it read. Raises as `sync_partner`."""
    now = timezone.now()
    count = MIRRORS[part](partner, merchant, now)
    fields = {"read_at": now, "requests": max(1, ceil(count / PER_PAGE)), "lease_until": None}
    Reading.objects.update_or_create(merchant=merchant, part=part, defaults=fields)
    return count


def _mirror_merchants(partner: PartnerClient) -> list[TheirMerchant]:
    now = timezone.now()
    known = Merchant.objects.filter(withdrawn_at=None).values_list("thanx_id", flat=True)
    theirs, complete = read_listing(partner.iter_merchants, known)
    handles = dict(Merchant.objects.values_list("handle", "thanx_id"))
    rows = [
        Merchant(
            thanx_id=merchant.id,
            handle=_handle(merchant, handles),
            name=(merchant.name or merchant.handle or merchant.id)[:200],
            seen_at=now,
        )
        for merchant in theirs
    ]
    _upsert(Merchant, rows, key=["thanx_id"], update=["handle", "name", "seen_at", "withdrawn_at"])
    if complete:
        _withdraw(Merchant.objects.all(), now)
    return theirs


def _handle(merchant: TheirMerchant, taken: dict[str, str]) -> str:
    """Returns Thanx's handle as it fits into an address, followed by the id if another merchant has that address."""
    wanted = slugify(merchant.handle)[:100] or slugify(merchant.id)
    handle = wanted if taken.get(wanted, merchant.id) == merchant.id else f"{wanted[:60]}-{slugify(merchant.id)[:39]}"
    taken[handle] = merchant.id
    return handle


def _mirror_locations(partner: PartnerClient, merchant: Merchant, now: datetime) -> int:
    known = merchant.locations.filter(withdrawn_at=None).values_list("thanx_id", flat=True)
    theirs, complete = read_listing(lambda: partner.iter_locations(merchant.thanx_id), known)
    zones = available_timezones()
    rows = [
        Location(
            merchant=merchant,
            thanx_id=location.id,
            name=location.name[:200],
            street=location.street[:200],
            city=location.city[:120],
            state=location.state[:60],
            zip=location.zip[:20],
            phone=location.phone[:40],
            time_zone=location.time_zone if location.time_zone in zones else "",
            raw=location.raw,
            seen_at=now,
        )
        for location in theirs
        if location.merchant_id in ("", merchant.thanx_id)
    ]
    fields = [field.name for field in Location._meta.fields if field.name not in ("id", "thanx_id")]
    _upsert(Location, rows, key=["thanx_id"], update=fields)
    if complete:
        _withdraw(merchant.locations.all(), now)
    return len(rows)


def _mirror_templates(partner: PartnerClient, merchant: Merchant, now: datetime) -> int:
    known = merchant.reward_templates.published().values_list("thanx_id", flat=True)
    theirs, complete = read_listing(lambda: partner.iter_reward_templates(merchant.thanx_id), known)
    _store_templates(merchant, merchant.reward_templates.all(), theirs, now, complete=complete)
    return len(theirs)


def read_template(partner: PartnerClient, template: RewardTemplate) -> bool:
    """Mirrors one template anew; False if Thanx doesn't publish it. Raises GateClosed or PartnerApiError."""
    now, merchant = timezone.now(), template.merchant
    theirs = []
    with suppress(NotFound):
        theirs = [partner.get_reward_template(template.thanx_id, merchant.thanx_id)]
    if any(answered.id != template.thanx_id for answered in theirs):
        raise InDoubt(code="UNEXPECTED_ANSWER")
    _store_templates(merchant, merchant.reward_templates.filter(pk=template.pk), theirs, now, complete=True)
    return bool(theirs)


@transaction.atomic
def _store_templates(
    merchant: Merchant,
    templates: RewardTemplateQuerySet,
    theirs: list[TheirTemplate],
    now: datetime,
    *,
    complete: bool,
) -> None:
    """Writes what was read of these templates, `complete` if what is missing is gone."""
    rows = [_template(template, merchant, now) for template in theirs]
    fields = [field.name for field in RewardTemplate._meta.fields if field.name not in KEPT]
    earlier = list(templates.defer("raw"))
    _upsert(RewardTemplate, rows, key=["merchant", "thanx_id"], update=fields)
    if complete:
        withdraw_templates(templates.exclude(thanx_id__in=[row.thanx_id for row in rows]))
    changes = _changes(earlier, {row.thanx_id: row for row in rows}, now, complete=complete)
    TemplateChange.objects.bulk_create(changes, batch_size=500)


def _changes(
    earlier: list[RewardTemplate], read: dict[str, RewardTemplate], now: datetime, *, complete: bool
) -> Iterator[TemplateChange]:
    """Compares the templates of before with those just read, which may be all. New ones have no history yet."""
    for old in earlier:
        new = read.get(old.thanx_id)
        if new is None and complete and old.withdrawn_at is None:
            yield TemplateChange(template=old, at=now, field=TemplateChange.WITHDRAWN)
        if new is not None and old.withdrawn_at is not None:
            yield TemplateChange(template=old, at=now, field=TemplateChange.RETURNED)
        for field in WATCHED if new else ():
            before, after = getattr(old, field), getattr(new, field)
            if before != after:
                kept = ("", "") if field == "image_url" else (before[:MOST_WORDS], after[:MOST_WORDS])
                yield TemplateChange(template=old, at=now, field=field, before=kept[0], after=kept[1])


def _template(theirs: TheirTemplate, merchant: Merchant, now: datetime) -> RewardTemplate:
    images = theirs.images or {}
    picture = images.get("large") or images.get("default") or next(iter(images.values()), None)
    return RewardTemplate(
        merchant=merchant,
        thanx_id=theirs.id,
        name=theirs.name[:300],
        type=theirs.type[:60],
        subtype=theirs.subtype[:60],
        description=theirs.description,
        fine_print=theirs.fine_print,
        discount_type=(theirs.discount.type if theirs.discount else "")[:60],
        discount_value=(theirs.discount.value if theirs.discount else "")[:40],
        redemption_venue=theirs.redemption_venue[:40],
        image_url=picture or "",
        raw=theirs.raw,
        seen_at=now,
    )


def _upsert(model: type[models.Model], rows: list[Any], *, key: list[str], update: list[str]) -> None:
    """Inserts or updates rows."""
    manager = model._default_manager
    manager.bulk_create(rows, update_conflicts=True, unique_fields=key, update_fields=update, batch_size=500)


@transaction.atomic
def _withdraw(rows: models.QuerySet[Any], read_at: datetime) -> None:
    """Marks rows that were missing in the complete reading which began at `read_at`."""
    rows.filter(seen_at__lt=read_at, withdrawn_at=None).update(withdrawn_at=timezone.now())


MIRRORS = {Part.REWARDS: _mirror_templates, Part.CAMPAIGNS: mirror_campaigns, Part.LOCATIONS: _mirror_locations}
