"""The merchant whose pages are measured: a long list, lists of 2 and of 100 jobs, and as much of the rest as a year
leaves. Written by SQL, as nobody would wait for a million guests otherwise."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

HANDLE = "benchmark-grill"
EMAIL = "benchmark@example.com"
REFUSED_EVERY = 50  # guests
LISTS = 40
MOST = 1_000_000  # guests of a list; more are in further lists
# Each database counts in its own way.
NUMBERS = {
    "postgresql": "generate_series(1, {rows}) AS numbers(n)",
    "sqlite": "(WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {rows}) "
    "SELECT n FROM count) AS numbers",
}
HASH = {"postgresql": "decode(md5('{list}.' || n), 'hex')", "sqlite": "randomblob(16)"}


def seeded(rows: int) -> dict[str, Any]:
    """Ids of what the pages show, by name; makes what isn't there yet."""
    from campaigns.models import Campaign
    from issuance.models import GuestList
    from thanxportal.accounts.models import Merchant

    if not Merchant.objects.filter(handle=HANDLE).exists():
        _seed(rows)
    ids = dict(GuestList.objects.filter(name__startswith="=").values_list("name", "pk"))
    drafts = Campaign.objects.filter(state="draft").values_list("pk", flat=True)
    published = GuestList.objects.get(name="=long").campaign_id
    return {name[1:]: pk for name, pk in ids.items()} | {"campaign": published, "draft": drafts[0]}


def session_key() -> str:
    """A session of the merchant's manager."""
    from thanxportal.accounts.models import User

    browser = Client()
    browser.force_login(User.objects.get(email=EMAIL))
    return str(browser.session.session_key)


def _seed(rows: int) -> None:
    from issuance.models.states import ListState
    from tests import cast
    from tests.issuance.factories import make_list, published_campaign
    from thanxportal.accounts.models import Merchant, Role

    merchant = Merchant.objects.create(thanx_id="benchmark", handle=HANDLE, name="Benchmark Grill")
    person = cast.person(EMAIL, merchant, Role.MANAGER)
    _templates(merchant)
    campaign = published_campaign(merchant, name="Win-back June")
    cast.draft_campaign(merchant, name="Draft of July")
    for number in range(LISTS):
        state = (ListState.FINISHED, ListState.CHECKED, ListState.STOPPED)[number % 3]
        make_list(campaign, state, name=f"Stores {number}", by=person, waiting=3, rewarded=5, refused=2, invalid=1)
    for name, jobs in (("=two", 2), ("=hundred", 100)):
        _list(campaign, person, name, 10_000, jobs, running=True)
    for name, jobs in (("=short", 2), ("=long", 100)):
        _list(campaign, person, name, min(rows, MOST) if name == "=long" else 10_000, jobs, running=False)
    for number in range(1, rows // MOST):
        _list(campaign, person, f"Everybody {number}", MOST, 100, running=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # The database does it by itself within a minute of a load.


def _templates(merchant: Any) -> None:
    from campaigns.models import RewardTemplate

    for number in range(20):
        RewardTemplate.objects.create(
            merchant=merchant, thanx_id=f"template{number}", name=f"Free coffee {number}", seen_at=timezone.now()
        )


def _list(campaign: Any, person: Any, name: str, rows: int, jobs: int, *, running: bool) -> None:
    """A list of so many guests in so many jobs: half of them done if it is running, else all of them."""
    from issuance.models import GuestList, note_event
    from issuance.models.states import ListState

    launched = timezone.now() - timedelta(minutes=20)
    done = jobs // 2 if running else jobs
    each, refused = rows // jobs, rows // jobs // REFUSED_EVERY
    guest_list = GuestList.objects.create(
        merchant=campaign.merchant, campaign=campaign, name=name, created_by=person, launched_by=person,
        state=ListState.ISSUING if running else ListState.FINISHED, launched_at=launched, planned_at=launched,
        ended_at=None if running else timezone.now(), rows_count=each * jobs, waiting_count=each * (jobs - done),
        rewarded_count=(each - refused) * done, refused_count=refused * done, bytes_total=30 * rows,
        file_info={"names": ["Name", "Email"], "email": 1},
    )  # fmt: skip
    for state in ("uploaded", "reading", "checked", "held", "issuing", *([] if running else ["finished"])):
        note_event(guest_list, state, actor=person)
    ids = [_job(guest_list, number, each, refused, done=number <= done) for number in range(1, jobs + 1)]
    with connection.cursor() as cursor:
        cursor.execute(_guests(guest_list, min(ids), each, refused, done, jobs))
    _search_texts(guest_list)


def _search_texts(guest_list: Any) -> None:
    """As reading a file leaves them."""
    from issuance.importing.batches import BATCH
    from issuance.importing.row_formats import TEXT_COLUMNS
    from issuance.models import SearchText
    from issuance.models.bulk import insert_rows
    from issuance.models.cells import SEPARATOR

    guests = guest_list.guests.order_by("row").values_list("row", "value").iterator(chunk_size=10_000)
    while batch := list(islice(guests, BATCH)):
        text = SEPARATOR.join(value for _, value in batch)
        insert_rows(SearchText, TEXT_COLUMNS, [(guest_list.pk, batch[0][0], batch[-1][0], text)])


def _job(guest_list: Any, number: int, each: int, refused: int, *, done: bool) -> int:
    from tests.issuance.factories import job

    state = "completed" if done else "accepted"
    counts = {"failure_count": refused} if done else {}
    arms = list(guest_list.campaign.variants.all())[:2]
    return int(job(guest_list, number, arms[number % 2], state, each, **counts).pk)


def _guests(guest_list: Any, first_job: int, each: int, refused: int, done: int, jobs: int) -> str:
    """Guests 1 to `each` of each job; the first of a job that is done are refused."""
    from issuance.models.cells import SEPARATOR

    job, seat = f"(n - 1) / {each}", f"(n - 1) % {each}"
    outcome = f"CASE WHEN {job} >= {done} THEN 'waiting' WHEN {seat} < {refused} THEN 'refused' ELSE 'rewarded' END"
    reason = f"CASE WHEN {job} < {done} AND {seat} < {refused} THEN 'USER_EMAIL_INVALID' ELSE '' END"
    arm = guest_list.campaign.variants.all()[0].pk
    value = "CASE WHEN n % 10 < 7 THEN 'guest' || n || '@mail' || n % 400 || '.example.com' ELSE '+1202555' || n END"
    kind = "CASE WHEN n % 10 < 7 THEN 'email' ELSE 'phone' END"
    return f"""INSERT INTO issuance_guest (guest_list_id, "row", type, value, other, fixed, cells, identity, variant_id,
        outcome, reason, job_id, position, reward_id)
    SELECT {guest_list.pk}, n + 1, {kind}, {value}, '', FALSE, 'Guest Number ' || n || '{SEPARATOR}' || {value},
        {HASH[connection.vendor].format(list=guest_list.pk)}, {arm}, {outcome}, {reason}, {first_job} + {job},
        {seat}, ''
    FROM {NUMBERS[connection.vendor].format(rows=each * jobs)}"""
