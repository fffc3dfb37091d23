"""Whatever the shape and order in which exports come, what is known afterwards is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.exports import loading
from issuance.exports.columns import ExportRefused
from issuance.models import ExportedReward, ExportFile, Guest, GuestList, Member, Purchase
from tests.issuance.exports.bringing import (
    ANN,
    BOB,
    COFFEE,
    EVE,
    FREE_COFFEE,
    LUNCH,
    MEMBERSHIPS,
    OF_EVE,
    PURCHASES,
    REWARDS,
    bring,
    counts,
    lines,
    load,
)
from tests.issuance.factories import checked
from thanxportal.accounts.models import Merchant
from thanxportal.stored_files import StoreFails

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(days=1)
NEWER = "p1,pu1,41,1,l1,5.00,4.75,instore,2026-07-01 12:00:00"  # the same coffee, settled otherwise
BOTH = {"state": "loaded", "rows": 3, "kept": 2, "new": 2}
BOM = "\ufeff".encode()
AMOUNTS = {"p1": 450, "p2": 1200}


def amounts() -> dict[str, int]:
    return dict(Purchase.objects.values_list("purchase_id", "amount"))


def quoted(line: str) -> str:
    return ",".join(f'"{cell}"' for cell in line.split(","))


GOOD: dict[str, tuple[bytes | str, dict[str, Any]]] = {
    "as Thanx writes it": (lines(PURCHASES, COFFEE, LUNCH, OF_EVE), BOTH),
    "names in upper case": (lines(PURCHASES.upper(), COFFEE, LUNCH, OF_EVE), BOTH),
    "a byte order mark": (BOM + lines(PURCHASES, COFFEE, LUNCH, OF_EVE).encode(), BOTH),
    "UTF-16": (lines(PURCHASES, COFFEE, LUNCH, OF_EVE).encode("utf-16"), BOTH),
    "line ends of Windows": (lines(PURCHASES, COFFEE, LUNCH, OF_EVE).replace("\n", "\r\n"), BOTH),
    "semicolons": (lines(PURCHASES, COFFEE, LUNCH, OF_EVE).replace(",", ";"), BOTH),
    "all in quotes": (lines(*map(quoted, (PURCHASES, COFFEE, LUNCH, OF_EVE))), BOTH),
    "no line end at the end": (lines(PURCHASES, COFFEE, LUNCH, OF_EVE)[:-1], BOTH),
    "blank lines": (lines(PURCHASES, "", COFFEE, "", LUNCH, ",,,,,,,,", OF_EVE, ""), BOTH),
    "spaces around names and cells": (
        lines(PURCHASES, COFFEE, LUNCH, OF_EVE).replace(",", " , "), BOTH,
    ),
    "columns in another order": (
        lines("purchased_at,user_id,purchase_id,settlement_amount,authorization_amount",
              "2026-07-01 12:00:00,1,p1,4.50,5.00", "2026-07-02 12:00:00,2,p2,,12.00", "2026-07-02 12:00:00,9,p9,,7"),
        BOTH,
    ),
    "columns that nobody knows": (
        lines(f"{PURCHASES},tip,note", f"{COFFEE},1.00,x", f'{LUNCH},,"two\nlines"', f"{OF_EVE},,"), BOTH,
    ),
    "without optional columns": (
        lines("purchase_id,user_id,purchased_at,authorization_amount", "p1,1,2026-07-01T12:00:00Z,4.5",
              "p2,2,2026-07-02T14:00:00+02:00,12", "p9,9,2026-07-02,7"),
        BOTH,
    ),
    "the same row twice": (
        lines(PURCHASES, COFFEE, COFFEE, LUNCH, OF_EVE), {"state": "loaded", "rows": 4, "kept": 3, "new": 2},
    ),
    "a row that replaces one of the same file": (
        lines(PURCHASES, NEWER, COFFEE, LUNCH), {"state": "loaded", "rows": 3, "kept": 3, "new": 2},
    ),
    "a letter that is damaged": (
        lines(f"{PURCHASES},note", f"{COFFEE},é", f"{LUNCH},x", f"{OF_EVE},").encode("latin-1"), BOTH,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_purchases_are_read_whatever_their_shape(case: str, harbor: Merchant, members: None) -> None:
    content, expected = GOOD[case]
    assert counts(load(harbor, content, "purchases.csv")) == expected
    assert amounts() == AMOUNTS
    assert set(Purchase.objects.values_list("user_id", "purchased_at")) == {
        ("1", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2", datetime(2026, 7, 2, 12, tzinfo=UTC)),
    }


BAD: dict[str, tuple[str, str]] = {
    "too few cells": ("p2,pu2,41,2", "Line 3: 4 cells instead of 9."),
    "too many cells": (f"{LUNCH},x", "Line 3: 10 cells instead of 9."),
    "no id": (LUNCH.replace("p2,", ",", 1), "Line 3: “purchase_id” is empty."),
    "an id without end": (LUNCH.replace("p2,", "p" * 65 + ",", 1), "Line 3: “purchase_id” isn’t an id."),
    "an id with a sign that none has": (LUNCH.replace("p2,", "p\x002,", 1), "Line 3: “purchase_id” isn’t an id."),
    "no time": (LUNCH.replace("2026-07-02 12:00:00", ""), "Line 3: “purchased_at” is empty."),
    "a day that no month has": (LUNCH.replace("07-02", "02-30"), "Line 3: “purchased_at” isn’t a time."),
    "a time as Excel writes it": (LUNCH.replace("2026-07-02", "7/2/26"), "Line 3: “purchased_at” isn’t a time."),
    "no amount": (LUNCH.replace("12.00", "", 1), "Line 3: “authorization_amount” is empty."),
    "an amount in words": (LUNCH.replace("12.00", "twelve", 1), "Line 3: “authorization_amount” isn’t an amount."),
    "an amount without end": (LUNCH.replace("12.00", "1" * 12, 1), "Line 3: “authorization_amount” isn’t an amount."),
    "a fraction of a cent": (LUNCH.replace("12.00", "12.005", 1), "Line 3: “authorization_amount” isn’t an amount."),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_loaded(
    case: str, harbor: Merchant, members: None
) -> None:
    row, sentence = BAD[case]
    export = load(harbor, lines(PURCHASES, COFFEE, row, OF_EVE), "purchases.csv")
    assert counts(export) == {"state": "loaded", "rows": 3, "kept": 1, "new": 1, "bad": 1}
    assert export.bad_rows == [sentence]
    assert amounts() == {"p1": 450}


REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "nothing in it": ("", "purchases.csv", "“purchases.csv” is empty. Ask Thanx to export it again."),
    "blank lines alone": ("\n\n", "purchases.csv", "“purchases.csv” is empty. Ask Thanx to export it again."),
    "something else": (
        "name,table\nAnn,12\n", "bookings.csv",
        "“bookings.csv” isn’t an export of Thanx, as its first line names none of their columns. Bring rewards.csv, "
        "purchases.csv, or memberships.csv as Thanx wrote them.",
    ),
    "a spreadsheet": (
        b"PK\x03\x04\x14\x00\x08\x08", "purchases.xlsx",
        "“purchases.xlsx” isn’t an export of Thanx, as its first line names none of their columns. Bring rewards.csv, "
        "purchases.csv, or memberships.csv as Thanx wrote them.",
    ),
    "a column is missing": (
        lines("purchase_id,user_id,authorization_amount", "p1,1,5"), "purchases.csv",
        "“purchases.csv” lacks the column “purchased_at” of purchases. Ask Thanx to export it again with all columns.",
    ),
    "two are missing, under any name": (
        lines("user_id,reward_id", "1,r1"), "weekly.csv",
        "“weekly.csv” lacks the columns “reward_uid”, “state” of rewards. Ask Thanx to export it again with all "
        "columns.",
    ),
    "no names": (
        lines(COFFEE), "purchases.csv",
        "“purchases.csv” isn’t an export of Thanx, as its first line names none of their columns. Bring rewards.csv, "
        "purchases.csv, or memberships.csv as Thanx wrote them.",
    ),
    "a column twice": (
        lines(f"{PURCHASES},user_id", f"{COFFEE},2"), "purchases.csv",
        "“purchases.csv” has two columns “user_id” in its first line. Ask Thanx to export it again.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_export_is_refused_with_what_to_do_and_nothing_is_stored(
    case: str, harbor: Merchant, settings: Any
) -> None:
    content, name, sentence = REFUSED[case]
    with pytest.raises(ExportRefused) as refusal:
        bring(harbor, content, name)
    assert str(refusal.value) == sentence
    assert not ExportFile.objects.exists()
    assert not [*settings.MEDIA_ROOT.rglob("*.csv")]


def test_rows_before_a_broken_quote_count_and_the_line_is_named(harbor: Merchant, members: None) -> None:
    export = load(harbor, lines(PURCHASES, COFFEE, LUNCH.replace("p2", '"p2"x', 1), OF_EVE), "purchases.csv")
    assert counts(export) == {"state": "refused", "rows": 1, "kept": 1, "new": 1}
    assert export.problem == (
        "“purchases.csv” can’t be read from line 3 on, where a quote is broken. What stands before it is loaded. "
        "Ask Thanx to export it again."
    )


def test_the_same_bytes_again_change_nothing_and_say_so(harbor: Merchant, members: None) -> None:
    content = lines(PURCHASES, COFFEE, LUNCH)
    load(harbor, content, "purchases.csv")
    before = [*Purchase.objects.order_by("pk").values_list()]
    again = load(harbor, content, "purchases (1).csv")
    assert counts(again) == {"state": "loaded", "rows": 2, "kept": 2}
    assert [*Purchase.objects.order_by("pk").values_list()] == before
    assert ExportFile.objects.count() == 2


def test_a_newer_delivery_replaces_and_adds(harbor: Merchant, members: None) -> None:
    load(harbor, lines(PURCHASES, COFFEE), "purchases_2026-05-12.csv")
    export = load(harbor, lines(PURCHASES, NEWER, LUNCH), "purchases_2026-05-13.csv")
    assert counts(export) == {"state": "loaded", "rows": 2, "kept": 2, "new": 1, "replaced": 1}
    assert amounts() == {"p1": 475, "p2": 1200}


def test_an_older_delivery_that_comes_later_overwrites_nothing(harbor: Merchant, members: None) -> None:
    load(harbor, lines(PURCHASES, NEWER), "purchases_2026-05-03.csv")
    export = load(harbor, lines(PURCHASES, COFFEE, LUNCH), "purchases_20260502.csv")
    assert counts(export) == {"state": "loaded", "rows": 2, "kept": 2, "new": 1}
    assert amounts() == {"p1": 475, "p2": 1200}


def test_a_fact_that_was_stated_again_is_as_young_as_its_last_statement(harbor: Merchant, members: None) -> None:
    load(harbor, lines(PURCHASES, NEWER), "purchases_2026-05-01.csv")
    load(harbor, lines(PURCHASES, NEWER, LUNCH), "purchases_2026-05-03.csv")
    load(harbor, lines(PURCHASES, COFFEE), "purchases_2026-05-02.csv")
    assert amounts()["p1"] == 475


def test_a_row_that_says_when_it_was_changed_is_believed(harbor: Merchant, members: None) -> None:
    names = f"{PURCHASES},updated_at"
    load(harbor, lines(names, f"{NEWER},2026-07-03 10:00:00", f"{COFFEE},2026-07-02 10:00:00"), "a.csv")
    assert amounts() == {"p1": 475}
    load(harbor, lines(names, f"{COFFEE},2026-07-01 10:00:00"), "b.csv")
    assert amounts() == {"p1": 475}


def test_purchases_before_memberships_wait_and_are_read_again(harbor: Merchant, guests: GuestList) -> None:
    purchases = load(harbor, lines(PURCHASES, COFFEE, LUNCH, OF_EVE), "purchases.csv")
    assert counts(purchases) == {"state": "waiting", "rows": 3}
    assert purchases.problem == loading.WAITS
    load(harbor, lines(MEMBERSHIPS, ANN), "memberships.csv")
    assert amounts() == {"p1": 450}
    load(harbor, lines(MEMBERSHIPS, BOB, EVE), "memberships.csv")
    assert amounts() == AMOUNTS
    purchases.refresh_from_db()
    assert counts(purchases) == {"state": "loaded", "rows": 3, "kept": 2, "new": 1}


def test_guests_who_come_after_the_exports_are_found_in_them(harbor: Merchant, campaign_here: Campaign) -> None:
    load(harbor, lines(MEMBERSHIPS, ANN, BOB, EVE), "memberships.csv")
    load(harbor, lines(PURCHASES, COFFEE, LUNCH, OF_EVE), "purchases.csv")
    assert not Member.objects.exists()
    checked(campaign_here, "ann@example.com")
    GuestList.objects.update(checked_at=LATER)
    load(harbor, lines(PURCHASES, OF_EVE), "purchases.csv")
    assert amounts() == {"p1": 450}


def test_members_are_joined_to_guests_by_equal_hashes_and_nobody_else_is_kept(
    harbor: Merchant, guests: GuestList, members: None
) -> None:
    known = {guest.value: bytes(guest.identity) for guest in Guest.objects.all()}
    ann, bob = Member.objects.order_by("user_id")
    assert bytes(ann.email_identity or b"") == known["ann@example.com"]
    assert bytes(bob.phone_identity or b"") == known["+12025550101"]
    assert (ann.phone_identity, bob.email_identity) == (None, None)
    assert ann.joined_at == datetime(2026, 1, 2, 10, tzinfo=UTC)


def test_an_email_that_no_list_has_is_kept_of_no_member(harbor: Merchant, guests: GuestList) -> None:
    load(harbor, lines(MEMBERSHIPS, BOB.replace("41,,", "41,bob@example.com,")), "memberships.csv")
    assert Member.objects.get().email_identity is None


def test_a_guest_whom_only_an_issued_reward_names_is_known_by_it(harbor: Merchant, guests: GuestList) -> None:
    ann = Guest.objects.get(value="ann@example.com")
    Guest.objects.filter(pk=ann.pk).update(reward_id="ru1")
    load(harbor, lines(PURCHASES, COFFEE, OF_EVE), "purchases.csv")
    rewards = load(
        harbor, lines(REWARDS, FREE_COFFEE, FREE_COFFEE.replace("r1,ru1,41,1", "r9,ru9,41,9")), "rewards.csv"
    )
    assert counts(rewards) == {"state": "loaded", "rows": 2, "kept": 1, "new": 1}
    assert bytes(Member.objects.get().reward_identity or b"") == bytes(ann.identity)
    assert amounts() == {"p1": 450}
    assert ExportedReward.objects.values_list("state", "discount").get() == ("used", 450)


def test_memberships_that_come_later_keep_what_a_reward_told(harbor: Merchant, guests: GuestList) -> None:
    Guest.objects.filter(value="ann@example.com").update(reward_id="ru1")
    load(harbor, lines(REWARDS, FREE_COFFEE), "rewards.csv")
    load(harbor, lines(MEMBERSHIPS, ANN), "memberships_2026-01-05.csv")
    ann = Member.objects.get()
    assert ann.user_uid == "u1"
    assert ann.email_identity == ann.reward_identity


def test_exports_of_one_merchant_say_nothing_about_another(harbor: Merchant, sunny: Merchant, members: None) -> None:
    load(sunny, lines(MEMBERSHIPS, ANN), "memberships.csv")
    assert load(sunny, lines(PURCHASES, COFFEE), "purchases.csv").state == "waiting"
    assert not Purchase.objects.exists()


def test_a_file_of_another_merchant_is_refused_and_so_are_rows_of_others(
    harbor: Merchant, sunny: Merchant, members: None
) -> None:
    ours, theirs, nobodys = (
        lines(PURCHASES, COFFEE).replace("41", own) for own in (harbor.thanx_id, sunny.thanx_id, "")
    )
    with pytest.raises(ExportRefused) as refusal:
        bring(harbor, theirs, "purchases.csv")
    assert str(refusal.value) == (
        f"“purchases.csv” is an export of another merchant: its rows are of “{sunny.thanx_id}”, and Harbor Grill is "
        f"“{harbor.thanx_id}”. Bring the export of Harbor Grill."
    )
    both = load(harbor, ours + lines(LUNCH).replace("41", sunny.thanx_id), "purchases.csv")
    assert both.bad_rows == ["Line 3: “merchant_id” isn’t that of Harbor Grill."]
    assert (both.rows_count, both.kept_count, amounts()) == (2, 1, {"p1": 450})
    assert load(harbor, nobodys, "purchases.csv").state == "loaded"
    Merchant.objects.filter(pk=harbor.pk).update(thanx_id="7")
    harbor.refresh_from_db()
    with pytest.raises(ExportRefused, match="its rows are of “41”, and Harbor Grill is “7”"):
        bring(harbor, lines(PURCHASES, COFFEE), "purchases.csv")


def test_a_worker_that_dies_leaves_the_export_to_the_next(
    harbor: Merchant, members: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BATCH", 1)
    export = bring(harbor, lines(PURCHASES, COFFEE, LUNCH, OF_EVE), "purchases.csv")
    merges = iter([loading._merge])
    with monkeypatch.context() as broken:
        broken.setattr(loading, "_merge", lambda *args: next(merges, _die)(*args))
        with pytest.raises(SystemExit):
            loading.load_export(export.pk)
    assert amounts() == {"p1": 450}
    ExportFile.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    loading.load_export(export.pk)
    export.refresh_from_db()
    assert counts(export) == BOTH
    assert amounts() == AMOUNTS


def test_an_export_that_kills_its_workers_is_refused_and_the_next_is_loaded(
    harbor: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = bring(harbor, lines(PURCHASES, COFFEE, LUNCH), "purchases.csv")
    with monkeypatch.context() as broken:
        broken.setattr(loading, "_merge", _die)
        for _ in range(5):
            with pytest.raises(SystemExit):
                loading.load_export(deadly.pk)
            ExportFile.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    loading.load_export(deadly.pk)
    deadly.refresh_from_db()
    assert (deadly.state, deadly.problem, deadly.crash_count) == ("refused", loading.TOO_MANY_CRASHES, 0)
    assert not ExportFile.objects.due().exists()


def test_an_export_waits_for_a_store_that_is_away_however_long(
    harbor: Merchant, members: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = bring(harbor, lines(PURCHASES, COFFEE), "purchases.csv")
    with monkeypatch.context() as away:
        away.setattr(loading, "open_export", _store_fails)
        for _ in range(9):
            with pytest.raises(StoreFails):
                loading.load_export(export.pk)
            ExportFile.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    loading.load_export(export.pk)
    export.refresh_from_db()
    assert export.state == "loaded"


def _store_fails(*args: Any) -> None:
    raise StoreFails


def _die(*args: Any) -> bool:
    raise SystemExit
