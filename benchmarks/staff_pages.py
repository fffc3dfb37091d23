"""How long staff wait for the admin's lists when its logs are long: each filter, search and order of each list once.

    DATABASE_URL=postgres://… python -m benchmarks.staff_pages [LOG_LINES]

On PostgreSQL, in a database of its own: so many requests to Thanx and webhooks, half as many lines of activity, events
and notifications, 20,000 jobs in 5,000 lists of 500 merchants. Each answer is one JSON line: median `seconds` of three,
`most` that it may take, and its `queries`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median
from types import SimpleNamespace
from typing import Any

import django

from benchmarks.webhooks import own_database

MERCHANTS, LISTS, JOBS = 500, 5_000, 20_000
MOST, ROUNDS, FILTERS = 0.5, 3, 8
WORDS = {"a word": "coffee", "nobody": "zzz-nowhere", "a handle": "merchant77", "an id": "job4711"}


def multiplied(row: Any, times: int, **changed: str) -> int:
    """Inserts so many copies of the row with `changed` columns, SQL of n from 1 on; returns the id of the first."""
    from django.db import connection

    table, model = row._meta.db_table, type(row)
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = [changed.get(column, f'"{column}"') for column in columns]
    last = model.objects.order_by("-pk")[0].pk
    with connection.cursor() as cursor:
        names = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table}, generate_series(1, {times}) n "
            f"WHERE {table}.id = {row.pk} ORDER BY n"
        )
    return int(model.objects.filter(pk__gt=last).earliest("pk").pk)


def one_of_each() -> SimpleNamespace:
    """The rows that are multiplied, by what they are."""
    from issuance.models import WebhookDelivery, note_event
    from issuance.models.states import ListState
    from tests import cast
    from tests.issuance.factories import make_list, published_campaign
    from thanxportal.accounts.models import Kind, Merchant, Notification, Role, record_activity
    from thanxportal.partner.models import ApiRequest

    harbor = Merchant.objects.create(thanx_id="m", handle="merchant", name="Merchant", seen_at=cast.timezone.now())
    ana = cast.person("ana@example.com", harbor, Role.MANAGER)
    for number in range(2):
        harbor.reward_templates.create(thanx_id=f"t{number}", name="Free coffee", seen_at=cast.timezone.now())
    campaign = published_campaign(harbor)
    made = make_list(campaign, ListState.FINISHED, by=ana, rewarded=9, refused=1)
    note_event(made, ListState.FINISHED, actor=ana)
    told = {"person": ana, "merchant": harbor, "kind": Kind.FINISHED, "key": "0", "sentence": "Finished."}
    asked = {"method": "GET", "path": "/partner/issuance_jobs/job0", "status": 200, "duration_ms": 90}
    webhook = {"sha256": "0", "event": "reward.issued", "thanx_job_id": "job0", "state": "applied"}
    return SimpleNamespace(
        merchant=harbor,
        campaign=campaign,
        guest_list=made,
        line=record_activity(merchant=harbor, actor=ana, sentence="Looked at row 7.", target="list:1"),
        told=Notification.objects.create(**told),
        asked=ApiRequest.objects.create(**asked),
        webhook=WebhookDelivery.objects.create(**webhook),
    )


def seed(lines: int) -> None:
    of = one_of_each()
    first = multiplied(of.merchant, MERCHANTS, handle="'merchant' || n", thanx_id="'m' || n", name="'Merchant ' || n")
    merchant = f"{first} + n % {MERCHANTS}"
    new = {"uuid": "gen_random_uuid()"}
    campaigns = multiplied(of.campaign, MERCHANTS, merchant_id=f"{first} - 1 + n", thanx_id="'c' || n", **new)
    arms = multiplied(of.campaign.variants.first(), MERCHANTS, campaign_id=f"{campaigns} - 1 + n")
    named = {"name": "'Guests ' || n", "campaign_id": f"{campaigns} + n % {MERCHANTS}", "merchant_id": merchant}
    lists = multiplied(of.guest_list, LISTS, confirm_token="gen_random_uuid()", **named, **new)  # noqa: S106
    shared = f"(n % {LISTS} + 1) % {MERCHANTS}"
    whose = {"guest_list_id": f"{lists} + n % {LISTS}", "merchant_id": f"{first} + {shared}"}
    whose["variant_id"] = f"{arms} + {shared}"
    seats = {"thanx_id": "'job' || n", "number": f"1 + n / {LISTS}", "idempotency_key": "gen_random_uuid()"}
    jobs = multiplied(of.guest_list.jobs.get(), JOBS, **whose, **seats)
    at = "now() - n * interval '20 seconds'"
    multiplied(of.line, lines // 2, merchant_id=merchant, at=at, target="'list:' || n")
    multiplied(of.told, lines // 2, merchant_id=merchant, at=at, key="n")
    multiplied(
        of.guest_list.events.get(),
        lines // 2,
        guest_list_id=f"{lists} + n % {LISTS}",
        job_id=f"{jobs} + n % {JOBS}",
        at=at,
    )
    rare = "CASE WHEN n % 5000 = 7 THEN {} WHEN n % 50000 = 9 THEN NULL ELSE {} END"
    multiplied(
        of.asked, lines, at=at, status=rare.format(429, 200), merchant_id=f"'m' || n % {MERCHANTS}",
        method="CASE WHEN n % 100 = 1 THEN 'POST' ELSE 'GET' END", path=f"'/partner/issuance_jobs/job' || n % {JOBS}",
        code="CASE WHEN n % 5000 = 7 THEN 'RATE_LIMITED' ELSE '' END",
    )  # fmt: skip
    state = "CASE WHEN n % 20000 = 7 THEN 'quarantined' ELSE 'applied' END"
    multiplied(of.webhook, lines, sha256="n", thanx_job_id=f"'job' || n % {JOBS}", received_at=at, state=state)


def addresses() -> Iterator[tuple[str, str]]:
    """What is asked for, by name: each list as it opens, by each of its filters, searches, and sortable columns."""
    from django.contrib import admin
    from django.test import RequestFactory
    from django.urls import reverse

    request = RequestFactory().get("/")
    for model, page in admin.site._registry.items():
        if not (list_display := page.get_list_display(request)):
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        yield f"{model._meta.model_name}", address
        if page.search_fields:
            yield from (
                (f"{model._meta.model_name}, search for {name}", f"{address}?q={q}") for name, q in WORDS.items()
            )
        sortable = page.get_sortable_by(request)
        for number in [number for number, name in enumerate(list_display, 1) if name in sortable]:
            yield from (
                (f"{model._meta.model_name}, by column {sign}{number}", f"{address}?o={sign}{number}")
                for sign in ("", "-")
            )


def links_of(browser: Any, address: str) -> set[str]:
    """The filters that a list offers, as it links to them."""
    import re

    page = browser.get(address).content.decode()
    found = re.findall(r'href="(\?[^"]+)"', page.partition('id="changelist-filter"')[2])
    return {address + query.replace("&amp;", "&") for query in found}


def main(lines: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STATIC_ROOT"] = folder
        django.setup()
        with own_database():
            measure_all(lines)


def measure_all(lines: int) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from tests import cast

    call_command("collectstatic", interactive=False, verbosity=0)
    seed(lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(cast.person("sam@example.com", is_staff=True, is_superuser=True))
    known = [*addresses()]
    for name, address in known:
        measure(browser, name, address)
        if "?" not in address:
            for link in sorted(links_of(browser, address))[:FILTERS]:
                measure(browser, f"{name}, filter {link.partition('?')[2]}", link)


def measure(browser: Any, name: str, address: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _ in range(ROUNDS):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            answer = browser.get(address)
            times.append(time.perf_counter() - began)
    line = {"name": name, "seconds": round(median(times), 3), "most": MOST, "queries": len(queries)}
    if median(times) > MOST:
        line["slow"] = [one["sql"][:400] for one in queries.captured_queries if float(one["time"]) > MOST / 5]
    print(json.dumps(line | {"status": answer.status_code}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
