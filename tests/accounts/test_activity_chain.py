"""The log is a chain that the database only lets grow, and a command names where somebody broke it all the same."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from campaigns.models import Campaign
from issuance.engine.parking import return_to_work
from issuance.models.states import ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Activity, ActivityHead, Merchant, User, record_activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(harbor: Merchant, sunny: Merchant, ana: User, cleo: User) -> list[Activity]:
    """Three lines of Harbor Grill, with one of Sunny Side among them."""
    told = [(harbor, ana, "One."), (sunny, cleo, "Another’s."), (harbor, None, "Two."), (harbor, ana, "Three.")]
    written = [record_activity(merchant=where, actor=who, sentence=what, path="/x/") for where, who, what in told]
    return [line for line in written if line.merchant == harbor]


def verified() -> tuple[int, list[str]]:
    """The exit code and what was printed before the JSON object."""
    out, code = StringIO(), 0
    try:
        call_command("verify_activity", stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    *said, closing = out.getvalue().splitlines()
    assert json.loads(closing)["broken"] == len(said)
    return code, said


def refused(rows: Any, **change: object) -> bool:
    try:
        with transaction.atomic():
            rows.update(**change)
    except IntegrityError:
        return True
    return False


def test_what_was_written_is_whole(lines: list[Activity]) -> None:
    assert verified() == (0, [])
    assert ActivityHead.objects.get(merchant=lines[0].merchant).lines == 3


@pytest.mark.parametrize("change", [{"sentence": "Nothing."}, {"target": "list:1"}, {"actor": None}, {"seal": "0"},
                                    {"at": "2020-06-01T12:00:00Z"}, {"path": "/y/"}])  # fmt: skip
def test_the_database_lets_no_line_be_changed(lines: list[Activity], change: dict[str, Any]) -> None:
    assert refused(Activity.objects.filter(pk=lines[0].pk), **change)


def test_a_line_loses_its_path_with_the_page_and_stays_whole(lines: list[Activity]) -> None:
    assert not refused(Activity.objects.filter(pk=lines[0].pk), path="")
    assert verified() == (0, [])


@pytest.mark.parametrize("model", [Activity, ActivityHead])
def test_the_database_lets_nothing_be_deleted(lines: list[Activity], model: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete(using="default")
    assert refused(ActivityHead.objects.all(), lines=0, seal="")


def test_who_is_named_in_the_log_stays(lines: list[Activity], ana: User) -> None:
    with pytest.raises(ProtectedError):
        ana.delete()


@pytest.mark.parametrize("change", [{"sentence": "Nothing."}, {"at": "2020-06-01T12:00:00Z"}, {"actor": None}])
def test_the_first_changed_line_is_named(lines: list[Activity], unguarded: None, change: dict[str, Any]) -> None:
    Activity.objects.filter(pk__in=[line.pk for line in (lines[0], lines[2])]).update(**change)
    code, said = verified()
    assert code == 1
    assert [line.partition(":")[0] for line in said] == ["harbor-grill"]
    assert f"line {lines[0].pk}:" in said[0]


def test_a_line_taken_out_of_the_middle_is_noticed(lines: list[Activity], unguarded: None) -> None:
    Activity.objects.filter(pk=lines[1].pk)._raw_delete(using="default")
    assert f"line {lines[2].pk}:" in verified()[1][0]


def test_lines_cut_off_at_the_end_are_noticed(lines: list[Activity], unguarded: None) -> None:
    Activity.objects.filter(pk=lines[2].pk)._raw_delete(using="default")
    assert verified()[1] == ["harbor-grill: line at the end: 3 lines were written, 2 are there."]


def test_a_line_slipped_in_is_noticed(lines: list[Activity]) -> None:
    slipped = Activity.objects.create(merchant=lines[0].merchant, sentence="Nothing.", seal=lines[2].seal)
    assert f"line {slipped.pk}:" in verified()[1][0]


def test_without_the_key_nobody_makes_a_seal(lines: list[Activity], unguarded: None, settings: Any) -> None:
    key, settings.IDENTITY_KEY = settings.IDENTITY_KEY, "guessed"
    Activity.objects.filter(pk=lines[2].pk).update(sentence="X.", seal=lines[2].sealed_after(lines[1].seal))
    settings.IDENTITY_KEY = key
    assert f"line {lines[2].pk}:" in verified()[1][0]


def test_an_act_that_is_rolled_back_leaves_no_line(lines: list[Activity], harbor: Merchant) -> None:
    with transaction.atomic():
        record_activity(merchant=harbor, actor=None, sentence="Never.")
        transaction.set_rollback(True)
    record_activity(merchant=harbor, actor=None, sentence="Four.")
    assert verified() == (0, [])


@pytest.mark.django_db(transaction=True)
def test_lines_written_at_the_same_moment_have_one_order(harbor: Merchant) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("The tests’ database in memory refuses a second writer instead of letting it wait.")

    def write(number: int) -> None:
        try:
            record_activity(merchant=harbor, actor=None, sentence=f"Line {number}.")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        list(people.map(write, range(24)))
    assert verified() == (0, [])
    assert ActivityHead.objects.get().lines == 24


def test_lines_of_an_older_version_are_sealed_as_they_are(lines: list[Activity], unguarded: None) -> None:
    seals = list(Activity.objects.order_by("pk").values_list("seal", flat=True))
    Activity.objects.update(seal="")
    ActivityHead.objects.all()._raw_delete(using="default")
    migration = import_module("thanxportal.accounts.migrations.0006_sealed_activity")
    migration.seal_lines(apps, connection.schema_editor())
    assert list(Activity.objects.order_by("pk").values_list("seal", flat=True)) == seals
    assert verified() == (0, [])


def test_what_staff_take_up_again_stands_in_the_merchants_log(campaign: Campaign, sam: User) -> None:
    parked = make_list(campaign, ListState.HELD, waiting=2)
    assert return_to_work(parked, actor=sam, reason="The worker has more memory now.")
    line = Activity.objects.for_merchant(campaign.merchant)[0]
    assert (line.actor, line.sentence) == (
        sam, "Staff took up “June guests” again: The worker has more memory now."
    )  # fmt: skip
