"""What the guests of each arm did, as sums: read from the exports in SQL, so that no guest passes through Python.

Everybody whom the split assigned counts, in that arm, whatever Thanx did with the reward: intention to treat. Who
stands in several lists counts once, as of the first. A guest is matched by email or phone alone, which Control can be
as well as the others; the id in `reward.issued` is only used for redemptions. A visit is a purchase above $0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.statistics.means import Paired, Sums

TABLES = ("window", "guest", "gift", "done", "visit")
JOINED = ("guest", "gift")  # with tables of which there is no knowing how many rows match
DAYS_SINCE = {  # of 24 hours
    "postgresql": "CAST(DATE_PART('day', p.purchased_at - g.since) AS integer)",
    "sqlite": "CAST(ROUND((JULIANDAY(p.purchased_at) - JULIANDAY(g.since)) * 86400) AS integer) / 86400",
}
DAY = {  # of the merchant; Django gives SQLite the function
    "postgresql": "DATE({moment} AT TIME ZONE %(zone)s)",
    "sqlite": "django_datetime_cast_date({moment}, %(zone)s, 'UTC')",
}

GUESTS = """INSERT INTO readout_guest WITH member AS (
    SELECT identity, MIN(user_id) AS user_id FROM (
        SELECT email_identity AS identity, user_id FROM issuance_member
        WHERE merchant_id = %(merchant)s AND email_identity IS NOT NULL UNION ALL
        SELECT phone_identity, user_id FROM issuance_member
        WHERE merchant_id = %(merchant)s AND phone_identity IS NOT NULL) AS known GROUP BY identity)
SELECT id, variant_id, identity, user_id, since, ended, before FROM (
    SELECT g.id, g.variant_id, g.identity, m.user_id, w.since, w.ended, w.before, ROW_NUMBER() OVER (
        PARTITION BY m.user_id, CASE WHEN m.user_id IS NULL THEN g.identity END ORDER BY w.since, g.id) AS nth
    FROM readout_window w JOIN issuance_guest g ON g.guest_list_id = w.list
    LEFT JOIN member m ON m.identity = g.identity
    WHERE g.outcome <> 'already_rewarded') AS every WHERE nth = 1"""

GIFTS = """CREATE TEMPORARY TABLE readout_gift AS
WITH held AS (
    SELECT g.id, g.user_id, g.since, g.ended, MAX(h.reward_id) AS reward_id
    FROM readout_guest g JOIN issuance_guest h ON h.identity = g.identity
    WHERE h.guest_list_id IN (SELECT id FROM issuance_guestlist WHERE campaign_id = %(campaign)s)
    AND h.outcome IN ('rewarded', 'revoked') GROUP BY g.id, g.user_id, g.since, g.ended),
used AS (
    SELECT h.id, r.used_at, r.discount FROM held h JOIN issuance_exportedreward r
    ON r.merchant_id = %(merchant)s AND r.reward_uid = h.reward_id
    WHERE h.reward_id <> '' AND r.state = 'used' AND r.used_at >= h.since AND r.used_at < %(until)s
    UNION ALL
    SELECT h.id, r.used_at, r.discount FROM held h JOIN issuance_exportedreward r
    ON r.merchant_id = %(merchant)s AND r.user_id = h.user_id
    WHERE h.reward_id = '' AND r.state = 'used' AND r.activated_at >= h.since AND r.activated_at <= h.ended
    AND r.used_at < %(until)s)
SELECT h.id, MIN(u.used_at) AS used_at, COALESCE(SUM(u.discount), 0) AS discount
FROM held h LEFT JOIN used u ON u.id = h.id GROUP BY h.id"""

# In both, CROSS keeps SQLite from reading all purchases first, and the index holds all that is read of them.
DONE = """CREATE TEMPORARY TABLE readout_done AS
SELECT g.id, SUM(CASE WHEN p.purchased_at >= g.since AND p.amount > 0 THEN 1 ELSE 0 END) AS visits,
    SUM(CASE WHEN p.purchased_at >= g.since THEN p.amount ELSE 0 END) AS spend,
    SUM(CASE WHEN p.purchased_at < g.since AND p.amount > 0 THEN 1 ELSE 0 END) AS visits_before,
    SUM(CASE WHEN p.purchased_at < g.since THEN p.amount ELSE 0 END) AS spend_before,
    MAX(CASE WHEN p.purchased_at >= g.since THEN p.purchased_at END) AS latest
FROM readout_guest g CROSS JOIN issuance_purchase p
WHERE p.merchant_id = %(merchant)s AND p.user_id = g.user_id
AND p.purchased_at >= g.before AND p.purchased_at < %(until)s GROUP BY g.id"""

VISITS = """CREATE TEMPORARY TABLE readout_visit AS
SELECT g.id AS guest, g.variant_id, p.location_id, {days} AS day
FROM readout_guest g CROSS JOIN issuance_purchase p
WHERE p.merchant_id = %(merchant)s AND p.user_id = g.user_id AND p.amount > 0
AND p.purchased_at >= g.since AND p.purchased_at < %(until)s"""

EACH = """SELECT g.variant_id, CASE WHEN g.user_id IS NULL THEN 0 ELSE 1 END AS matched,
    CASE WHEN r.id IS NULL THEN 0 ELSE 1 END AS issued, CASE WHEN r.used_at IS NULL THEN 0 ELSE 1 END AS redeemed,
    CASE WHEN {came} > {used} THEN 1 ELSE 0 END AS returned, COALESCE(r.discount, 0) AS discount,
    COALESCE(v.visits, 0) AS visits, COALESCE(v.spend, 0) AS spend,
    COALESCE(v.visits_before, 0) AS visits_before, COALESCE(v.spend_before, 0) AS spend_before
FROM readout_guest g LEFT JOIN readout_gift r ON r.id = g.id LEFT JOIN readout_done v ON v.id = g.id"""

COUNTS = {
    "guests": "COUNT(*)",
    "issued": "SUM(issued)",
    "matched": "SUM(matched)",
    "redeemed": "SUM(redeemed)",
    "returned": "SUM(returned)",
    "discount": "SUM(discount)",
    "came": "SUM(CASE WHEN visits > 0 THEN 1 ELSE 0 END)",
}
METRICS = ("visits", "spend")
KIND = "CASE WHEN visits_before > 0 THEN 'known' ELSE 'new' END"
BY_PLACE = """SELECT location_id, variant_id, 0, SUM(visits), SUM(visits * visits) FROM (
    SELECT location_id, variant_id, guest, COUNT(*) AS visits FROM readout_visit
    WHERE location_id <> '' GROUP BY location_id, variant_id, guest) AS at
GROUP BY location_id, variant_id ORDER BY location_id, variant_id"""


ByKind = dict[tuple[str, int], list[int]]  # of guests who came before or not, and of an arm: counts, then moments


class ArmSums(NamedTuple):
    """Of guests of one arm; `visits` and `spend`, in cents, as they were before and after."""

    guests: int
    issued: int
    matched: int
    redeemed: int
    returned: int
    discount: int
    came: int
    visits: Paired
    spend: Paired


class PartSums(NamedTuple):
    """Visits of a part of the guests of one arm, or of all of its guests to one location."""

    part: str
    variant: int
    guests: int
    visits: int
    squares: int


class CampaignSums(NamedTuple):
    """By arm; by whether guests came before; by location; and visits by arm and day since issuing."""

    arms: dict[int, ArmSums]
    kinds: list[PartSums]
    places: list[PartSums]
    days: dict[int, dict[int, int]]


def sums_of(campaign: Campaign, until: datetime) -> CampaignSums:
    """What happened from the issuing of each list `until` then; before it, as long a time again."""
    merchant, vendor = campaign.merchant, connection.vendor
    values = {"campaign": campaign.pk, "merchant": merchant.pk, "until": _stored(until), "zone": merchant.time_zone}
    days = {"came": DAY[vendor].format(moment="v.latest"), "used": DAY[vendor].format(moment="r.used_at")}
    with _tables() as cursor:
        _write_windows(cursor, campaign, until)
        for table, made in zip(TABLES[1:], (GUESTS, GIFTS, DONE, VISITS), strict=True):
            cursor.execute(made.format(days=DAYS_SINCE[vendor]), values)
            if vendor == "postgresql" and table in JOINED:
                cursor.execute(f"ANALYZE readout_{table}")
        by_kind = _by_kind(cursor, EACH.format(**days), values)
        return CampaignSums(_arms(by_kind), _kinds(by_kind), _places(cursor), _days(cursor))


@contextmanager
def _tables() -> Iterator[CursorWrapper]:
    """Without a transaction, which would keep others from writing to SQLite meanwhile."""
    with connection.cursor() as cursor:
        try:
            yield cursor
        finally:
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS readout_{table}")


def _write_windows(cursor: CursorWrapper, campaign: Campaign, until: datetime) -> None:
    """The times of each list whose guests the split assigned."""
    moment, digest = (field().db_type(connection) for field in (models.DateTimeField, models.BinaryField))
    times = ", ".join(f"{name} {moment}" for name in ("since", "ended", "before"))
    cursor.execute(f"CREATE TEMPORARY TABLE readout_window (list bigint, {times})")
    guest = f"id bigint PRIMARY KEY, variant_id bigint, identity {digest}, user_id varchar(64)"
    cursor.execute(f"CREATE TEMPORARY TABLE readout_guest ({guest}, {times})")
    lists = GuestList.objects.filter(campaign=campaign, planned_at__lt=until, parent=None, one_guest=False)
    rows = [
        (pk, _stored(since), _stored(ended or until), _stored(since - (until - since)))
        for pk, since, ended in lists.values_list("pk", "planned_at", "ended_at")
        if since
    ]
    cursor.executemany("INSERT INTO readout_window VALUES (%s, %s, %s, %s)", rows)


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _by_kind(cursor: CursorWrapper, each: str, values: dict[str, Any]) -> ByKind:
    moments = [f"SUM({each})" for name in METRICS for each in _moments(name)]
    columns = ", ".join([*COUNTS.values(), *moments])
    cursor.execute(
        f"SELECT {KIND} AS kind, variant_id, {columns} FROM ({each}) AS guests GROUP BY kind, variant_id "  # noqa: S608 - columns of ours
        "ORDER BY kind, variant_id",
        values,
    )
    return {(kind, variant): [int(one) for one in row] for kind, variant, *row in cursor.fetchall()}


def _arms(by_kind: ByKind) -> dict[int, ArmSums]:
    rows: dict[int, list[list[int]]] = {}
    for (_, variant), row in by_kind.items():
        rows.setdefault(variant, []).append(row)
    return {variant: _arm([sum(column) for column in zip(*of_arm, strict=True)]) for variant, of_arm in rows.items()}


def _kinds(by_kind: ByKind) -> list[PartSums]:
    return [PartSums(kind, variant, *map(int, _arm(row).visits.after)) for (kind, variant), row in by_kind.items()]


def _moments(name: str) -> tuple[str, ...]:
    """Products are no whole numbers, as those of a few absurd amounts have more digits than whole numbers may have."""
    before = f"{name}_before"
    wide_before, wide = (f"CAST({each} AS double precision)" for each in (before, name))
    return before, f"{wide_before} * {before}", name, f"{wide} * {name}", f"{wide_before} * {name}"


def _arm(row: list[int]) -> ArmSums:
    counts = dict(zip(COUNTS, row, strict=False))
    visits, spend = (_paired(row[0], *row[at : at + 5]) for at in (len(COUNTS), len(COUNTS) + 5))
    return ArmSums(**counts, visits=visits, spend=spend)


def _paired(guests: int, before: int, squares_before: int, after: int, squares: int, products: int) -> Paired:
    return Paired(Sums(guests, before, squares_before), Sums(guests, after, squares), products)


def _places(cursor: CursorWrapper) -> list[PartSums]:
    cursor.execute(BY_PLACE)
    return [PartSums(place, *map(int, numbers)) for place, *numbers in cursor.fetchall()]


def _days(cursor: CursorWrapper) -> dict[int, dict[int, int]]:
    cursor.execute("SELECT variant_id, day, COUNT(*) FROM readout_visit GROUP BY variant_id, day")
    days: dict[int, dict[int, int]] = {}
    for variant, day, visits in cursor.fetchall():
        days.setdefault(variant, {})[day] = visits
    return days
