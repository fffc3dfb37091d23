"""Queries whose SQL is written once a process."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from campaigns.models import Campaign
from tests import cast
from thanxportal.accounts.models import Merchant, User
from thanxportal.prepared import Prepared, PreparedUpdate


@Prepared
def campaigns(merchant: int, name: str, since: datetime) -> QuerySet[Campaign]:
    found = Campaign.objects.filter(merchant=merchant, name=name, start_at__gte=since)
    return found.select_related("merchant").order_by("-pk")


def test_each_call_asks_for_its_own_values(harbor: Merchant, sunny: Merchant, django_assert_num_queries: Any) -> None:
    june, july = (cast.draft_campaign(harbor, name=name) for name in ("June", "July"))
    cast.draft_campaign(sunny, name="June")
    yesterday = timezone.now() - timedelta(days=1)
    with django_assert_num_queries(4):
        assert campaigns(harbor.pk, "June", yesterday) == [june]
        assert campaigns(harbor.pk, "July", yesterday) == [july]
        assert campaigns(harbor.pk, "July", timezone.now() + timedelta(days=1)) == []
        assert [one.merchant.name for one in campaigns(sunny.pk, "June", yesterday)] == [sunny.name]


def test_a_text_that_looks_like_sql_stays_a_text(harbor: Merchant) -> None:
    made = cast.draft_campaign(harbor, name="%s' OR 1=1 --")
    cast.draft_campaign(harbor, name="June")
    assert campaigns(harbor.pk, "%s' OR 1=1 --", timezone.now() - timedelta(days=1)) == [made]


def test_a_value_that_is_no_parameter_is_refused(harbor: Merchant) -> None:
    @Prepared
    def decided(merchant: int, name: str) -> QuerySet[Campaign]:
        return Campaign.objects.filter(merchant=merchant) if name else Campaign.objects.filter(pk=merchant)

    with pytest.raises(ValueError, match="isn't one of its parameters"):
        decided(harbor.pk, "June")


def test_a_query_of_values_returns_values(harbor: Merchant, django_assert_num_queries: Any) -> None:
    @Prepared
    def names(merchant: int) -> QuerySet[Campaign, tuple[str, datetime | None]]:
        return Campaign.objects.filter(merchant=merchant).order_by("name").values_list("name", "start_at")

    made = [cast.draft_campaign(harbor, name=name) for name in ("July", "June")]
    with django_assert_num_queries(1):
        assert names(harbor.pk) == [(campaign.name, campaign.start_at) for campaign in made]


@pytest.mark.parametrize("kind", ["campaigns", "lists"])
def test_a_number_that_no_row_can_have_finds_nothing(kind: str, harbor: Merchant, ana: User, client_of: Any) -> None:
    assert client_of(ana).get(f"/m/{harbor.handle}/{kind}/99999999999999999999/").status_code == 404


@PreparedUpdate
def rename(merchant: int, before: str, after: str, at: datetime) -> int:
    renamed = {"name": after, "start_at": Case(When(start_at=None, then=Value(at)), default=F("start_at"))}
    return Campaign.objects.filter(merchant=merchant, name=before).update(**renamed)


def test_an_update_changes_the_rows_of_its_own_values_and_counts_them(
    harbor: Merchant, sunny: Merchant, django_assert_num_queries: Any
) -> None:
    ours, theirs = (cast.draft_campaign(merchant, name="June") for merchant in (harbor, sunny))
    cast.draft_campaign(harbor, name="July")
    assert rename(harbor.pk, "May", "June", timezone.now()) == 0
    with django_assert_num_queries(3):
        assert rename(harbor.pk, "June", "%s' OR 1=1 --", timezone.now()) == 1
        assert rename(harbor.pk, "June", "May", timezone.now()) == 0
        assert rename(sunny.pk, "June", "May", timezone.now()) == 1
    names = Campaign.objects.filter(pk__in=[ours.pk, theirs.pk]).order_by("pk").values_list("name", flat=True)
    assert [*names] == ["%s' OR 1=1 --", "May"]


def test_preparing_an_update_changes_nothing(harbor: Merchant) -> None:
    told = cast.draft_campaign(harbor, name="June")
    prepared = PreparedUpdate(lambda name: Campaign.objects.update(name=name))
    assert prepared("August") == 1
    told.refresh_from_db()
    assert told.name == "August"


on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite plans in the program itself.")


@on_postgresql
def test_postgresql_plans_what_is_asked_often_once(harbor: Merchant) -> None:
    for _ in range(10):
        campaigns(harbor.pk, "June", timezone.now())
        rename(harbor.pk, "June", "July", timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT left(statement, 6), count(*) FROM pg_prepared_statements GROUP BY 1")
        planned = dict(cursor.fetchall())
    assert planned["SELECT"] >= 1
    assert planned["UPDATE"] >= 1


def test_other_queries_are_asked_as_before_and_after(harbor: Merchant) -> None:
    with connection.cursor() as before:
        campaigns(harbor.pk, "June", timezone.now())
    with connection.cursor() as after:
        assert type(after.cursor) is type(before.cursor)


@on_postgresql
def test_what_other_queries_say_is_kept_nowhere(harbor: Merchant) -> None:
    rename(harbor.pk, "June", "July", timezone.now())
    for number in range(10):
        list(Campaign.objects.filter(name=f"A long text {number}"))
    kept = str(vars(connection.connection._prepared))
    assert "UPDATE" in kept
    assert "A long text" not in kept


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_migration_changes_meanwhile_is_read_as_it_is_now(harbor: Merchant) -> None:
    june = cast.draft_campaign(harbor, name="June")
    yesterday = timezone.now() - timedelta(days=1)
    length = Campaign._meta.get_field("name").max_length or 0
    try:
        for more in (0, 1):
            change_length(length + more)
            for _ in range(10):
                assert campaigns(harbor.pk, "June", yesterday) == [june]
    finally:
        change_length(length)


def change_length(length: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE campaigns_campaign ALTER COLUMN name TYPE varchar({length})")


@on_postgresql
def test_a_pool_that_knows_no_plans_gets_none(harbor: Merchant, settings: Any) -> None:
    @Prepared
    def by_objective(objective: str) -> QuerySet[Campaign]:
        return Campaign.objects.filter(objective=objective)

    for on, counted in ((False, 0), (True, 1)):
        settings.PREPARED_STATEMENTS = on
        assert by_objective("None so far") == []
        assert str(vars(connection.connection._prepared)).count('"objective" = ') == counted
