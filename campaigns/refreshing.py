"""Keeps the mirror of Thanx fresh: decides which part of which merchant is read next, and spends little on it.

Merchants at whose data somebody looks, or for whom something is issued, are read often and the others daily, within
a share of Thanx's limit (THANX_DISCOVERY_SHARE) that is spread over its 15 minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from campaigns.discovery import read_part, read_template
from campaigns.models import Part, Reading, RewardTemplate
from thanxportal.accounts.models import Merchant
from thanxportal.partner import slots
from thanxportal.partner.gated_client import GateClosed, MerchantParked, Urgency, partner_client
from thanxportal.partner.models import ApiRequest
from thanxportal.partner_api import CredentialRefused, NotSent, PartnerApiError, PartnerClient, RateLimited, Rejected

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds for a slot; while the engine needs them all, the mirror waits for its next turn
TURN = timedelta(minutes=1)  # from one turn to the next
WINDOW = timedelta(seconds=slots.LONG.seconds)
LATELY = timedelta(minutes=20)  # how long a merchant stays active after a page or a request of the engine
REFUSED_PAUSE = timedelta(minutes=15)  # before a merchant that Thanx refused is asked about again
LISTS = 2  # requests in 15 minutes for scopes and merchants, if one page holds all
DAY = timedelta(days=1)


class Periods(NamedTuple):
    """After which time a part is read again, of an active merchant and of another."""

    active: timedelta
    idle: timedelta


# A turn and a queue come on top: what an active merchant gives away is at most 15 minutes old. Of an idle one only the
# rewards matter, because teams are told of withdrawn ones; whoever opens a page makes it active, and all is read anew.
PERIODS = {
    Part.REWARDS: Periods(timedelta(minutes=11), DAY),
    Part.CAMPAIGNS: Periods(timedelta(hours=1), 7 * DAY),
    Part.LOCATIONS: Periods(DAY, 7 * DAY),
}


def refresh_mirror() -> int:
    """One turn: reads what is due, as far as the share of discovery goes. Returns how many parts were read."""
    Reading.objects.add_for(Merchant.objects.filter(withdrawn_at=None, readings=None))
    return _read_all(_as_far_as_the_share_goes(due_readings(timezone.now())))


def refresh_merchant(merchant: Merchant) -> int:
    """Reads what somebody asked for of this merchant alone. It counts against the share, but doesn't wait for it."""
    readings = Reading.objects.of_merchant(merchant).select_related("merchant")
    return _read_all(reading for reading in readings if reading.awaited)


def refresh_template(template: RewardTemplate) -> None:
    """Reads one reward template, because its page showed an old copy. If that fails, the page asks again later."""
    with partner_client(Urgency.DISCOVERY, patience=PATIENCE) as partner:
        try:
            read_template(partner, template)
        except (GateClosed, PartnerApiError) as error:
            log.warning("Reading reward template %s: %s", template.pk, error)


def active_merchants(now: datetime) -> set[int]:
    """Ids of merchants of whom somebody opened a page lately, or whose campaigns or lists are at work."""
    requests = ApiRequest.objects.of_work().filter(at__gte=now - LATELY).exclude(merchant_id="")
    at_work = Q(thanx_id__in=requests.values("merchant_id"))
    merchants = Merchant.objects.filter(at_work | Q(visited_at__gte=now - LATELY), withdrawn_at=None)
    return set(merchants.values_list("pk", flat=True))


def due_readings(now: datetime) -> list[Reading]:
    """What is to be read: first what somebody asked for, then what is the oldest for its period."""
    active = active_merchants(now)
    due = Q(read_at=None) | Q(asked_at__gt=F("read_at"))
    for part, periods in PERIODS.items():
        due |= Q(part=part, read_at__lte=now - periods.idle)
        due |= Q(part=part, merchant__in=active, read_at__lte=now - periods.active)
    rows = Reading.objects.free(now).filter(due, merchant__withdrawn_at=None).select_related("merchant")

    def lateness(reading: Reading) -> float:
        """1 when it is due; what isn't given away gets no later than that, so that late rewards go first."""
        periods = PERIODS[Part(reading.part)]
        age = now - (reading.read_at or now - periods.idle)
        late = age / (periods.active if reading.merchant_id in active else periods.idle)
        return late if reading.part == Part.REWARDS else min(late, 1.0)

    return sorted(rows, key=lambda reading: (not reading.awaited, -lateness(reading), reading.pk))


def budget() -> int:
    """Requests that discovery may send in 15 minutes."""
    return int(slots.LONG.requests * settings.THANX_DISCOVERY_SHARE / 100)


def _as_far_as_the_share_goes(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Of the whole share, and of an even part of it in this turn, so that who becomes active waits for no quarter."""
    most = budget()
    for reading in readings:
        now = timezone.now()
        sent = ApiRequest.objects.of_discovery().filter(at__gt=now - WINDOW)
        spent = sent.aggregate(
            readings=Count("pk", filter=~Q(merchant_id="")),
            lists=Count("pk", filter=Q(merchant_id="")),
            turn=Count("pk", filter=Q(at__gt=now - TURN) & ~Q(merchant_id="")),
        )
        left = most - spent["readings"] - max(spent["lists"], LISTS)
        if left < min(reading.requests, most // 2) or spent["turn"] >= ceil(most * (TURN / WINDOW)):
            return
        yield reading


def _read_all(readings: Iterable[Reading]) -> int:
    """Reads one after the other, until the gate closes or Thanx can't be reached."""
    count = 0
    with partner_client(Urgency.DISCOVERY, patience=PATIENCE) as partner:
        for reading in readings:
            if not reading.take():
                continue
            if not _read(partner, reading):
                break
            count += 1
    return count


def _read(partner: PartnerClient, reading: Reading) -> bool:
    """Reads one part. False if others can't be read now either.

    After a no to this merchant, the merchant rests; after an unclear answer, the part rests as long as its lease.
    """
    try:
        read_part(partner, reading.merchant, Part(reading.part))
    except MerchantParked as parked:
        Reading.objects.of_merchant(reading.merchant).update(lease_until=parked.retry_at)
    except (GateClosed, NotSent, RateLimited):
        Reading.objects.filter(pk=reading.pk).update(lease_until=None)
        return False
    except PartnerApiError as error:
        log.warning("Reading %s of merchant %s: %s", reading.part, reading.merchant_id, error)
        if isinstance(error, Rejected | CredentialRefused):
            pause = timezone.now() + REFUSED_PAUSE
            Reading.objects.of_merchant(reading.merchant).update(lease_until=pause)
    return True
