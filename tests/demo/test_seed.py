"""`manage.py seed_demo` creates people, approvals and a guest list, and running it again keeps the data."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from issuance.engine.reconcile import reconcile
from issuance.models import ExportFile, ReadOut
from issuance.parsing.guest_file import open_guest_file
from issuance.worker.due_work import compute_due_read_outs
from thanxportal.accounts.models import Membership, Merchant, Role, User
from thanxportal.demo.sample_guests import sample_guests


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def seed(**options: bool) -> str:
    said = StringIO()
    call_command("seed_demo", stdout=said, stderr=StringIO(), **options)
    return said.getvalue()


@pytest.mark.django_db
def test_without_a_merchant_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match=r"Run: python manage.py sync_partner$"):
        seed()


@pytest.mark.usefixtures("simulator")
@pytest.mark.django_db
def test_it_mirrors_thanx_first_when_asked() -> None:
    assert "Harbor Grill" in seed(sync=True)


def test_a_campaign_that_is_over_has_a_read_out_with_the_chosen_effect(harbor: Merchant) -> None:
    for _ in range(2):
        call_command("seed_read_out", harbor.handle)
    assert set(ExportFile.objects.values_list("kind", "state", "bad_count")) == {
        ("memberships", "loaded", 0), ("purchases", "loaded", 0), ("rewards", "loaded", 0),
    }  # fmt: skip
    assert not compute_due_read_outs()
    numbers = ReadOut.objects.get().numbers
    first, second, control = numbers["arms"]
    assert first["visits"] > second["visits"] > control["visits"]
    assert not numbers["matching_differs"]
    assert not reconcile().differences


def test_two_merchants_get_a_person_for_each_role(harbor: Merchant, sunny: Merchant) -> None:
    seed()
    for merchant in (harbor, sunny):
        assert set(merchant.memberships.values_list("role", flat=True)) == set(Role.values)


def test_two_people_of_staff_can_propose_and_confirm(harbor: Merchant) -> None:
    said = seed()
    for email in ("sam@example.com", "rob@example.com"):
        assert User.objects.get(email=email).is_superuser
        assert f"    {email}\n" in said


def test_at_the_second_merchant_large_lists_need_an_approver(harbor: Merchant, sunny: Merchant) -> None:
    assert "Sunny Side Coffee: lists above 100 guests need an approver" in seed()
    sunny.refresh_from_db()
    assert sunny.approval_threshold == 100
    Merchant.objects.update(approval_threshold=None)
    assert "need an approver" not in seed(), "what a manager changed stays"


def test_the_printed_password_fits_everybody(harbor: Merchant, sunny: Merchant) -> None:
    password = seed().partition("Password of all: ")[2].split()[0]
    assert all(person.check_password(password) for person in User.objects.all())


def test_again_keeps_what_people_changed(harbor: Merchant, sunny: Merchant, folder: Path) -> None:
    first = seed()
    Membership.objects.filter(user__email="ben@example.com").update(role=Role.SENDER)
    (folder / "sample-guests.csv").write_text("my own")
    assert seed() == first
    assert Membership.objects.get(user__email="ben@example.com").role == Role.SENDER
    assert (folder / "sample-guests.csv").read_text() == "my own"


def test_the_password_is_for_nobody_else_to_read(harbor: Merchant, folder: Path) -> None:
    seed()
    assert (folder / "demo-password").stat().st_mode & 0o077 == 0


def test_the_sample_list_has_every_kind_of_row(tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_bytes(sample_guests())
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    with open_guest_file(path, country="US", max_rows=10_000, max_bytes=10_000_000) as file:
        for result in file.results():
            kinds[result.code or ("duplicate" if result.value in seen else result.type)] += 1
            kinds["fixed"] += result.fixed
            seen.add(result.value)
    assert {"email", "phone", "duplicate", "fixed", "email_no_at", "no_identifier"} <= kinds.keys()
    assert kinds["email"] > 400
