"""Who lost a role in the database, past the pages, answers for no program any more: from the next request on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import EventBatch, HookEvent
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.api.test_partner_tokens import OfPartner
from tests.issuance.hooks.tools import UNHAPPY, Tool
from tests.world import World
from thanxportal.accounts.models import Activity, ApiToken, Membership, Merchant, Notification, Role, User
from thanxportal.accounts.partner_tokens import partner_token_by
from thanxportal.accounts.tasks import end_tokens
from thanxportal.accounts.tokens import token_by

pytestmark = pytest.mark.django_db
GUEST = {"guests": [{"email": "ann@example.com"}]}


def remove(person: User) -> None:
    Membership.objects.filter(user=person).delete()


def demote(person: User) -> None:
    Membership.objects.filter(user=person).update(role=Role.APPROVER)


def lock(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def move(person: User) -> None:
    """To another merchant, where the person manages."""
    other = Merchant.objects.create(thanx_id="other", handle="other", name="Other")
    Membership.objects.filter(user=person).update(merchant=other)


LOSSES: list[Callable[[User], None]] = [remove, demote, lock, move]


@pytest.fixture
def cid(harbor: Merchant, ana: User) -> User:
    """A second manager."""
    return cast.person("cid@example.com", harbor, Role.MANAGER)


@pytest.mark.parametrize("lose", LOSSES)
def test_the_program_is_refused_at_once(lose: Callable[[User], None], harbor: Merchant, cid: User, ana: User) -> None:
    program, other = Program(harbor, cid), Program(harbor, ana)
    assert program.get("/health").status_code == 200
    lose(cid)
    answer = program.get("/health")
    assert (answer.status_code, "hasn’t ended" in answer.json()["detail"]) == (401, True)
    assert other.get("/health").status_code == 200


def test_that_costs_no_query(harbor: Merchant, cid: User, sam: User, django_assert_num_queries: Any) -> None:
    program, partner = Program(harbor, cid), OfPartner(sam)
    with django_assert_num_queries(1):
        assert token_by(program.secret) == program.token
    with django_assert_num_queries(1):
        assert partner_token_by(partner.secret) == partner.own


@pytest.mark.parametrize("lose", LOSSES)
def test_what_it_asked_for_and_is_in_no_list_yet_is_not_sent(
    lose: Callable[[User], None], harbor: Merchant, cid: User, one_arm: Campaign, world: World
) -> None:
    assert Program(harbor, cid).post(f"/campaigns/{one_arm.pk}/rewards", GUEST).status_code == 202
    lose(cid)
    world.advance(11)
    world.drive()
    batch = EventBatch.objects.get()
    assert (batch.guest_list, batch.given_up, batch.guests) == (None, "token_ended", [])


@pytest.mark.parametrize("lose", LOSSES)
def test_what_comes_to_a_hook_waits(lose: Callable[[User], None], one_arm: Campaign, cid: User, ana: User) -> None:
    tool = Tool(one_arm, cid)
    lose(cid)
    assert tool.send(UNHAPPY).status_code == 202
    event = HookEvent.objects.get()
    assert event.waits
    assert "no longer manages" in event.note
    for _ in range(2):
        end_tokens()
    told = Notification.objects.filter(person=ana, sentence__startswith="What comes to “Survey hook” waits")
    assert told.count() == 1
    assert ApiToken.objects.get().works


@pytest.mark.parametrize("lose", LOSSES)
def test_within_minutes_the_token_is_ended_and_the_managers_are_told_once(
    lose: Callable[[User], None], harbor: Merchant, cid: User, ana: User
) -> None:
    program, other = Program(harbor, cid), Program(harbor, ana)
    lose(cid)
    for _ in range(2):
        end_tokens()
    program.token.refresh_from_db()
    other.token.refresh_from_db()
    assert (program.token.state, program.token.ended_by, other.token.state) == ("Ended", None, "Works")
    told = Notification.objects.filter(person=ana, sentence__startswith="“Survey tool” stopped: Cid")
    assert told.count() == 1
    line = Activity.objects.for_merchant(harbor).get(sentence="Ended the token “Survey tool”.")
    assert line.actor is None


def test_a_partners_program_stops_with_the_rights_of_who_made_its_token(harbor: Merchant, world: World) -> None:
    for lose in (lock, lambda person: person.groups.clear(), lambda person: _update(person, is_staff=False)):
        ada = cast.person(f"ada{User.objects.count()}@example.com", is_staff=True)
        ada.groups.add(Group.objects.get(name="Administrator"))
        program = OfPartner(ada)
        assert program.get("/health").status_code == 200
        lose(ada)
        assert program.get("/health").status_code == 401
        end_tokens()
        program.own.refresh_from_db()
        assert program.own.state == "Ended"
        assert {part.state for part in program.own.at_merchants.all()} == {"Ended"}


def _update(person: User, **fields: Any) -> None:
    User.objects.filter(pk=person.pk).update(**fields)


def test_managers_are_told_a_week_before_a_token_expires_and_once_it_has(
    harbor: Merchant, ana: User, ben: User, world: World
) -> None:
    Program(harbor, ana, expires_at=timezone.now() + timedelta(days=7, hours=1))
    told = Notification.objects.filter(person__in=[ana, ben], sentence__contains="xpire").order_by("pk")
    end_tokens()
    assert not told.exists()
    for days in (0.5, 6, 0.6, 1, 30):
        world.advance(days * 86_400)
        for _ in range(2):
            end_tokens()
    assert [(each.person, each.sentence) for each in told] == [
        (ana, "The token of “Survey tool” expires on Jun 8. Make a new one to let it go on."),
        (ana, "“Survey tool” stopped, as its token has expired. Make a new one to let it go on."),
    ]
