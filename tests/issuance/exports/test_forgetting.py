"""What exports told of a guest ends when the guest asks for it or the guest's time is over, and never comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from issuance.exports import loading
from issuance.exports.forgetting import forget_strangers
from issuance.lifecycle.transitions import move_list
from issuance.models import Erasure, ExportFile, GuestList, Member, Purchase
from issuance.models.states import ListState
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.privacy.exporting import export_guest
from issuance.privacy.finding import GuestSearch
from issuance.privacy.removal import remove_personal_data
from issuance.privacy.uploads import IN_VAIN, delete_old_uploads
from tests.issuance.exports.bringing import ANN, BOB, COFFEE, LUNCH, MEMBERSHIPS, PURCHASES, bring, lines, load
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchases(harbor: Merchant, members: None) -> ExportFile:
    return load(harbor, lines(PURCHASES, COFFEE, LUNCH), "purchases.csv")


def test_a_guest_is_told_what_exports_said(harbor: Merchant, purchases: ExportFile) -> None:
    search = GuestSearch(harbor, "ann@example.com")
    rows = next(section.rows for section in export_guest(search) if section.title == "What Thanx exported")
    assert [row.get("id at Thanx") or row.get("amount in cents") for row in rows] == ["1", 450]
    assert search.look()["exports"] == 2


def test_an_erased_guest_is_gone_from_the_exports_and_not_brought_back(
    harbor: Merchant, purchases: ExportFile, ana: User
) -> None:
    order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    assert erase_ordered() == 1
    load(harbor, lines(MEMBERSHIPS, ANN, BOB), "memberships.csv")
    load(harbor, lines(PURCHASES, COFFEE, LUNCH), "purchases.csv")
    assert [*Member.objects.values_list("user_id", flat=True)] == ["2"]
    assert [*Purchase.objects.values_list("user_id", flat=True)] == ["2"]
    assert Erasure.objects.get().counts["exports"] == 2


@pytest.mark.parametrize(("forget_between", "left"), [("erasure", ["2"]), ("purge", [])])
def test_nobody_who_is_forgotten_during_a_load_is_brought_back(
    forget_between: str,
    left: list[str],
    harbor: Merchant,
    purchases: ExportFile,
    ana: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export, merge = bring(harbor, lines(PURCHASES, COFFEE, LUNCH), "purchases_2026-05-12.csv"), loading._merge

    def forget_first(*args: Any) -> bool:
        monkeypatch.setattr(loading, "_merge", merge)
        if forget_between == "erasure":
            order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
            erase_ordered()
        else:
            assert move_list(GuestList.objects.get(), ListState.DISCARDED, ended_at=timezone.now())
            GuestList.objects.update(created_at=timezone.now() - timedelta(days=91))
            remove_personal_data()
        return merge(*args)

    monkeypatch.setattr(loading, "_merge", forget_first)
    loading.load_export(export.pk)
    assert [*Purchase.objects.values_list("user_id", flat=True)] == left
    loading.load_export(export.pk)
    export.refresh_from_db()
    assert export.state in ("loaded", "waiting")
    assert [*Purchase.objects.values_list("user_id", flat=True)] == left


def test_purchases_of_no_member_go_with_the_strangers(harbor: Merchant, purchases: ExportFile) -> None:
    Member.objects.filter(user_id="1").delete()
    assert forget_strangers(harbor.pk) == 1
    assert Purchase.objects.get().user_id == "2"


def test_an_erasure_deletes_files_that_name_members(harbor: Merchant, purchases: ExportFile, ana: User) -> None:
    naming = Path(ExportFile.objects.get(kind="memberships").file.path)
    order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    erase_ordered()
    assert ExportFile.objects.get(kind="memberships").file == ""
    assert ExportFile.objects.get(kind="purchases").file
    assert naming.exists()  # Until the test's transaction would end.


def test_members_go_with_the_last_list_that_names_them(harbor: Merchant, purchases: ExportFile) -> None:
    guest_list = GuestList.objects.get()
    assert move_list(guest_list, ListState.DISCARDED, ended_at=timezone.now())
    GuestList.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert remove_personal_data().lists == 1
    assert not Member.objects.exists()
    assert not Purchase.objects.exists()


def test_the_file_goes_a_day_after_it_was_loaded(harbor: Merchant, purchases: ExportFile) -> None:
    assert delete_old_uploads() == 0
    ExportFile.objects.update(loaded_at=timezone.now() - timedelta(hours=24))
    assert delete_old_uploads() == 2
    assert not ExportFile.objects.exclude(file="").exists()


def test_an_export_that_nobody_explains_ends_after_a_week(harbor: Merchant, guests: GuestList) -> None:
    waiting = load(harbor, lines(PURCHASES, COFFEE), "purchases.csv")
    long_ago = timezone.now() - timedelta(days=8)
    ExportFile.objects.update(received_at=long_ago, loaded_at=long_ago)
    assert delete_old_uploads() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == ("refused", IN_VAIN)
