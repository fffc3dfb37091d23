"""Mirrors what Thanx publishes: merchants, their locations, reward templates and campaigns, and our scopes.

What disappears at Thanx is marked withdrawn and never deleted, and only after its whole list was read (`listings`).
What is read when is decided in `refreshing`. What is wrong with one merchant stops nobody else's mirror.
"""

from __future__ import annotations

import logging
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
from campaigns.opt_ins import follow_listing, tell_new, tell_returned
from campaigns.pictures import origin_of
from campaigns.withdrawal import withdraw_templates
from thanxportal.accounts.models import Merchant
from thanxportal.partner.gated_client import MerchantParked, Urgency, partner_client, read_scopes
from thanxportal.partner.models import Credential
from thanxportal.partner_api import PER_PAGE, CredentialRefused, InDoubt, NotFound, PartnerClient, Rejected
from thanxportal.partner_api import Merchant as TheirMerchant
from thanxportal.partner_api import RewardTemplate as TheirTemplate

WATCHED = (
    *("name", "type", "subtype", "description", "fine_print"),
    *("discount_type", "discount_value", "redemption_venue", "image_url"),
)
log = logging.getLogger(__name__)
KEPT = ("id", "merchant", "thanx_id", "asked_at")  # columns of a template that no reading changes
MOST_WORDS = 300  # kept of a text before and after; the address of a picture isn't kept
MOST_BROKEN = 3  # merchants in a row about whom Thanx answers without sense
MOST_ORIGINS = 20  # of pictures, as each page names them in a header
PATIENCE = 60.0  # seconds per request; the mirror holds no lease, so it may wait its turn


def sync_partner(*, patience: float = PATIENCE, believe: bool = False) -> dict[str, int]:
    """Mirrors everything once; returns how much was read, and of how many merchants something wasn't.

    Raises GateClosed or PartnerApiError, possibly half way, if Thanx can't be reached, or answers without sense about
    several merchants in a row: then it is no merchant's. With `believe`, all who aren't listed have opted out.
    """
    unread = broken_in_a_row = 0
    with partner_client(Urgency.DISCOVERY, patience=patience) as partner:
        counts = {"merchants": _mirror_merchants(partner, believe=believe)} | dict.fromkeys(Part.values, 0)
        for merchant in Merchant.objects.filter(withdrawn_at=None):
            trouble = _read_merchant(partner, merchant, counts)
            unread += trouble is not None
            broken_in_a_row = broken_in_a_row + 1 if isinstance(trouble, InDoubt) else 0
            if trouble and broken_in_a_row == MOST_BROKEN:
                raise trouble
        return counts | {"unread_merchants": unread, "scopes": _end_sync(partner)}


def _read_merchant(partner: PartnerClient, merchant: Merchant, counts: dict[str, int]) -> Exception | None:
    """Reads all parts of a merchant that can be read; returns what was wrong with the last of the others."""
    trouble: Exception | None = None
    for part in Part:
        try:
            counts[part.value] += read_part(partner, merchant, part)
        except (MerchantParked, Rejected, CredentialRefused, InDoubt) as error:
            log.warning("Reading %s of merchant %s: %s", part.value, merchant.pk, error)
            trouble = error
    return trouble


def sync_merchants(*, patience: float = PATIENCE) -> None:
    """Mirrors which merchants there are, and our scopes. Raises GateClosed or PartnerApiError."""
    with partner_client(Urgency.DISCOVERY, patience=patience) as partner:
        _mirror_merchants(partner, believe=False)
        _end_sync(partner)


def _end_sync(partner: PartnerClient) -> int:
    """Asks what we may do, as what we may changes with the merchants; returns the number of scopes."""
    scopes = read_scopes(partner)
    Credential.objects.filter(pk=Credential.current().pk).update(synced_at=timezone.now())
    return len(scopes)


def read_part(partner: PartnerClient, merchant: Merchant, part: Part) -> int:
    """Mirrors one part of what a merchant has at Thanx; returns how many rows it read. Raises as `sync_partner`."""
    now = timezone.now()
    count = MIRRORS[part](partner, merchant, now)
    fields = {"read_at": now, "requests": max(1, ceil(count / PER_PAGE)), "lease_until": None}
    Reading.objects.update_or_create(merchant=merchant, part=part, defaults=fields)
    return count


def _mirror_merchants(partner: PartnerClient, *, believe: bool) -> int:
    """Mirrors the listing; returns how many it lists. Whoever is missing in it, as it was read completely, opts out."""
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
    _keep_listed(rows)
    if complete:
        follow_listing({row.thanx_id for row in rows}, believe=believe)
    return len(rows)


@transaction.atomic
def _keep_listed(rows: list[Merchant]) -> None:
    """Stores the merchants that Thanx lists, and tells of those that are new or back. At first all of them are new."""
    before = Merchant.objects.in_bulk(field_name="thanx_id")
    _upsert(Merchant, rows, key=["thanx_id"], update=["handle", "name", "seen_at", "withdrawn_at"])
    tell_returned([old for row in rows if (old := before.get(row.thanx_id)) and old.opted_out])
    if before:
        tell_new(Merchant.objects.filter(thanx_id__in={row.thanx_id for row in rows} - set(before)))


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
    _note_picture_origins(merchant)


def _note_picture_origins(merchant: Merchant) -> None:
    """Notes from where browsers may load pictures of this merchant's rewards, and from nowhere else."""
    addresses = merchant.reward_templates.filter(image_url__startswith="https:").values_list("image_url", flat=True)
    origins = sorted({origin_of(address) for address in addresses} - {""})[:MOST_ORIGINS]
    Merchant.objects.filter(pk=merchant.pk).exclude(picture_origins=origins).update(picture_origins=origins)


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
