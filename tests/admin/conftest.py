"""Staff with all rights and with none, and a list that is issued."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from campaigns.models import Campaign
from issuance.models import GuestList
from tests import cast
from tests.world import World
from thanxportal.accounts.models import User


@pytest.fixture
def finished(campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> GuestList:
    """A list of Harbor Grill with one completed job in each arm."""
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(40)))
    world.drive()
    guest_list.refresh_from_db()
    assert [job.state for job in guest_list.jobs.all()] == ["completed", "completed"]
    return guest_list


@pytest.fixture
def staff(sam: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(sam)


@pytest.fixture
def onlooker(db: None) -> User:
    """Partner staff who may look at everything of the engine, and do nothing."""
    user = cast.person("olga@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user
