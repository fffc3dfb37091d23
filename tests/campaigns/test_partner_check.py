"""`check_partner` names what the connection to Thanx lacks, with the next step; `setup` brings a new portal there."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from issuance.staff.onboarding import CONNECTION
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.management.commands import setup
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db


def checked(code: int) -> str:
    said = StringIO()
    with pytest.raises(SystemExit) if code else nullcontext():
        call_command("check_partner", stdout=said)
    return said.getvalue()


def test_what_is_complete_is_said_and_ends_with_0(simulator: Simulator, settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = ["secret"]
    call_command("sync_partner", stdout=StringIO())
    said = json.loads(checked(0).splitlines()[-1])
    assert all(said[name] for name in CONNECTION)
    assert not said["rehearsal"]


def test_before_anything_was_read_the_next_steps_are_named(simulator: Simulator, settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = []
    said = checked(1)
    assert "ok  credential" in said
    assert "--  merchants: The merchants were never read.\n    Run python manage.py sync_partner." in said
    assert f"Give Thanx the address {settings.PORTAL_URL}/webhooks/thanx, and set THANX_WEBHOOK_SECRET." in said


def test_a_missing_scope_is_no_wrong_credential(simulator: Simulator) -> None:
    simulator.grant("something.else")
    for _ in range(2):  # The second look comes while all requests wait for the next probe.
        said = checked(1)
        assert "ok  credential" in said
        assert "--  scopes: The scope rewards.issue is missing.\n    Ask Thanx for it." in said


def test_a_corrected_credential_is_believed_after_a_minute(simulator: Simulator, settings: Any, world: World) -> None:
    right, settings.THANX_ACCESS_TOKEN = settings.THANX_ACCESS_TOKEN, "wrong"
    assert "--  credential: Thanx refuses the credential (401)." in checked(1)
    assert "--  credential: Thanx refused the credential less than a minute ago." in checked(1)
    settings.THANX_ACCESS_TOKEN = right
    world.advance(61)
    assert "ok  credential" in checked(1)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and static files are there."""
    there = ("check", "migrate", "collectstatic")
    monkeypatch.setattr(
        setup, "call_command", lambda name, **named: None if name in there else call_command(name, **named)
    )


@pytest.mark.usefixtures("prepared")
def test_setup_makes_one_administrator_who_chooses_a_password(simulator: Simulator) -> None:
    said = StringIO()
    call_command("setup", ask=False, administrator="sam@example.com", stdout=said)
    sam = User.objects.get(is_superuser=True)
    assert (sam.email, sam.is_staff, sam.has_usable_password()) == ("sam@example.com", True, False)
    link = re.search(r"http://127\.0\.0\.1:8000(\S+)", said.getvalue())
    assert link
    assert "New password" in Client().get(link[1], follow=True).content.decode()
    assert json.loads(said.getvalue().splitlines()[-1]) == {"administrators": 1, "merchants": Merchant.objects.count()}
    call_command("setup", ask=False, administrator="rob@example.com", stdout=said)
    assert User.objects.count() == 1


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("email", [None, "no address"])
def test_setup_ends_with_a_sentence_without_an_administrator(email: str | None) -> None:
    with pytest.raises(CommandError, match="--administrator EMAIL"):
        call_command("setup", ask=False, administrator=email, stdout=StringIO())


@pytest.mark.usefixtures("prepared")
def test_setup_goes_on_where_thanx_does_not_answer(simulator: Simulator, settings: Any) -> None:
    settings.THANX_ACCESS_TOKEN = "wrong"
    said, trouble = StringIO(), StringIO()
    call_command("setup", ask=False, administrator="sam@example.com", stdout=said, stderr=trouble)
    assert "Thanx refuses the credentials (401)" in trouble.getvalue()
    assert "run: python manage.py check_partner" in said.getvalue()
