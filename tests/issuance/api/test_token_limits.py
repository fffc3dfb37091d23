"""Tokens ask for no more and no faster than they may, and end with the rights of whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance.models import EventBatch
from tests import cast
from tests.issuance.api.programs import Program, token_of_program
from tests.world import World
from thanxportal.accounts import request_rate
from thanxportal.accounts.models import Activity, ApiToken, Membership, Merchant, Notification, Role, User
from thanxportal.accounts.request_rate import Rates
from thanxportal.accounts.team import change_role, let_sign_in, remove_member

pytestmark = pytest.mark.django_db
TWO = [{"email": "ann@example.com"}, {"email": "bob@example.com"}]
ONE = [{"email": "cid@example.com"}]


def ask(program: Program, campaign: Campaign, guests: list[Any], **more: Any) -> Any:
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests}, **more)


@pytest.fixture
def five_dollars(one_arm: Campaign) -> Campaign:
    RewardTemplate.objects.filter(variants__campaign=one_arm).update(
        type="amount_off", discount_type="dollars", discount_value="5.00"
    )
    assert one_arm.variants.get().worth == Decimal(5)
    return one_arm


def test_a_token_costs_no_more_a_day_than_it_may(
    harbor: Merchant, ana: User, five_dollars: Campaign, world: World
) -> None:
    program = Program(harbor, ana, dollars_per_day=14)
    assert ask(program, five_dollars, TWO).status_code == 202
    refused = ask(program, five_dollars, ONE)
    assert refused.status_code == 429
    assert "20,000 guests and for rewards worth $14 a day" in refused.json()["detail"]
    assert int(refused["Retry-After"]) == 19 * 3600 + 1
    assert (ApiToken.objects.get().asked_cents, EventBatch.objects.get().cents) == (1_000, 1_000)
    world.advance(86_400)
    assert ask(program, five_dollars, ONE).status_code == 202


def test_what_is_taken_back_leaves_its_dollars_to_others(harbor: Merchant, ana: User, five_dollars: Campaign) -> None:
    program = Program(harbor, ana, dollars_per_day=10)
    made = ask(program, five_dollars, TWO)
    for _ in range(2):
        program.delete(f"/batches/{made.json()['id']}")
    token = ApiToken.objects.get()
    assert (token.asked_count, token.asked_cents) == (0, 0)
    assert ask(program, five_dollars, TWO).status_code == 202


def test_rewards_without_an_amount_count_as_guests_alone(harbor: Merchant, ana: User, one_arm: Campaign) -> None:
    assert one_arm.variants.get().worth is None
    assert ask(Program(harbor, ana, dollars_per_day=1), one_arm, TWO).status_code == 202


def test_control_costs_nothing(harbor: Merchant, ana: User, campaign: Campaign) -> None:
    RewardTemplate.objects.filter(merchant=harbor).update(discount_type="dollars", discount_value="5.00")
    ask(Program(harbor, ana, dollars_per_day=100), campaign, TWO)
    assert EventBatch.objects.get().cents == 900, "Two guests, five dollars, 90 of 100."


def test_the_database_refuses_more_than_a_token_may(harbor: Merchant, ana: User) -> None:
    token, _ = token_of_program(harbor, ana, dollars_per_day=1)
    for wrong in ({"asked_cents": 101}, {"asked_count": 20_001}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(**wrong)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu", "UTC"])
def test_a_change_of_zone_gives_no_second_day(
    zone: str, harbor: Merchant, ana: User, one_arm: Campaign, world: World
) -> None:
    program = Program(harbor, ana, guests_per_day=2)
    ask(program, one_arm, TWO)
    Merchant.objects.filter(pk=harbor.pk).update(time_zone=zone)
    refused = ask(program, one_arm, ONE)
    assert (refused.status_code, refused["Retry-After"]) == (429, str(19 * 3600 + 1))
    world.advance(19 * 3600 + 1)
    assert ask(program, one_arm, ONE).status_code == 202


def test_what_was_asked_for_on_another_day_gives_nothing_back(
    harbor: Merchant, ana: User, one_arm: Campaign, world: World
) -> None:
    program = Program(harbor, ana, guests_per_day=3)
    made = ask(program, one_arm, TWO)
    world.advance(86_400)
    ask(program, one_arm, ONE)
    program.delete(f"/batches/{made.json()['id']}")
    assert ApiToken.objects.get().asked_count == 1


def test_who_asks_too_fast_is_told_when_to_ask_again_without_a_query(
    harbor: Merchant, ana: User, settings: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    settings.PROGRAM_RATE = [2, 3]
    now = [1_000.0]
    monkeypatch.setattr(request_rate.time, "monotonic", lambda: now[0])
    program = Program(harbor, ana)
    assert [program.get("/health").status_code for _ in range(3)] == [200, 200, 200]
    with django_assert_num_queries(0):
        refused = program.get("/health")
    assert (refused.status_code, refused["Retry-After"]) == (429, "1")
    assert refused.json()["detail"].startswith("This token asks too often.")
    assert Program(harbor, ana).get("/health").status_code == 200, "Others are none the wiser."
    now[0] += 0.5
    assert [program.get("/health").status_code for _ in range(2)] == [200, 429]
    now[0] += 60
    assert [program.get("/health").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_memory_of_who_asks_stays_small(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now, few = [1_000.0], Rates()
    monkeypatch.setattr(request_rate.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(request_rate, "MOST", 10)
    for number in range(100):
        now[0] += 1
        assert few.wait(f"secret {number}") == 0
    assert len(few._free_at) <= 10
    assert "secret" not in str(few._free_at)


def test_the_other_managers_are_told_of_a_new_token(
    harbor: Merchant, ana: User, sid: User, client_of: Callable[[User], Client]
) -> None:
    cid = cast.person("cid@example.com", harbor, Role.MANAGER)
    form = {"name": "Survey tool", "scopes": ["read"], "guests_per_day": 500, "days": 90, "dollars_per_day": "20"}
    client_of(ana).post(f"/m/{harbor.handle}/integrations/", form)
    (told,) = Notification.objects.all()
    assert (told.person, told.kind, told.path) == (cid, "token", f"/m/{harbor.handle}/integrations/")
    assert told.sentence.startswith("Ana made the token “Survey tool”. It may read")
    assert ApiToken.objects.get().dollars_per_day == 20


def leaves(member: Membership, by: User) -> None:
    remove_member(member=member, actor=by)


def sinks(member: Membership, by: User) -> None:
    change_role(member=member, role=Role.SENDER, actor=by)


def is_locked(member: Membership, by: User) -> None:
    let_sign_in(user=member.user, active=False, actor=by)


@pytest.mark.parametrize("goes", [leaves, sinks, is_locked])
def test_a_token_ends_with_the_rights_of_who_made_it(
    goes: Callable[[Membership, User], None], harbor: Merchant, sunny: Merchant, ana: User, one_arm: Campaign,
    world: World,
) -> None:  # fmt: skip
    cid = cast.person("cid@example.com", harbor, Role.MANAGER)
    theirs, own = Program(harbor, cid, name="CRM"), Program(harbor, ana)
    Membership.objects.create(user=cid, merchant=sunny, role=Role.MANAGER)
    elsewhere = Program(sunny, cid)
    made = ask(theirs, one_arm, TWO).json()["id"]
    goes(Membership.objects.get(user=cid, merchant=harbor), ana)
    assert (theirs.get("/health").status_code, own.get("/health").status_code) == (401, 200)
    assert elsewhere.get("/health").status_code == (401 if goes is is_locked else 200)
    world.drive()
    assert own.get(f"/batches/{made}").json()["state"] == "token_ended"
    told = Notification.objects.get(person=ana, kind="token", sentence__startswith="“CRM” stopped: Cid, who made")
    assert told.path == f"/m/{harbor.handle}/integrations/"
    assert Activity.objects.for_merchant(harbor).filter(sentence="Ended the token “CRM”.", actor=ana).count() == 1


def test_a_new_role_that_still_manages_ends_nothing(harbor: Merchant, ana: User) -> None:
    cid = cast.person("cid@example.com", harbor, Role.MANAGER)
    theirs = Program(harbor, cid)
    change_role(member=Membership.objects.get(user=cid), role=Role.MANAGER, actor=ana)
    assert theirs.get("/health").status_code == 200


def test_an_expired_token_that_could_end_again_tells_nobody(harbor: Merchant, ana: User) -> None:
    cid = cast.person("cid@example.com", harbor, Role.MANAGER)
    token_of_program(harbor, cid, expires_at=timezone.now() - timedelta(days=1))
    Notification.objects.all().delete()
    remove_member(member=Membership.objects.get(user=cid), actor=ana)
    assert not Notification.objects.filter(kind="token").exists()


def test_tokens_of_who_had_left_before_end_with_the_update(harbor: Merchant, ana: User, sam: User) -> None:
    cid, dan = (cast.person(f"{name}@example.com", harbor, Role.MANAGER) for name in ("cid", "dan"))
    own, left, sunk, locked = Program(harbor, ana), Program(harbor, cid), Program(harbor, dan), Program(harbor, sam)
    Membership.objects.filter(user=cid).delete()
    Membership.objects.filter(user=dan).update(role=Role.SENDER)
    name = "thanxportal.accounts.migrations.0023_tokens_of_who_left"
    import_module(name).end_tokens_of_who_left(apps, SimpleNamespace(connection=connection))
    ended = ApiToken.objects.exclude(ended_at=None)
    assert {*ended} == {left.token, sunk.token, locked.token}
    assert own.get("/health").status_code == 200
