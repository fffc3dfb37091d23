"""Staff who look at a merchant's pages see what a viewer sees, masked and logged, and change nothing anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from tests import cast
from tests.issuance.factories import make_list
from tests.routes import OF_MERCHANTS
from tests.world import World
from thanxportal.accounts.models import Activity, Membership, Merchant, Role, User

pytestmark = pytest.mark.django_db
Addresses = Callable[[str], list[str]]
ClientOf = Callable[[User], Client]
LOGS = {
    "django_session", "django_admin_log", "accounts_activity", "accounts_activityhead", "accounts_sharedcache",
    "usersessions_usersession",
}  # fmt: skip


@pytest.fixture
def sue(db: None) -> User:
    """Support."""
    person = cast.person("sue@example.com", is_staff=True)
    person.groups.add(Group.objects.get(name="Support"))
    return person


@pytest.fixture
def looker(sue: User, client_of: ClientOf) -> Client:
    return client_of(sue)


def look(looker: Any, merchant: Merchant, page: str = "") -> Any:
    return looker.post(reverse("admin:accounts_look", args=[merchant.pk]), {"page": page})


def words(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return " ".join(body.decode().split())


def tables() -> dict[str, str]:
    """A digest of every table but those that note who looked."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if (table := model._meta.db_table) not in LOGS:
            with connection.cursor() as cursor:
                columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
                cursor.execute(f'SELECT {columns} FROM "{table}" ORDER BY 1')  # noqa: S608 - names are ours
                found[table] = sha256(repr([[*map(_plain, row)] for row in cursor.fetchall()]).encode()).hexdigest()
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def asked(looker: Client, url: str) -> Iterator[tuple[str, Any]]:
    for method in ("get", "post", "put", "patch", "delete"):
        yield method, getattr(looker, method)(url)
    yield "piece", looker.get(url, headers={"HX-Request": "true"})


def test_no_address_writes_anything_or_shows_a_guest(
    addresses: Addresses, harbor: Merchant, ana: User, looker: Client
) -> None:
    urls = addresses("harbor-grill")
    look(looker, harbor)
    before, opened = tables(), 0
    for url in urls:
        for method, answer in asked(looker, url):
            assert answer.status_code in (200, 204, 302, 403, 404, 405), (method, url)
            assert answer.status_code not in (200, 204) or method in ("get", "piece"), (method, url)
            page = words(answer)
            assert not re.search(r"guest\d+@example\.com", page), url
            assert "post" not in forms_of(page), url
            opened += method == "get" and answer.status_code == 200
    assert opened > 15
    assert tables() == before


STATES = (ListState.CHECKED, ListState.AWAITING_APPROVAL, ListState.HELD, ListState.ISSUING, ListState.STOPPED)


@pytest.mark.parametrize("state", STATES)
def test_a_list_stays_as_it_is_whatever_it_waits_for(state: ListState, campaign: Campaign, looker: Client) -> None:
    made = make_list(campaign, state, waiting=3, invalid=1, duplicate=1)
    look(looker, made.merchant)
    before = tables()
    for route in OF_MERCHANTS:
        if route.name.startswith("issuance:list_") and "pk" in route.parameters and not route.of_campaign:
            for method, answer in asked(looker, route.url(handle=made.merchant.handle, pk=made.pk)):
                assert answer.status_code not in (200, 204) or method in ("get", "piece"), (method, route)
                assert not re.search(r"guest\d+@example\.com", words(answer)), route
    after = tables()
    assert {table for table in after if after[table] != before[table]} <= {"issuance_guestlist"}
    changed = GuestList.objects.values().get(pk=made.pk)
    assert {name for name in changed if changed[name] != getattr(made, name)} <= {"cached_counts"}


def forms_of(page: str) -> str:
    """How the forms of the content are sent."""
    main = page.partition("<main")[2].partition("</main")[0]
    return " ".join(re.findall(r'<form[^>]*method="(\w+)"', main))


def test_the_pages_are_a_viewers_below_a_banner(
    addresses: Addresses, harbor: Merchant, ben: User, looker: Client, client_of: ClientOf
) -> None:
    viewer = client_of(ben)
    urls = addresses("harbor-grill")
    look(looker, harbor)
    for url in urls:
        theirs, ours = viewer.get(url), looker.get(url)
        assert theirs.status_code == ours.status_code, url
        if ours.status_code == 200 and "text/html" in ours.headers["Content-Type"] and b"<main" in ours.content:
            assert "You are looking at" in words(ours), url
            assert "Nothing can be changed." in words(ours), url
            assert "You are looking at" not in words(theirs), url


def test_nothing_of_another_merchant_is_seen(
    addresses: Addresses, harbor: Merchant, sunny: Merchant, looker: Client
) -> None:
    urls = addresses("sunny-side-coffee")
    look(looker, harbor)
    for url in urls:
        for method, answer in asked(looker, url):
            assert answer.status_code in (302, 404, 405), (method, url)
    look(looker, sunny)
    for url in addresses_again(urls):
        assert looker.get(url).status_code == 404, url


def addresses_again(urls: list[str]) -> list[str]:
    """Under the own handle, what belongs to another merchant is as little there as what doesn't exist."""
    return [url for url in urls if re.search(r"/(lists|campaigns|rewards)/\d+/$", url)]


def test_every_kind_of_page_is_logged_once_for_merchant_and_staff(
    addresses: Addresses, harbor: Merchant, sue: User, looker: Client
) -> None:
    pages = [url for url in addresses("harbor-grill") if re.search(r"grill/lists/(\d+/(guests/)?)?$", url)]
    seen = Activity.objects.count()
    look(looker, harbor)
    for url in (*pages, *pages):
        looker.get(url, headers={"HX-Request": "true"})
        looker.get(url)
    lines = Activity.objects.for_merchant(harbor)[: Activity.objects.count() - seen]
    assert {line.actor for line in lines} == {sue}
    assert sorted(line.sentence for line in lines) == [
        "Looked at guests, masked as partner staff.",
        "Looked at lists as partner staff.",
    ]
    told = [entry.change_message for entry in LogEntry.objects.filter(user=sue)]
    assert sorted(told) == [
        "Looked at guests, masked as the merchant sees them.",
        "Looked at lists as the merchant sees them.",
    ]


def test_it_ends_by_leaving_by_time_by_signing_out_and_with_the_right(
    harbor: Merchant, sue: User, looker: Client, client_of: ClientOf, world: World
) -> None:
    home = reverse("issuance:home", args=[harbor.handle])
    assert looker.get(home).status_code == 404
    assert look(looker, harbor).url == home
    assert looker.get(home).status_code == 200
    left: Any = looker.post(reverse("accounts:look_leave"))
    assert left.url == f"/admin/accounts/merchant/{harbor.pk}/change/"
    assert looker.get(home).status_code == 404

    look(looker, harbor)
    world.advance(29 * 60)
    assert looker.get(home).status_code == 200
    world.advance(2 * 60)
    assert looker.get(home).status_code == 302

    look(looker, harbor)
    looker.post(reverse("account_logout"))
    looker.force_login(sue)
    assert looker.get(home).status_code == 404

    look(looker, harbor)
    sue.groups.clear()
    assert looker.get(home).status_code == 404
    assert look(looker, harbor).status_code == 403


def test_who_looks_too_long_is_told_and_led_back_to_where_it_began(
    harbor: Merchant, sunny: Merchant, sue: User, looker: Client, world: World
) -> None:
    look(looker, harbor)
    world.advance(31 * 60)
    page = f"/admin/accounts/merchant/{harbor.pk}/change/"
    answer: Any = looker.get("/m/harbor-grill/lists/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Your look at Harbor Grill ended after 30 min. Look again from here." in words(answer)
    assert "Look as this merchant" in words(answer)
    piece = looker.get("/m/harbor-grill/", headers={"HX-Request": "true"})
    assert piece.headers["HX-Redirect"] == page
    assert looker.get("/m/sunny-side-coffee/").status_code == 404
    sue.groups.clear()
    assert looker.get("/m/harbor-grill/").status_code == 404


def test_a_look_opens_the_page_it_was_asked_from_and_no_other_site(harbor: Merchant, looker: Client) -> None:
    assert look(looker, harbor, "/m/harbor-grill/lists/").url == "/m/harbor-grill/lists/"
    for elsewhere in ("https://example.com/m/harbor-grill/", "//example.com", "/m/sunny-side-coffee/", "/admin/"):
        assert look(looker, harbor, elsewhere).url == "/m/harbor-grill/"


def test_merchants_cant_look_at_each_other(harbor: Merchant, cleo: User, client_of: ClientOf) -> None:
    looker = client_of(cleo)
    assert look(looker, harbor).status_code == 302
    assert looker.get("/m/harbor-grill/").status_code == 404


def test_staff_on_the_team_of_a_merchant_act_by_their_role_alone(harbor: Merchant, sue: User, looker: Client) -> None:
    Membership.objects.create(user=sue, merchant=harbor, role=Role.VIEWER)
    look(looker, harbor)
    assert looker.get("/m/harbor-grill/").status_code == 200
    assert Membership.objects.count() == 1
