"""Everybody in the portal sees if Thanx can't be reached, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.models import Credential

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"synced_at": None}, ""),
        ({"synced_at": 59 * MINUTES}, ""),
        ({"synced_at": 90 * MINUTES}, "Thanx was last read 2 h ago."),
        ({"synced_at": 5 * MINUTES, "refused_at": 4 * MINUTES}, "Thanx refuses our credentials"),
    ],
)
def test_every_page_says_when_thanx_is_not_there(
    fields: dict[str, Any],
    sentence: str,
    harbor: Merchant,
    ben: User,
    client_of: Callable[[User], Client],
    world: World,
) -> None:
    now = timezone.now()
    times = {name: age and now - age for name, age in fields.items()}
    Credential.objects.update_or_create(pk=Credential.current().pk, defaults=times)
    page = client_of(ben).get("/m/harbor-grill/").content.decode()
    for words in ("Thanx was last read", "Thanx refuses our credentials"):
        assert (words in page) == (bool(sentence) and words in sentence)
    assert sentence in page


def test_of_another_credential_nothing_is_said(
    harbor: Merchant, ben: User, client_of: Callable[[User], Client], world: World
) -> None:
    Credential.objects.create(client_id="one-of-before", refused_at=timezone.now())
    assert "refuses our credentials" not in client_of(ben).get("/m/harbor-grill/").content.decode()
