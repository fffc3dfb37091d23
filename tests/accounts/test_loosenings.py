"""What lets fewer people agree to rewards takes a second manager, or a day in which it can be withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.accounts.settings_form import AS_THEY_ARE, save
from tests.accounts.team_page import change
from tests.world import World
from thanxportal.accounts.activity_chain import broken_links
from thanxportal.accounts.confirming import confirm, let_take_effect
from thanxportal.accounts.loosenings import withdraw
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import (
    Activity,
    Invitation,
    Loosening,
    Membership,
    Merchant,
    Notification,
    Role,
    User,
)
from thanxportal.accounts.tasks import loosen
from thanxportal.accounts.team import TeamRefusal, change_role, invite, let_sign_in, remove_member

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def frozen(world: World, harbor: Merchant, abe: User, ana: User) -> None:
    """Harbor Grill lets one person reward 100 guests. Time stands still unless the test turns it."""
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=100)


@pytest.fixture
def mia(harbor: Merchant) -> User:
    return cast.person("mia@example.com", harbor, Role.MANAGER)


def raise_to(merchant: Merchant, threshold: int | None, actor: User) -> Loosening:
    saved = change_settings(merchant=merchant, values={"approval_threshold": threshold}, actor=actor)
    assert not saved.changed
    (asked,) = saved.asked
    return asked


@pytest.fixture
def asked(harbor: Merchant, ana: User, mia: User) -> Loosening:
    """Ana asked to raise the threshold to 500; Mia is there to be asked."""
    return raise_to(harbor, 500, ana)


def threshold(merchant: Merchant) -> int | None:
    return Merchant.objects.get(pk=merchant.pk).approval_threshold


def member(person: User) -> Membership:
    return Membership.objects.select_related("user", "merchant").get(user=person)


def answer(browser: Client, loosening: Loosening, act: str, handle: str = "harbor-grill") -> Any:
    return browser.post(reverse(f"accounts:loosening_{act}", args=[handle, loosening.pk]))


def test_who_asked_can_not_confirm(asked: Loosening, ana: User, harbor: Merchant, client_of: ClientOf) -> None:
    assert answer(client_of(ana), asked, "confirm").status_code == 403
    assert not confirm(loosening=asked, actor=ana)
    assert threshold(harbor) == 100


def test_nobody_but_its_managers_confirms(
    asked: Loosening, cleo: User, abe: User, sam: User, harbor: Merchant, client_of: ClientOf
) -> None:
    for person, handle, status in (
        (cleo, "harbor-grill", 404),
        (cleo, "sunny-side-coffee", 404),
        (sam, "harbor-grill", 404),
        (abe, "harbor-grill", 403),
    ):
        for act in ("confirm", "withdraw"):
            assert answer(client_of(person), asked, act, handle).status_code == status
        assert not confirm(loosening=asked, actor=person)
    assert Loosening.objects.waiting().get() == asked
    assert threshold(harbor) == 100


def test_a_manager_who_is_locked_out_confirms_nothing(asked: Loosening, mia: User, sam: User, harbor: Merchant) -> None:
    let_sign_in(user=mia, active=False, actor=sam)
    assert not confirm(loosening=asked, actor=mia)
    assert threshold(harbor) == 100


def test_a_second_manager_confirms_and_it_is_in_effect(
    asked: Loosening, mia: User, harbor: Merchant, client_of: ClientOf, world: World
) -> None:
    world.advance(10 * DAY)
    assert not let_take_effect()  # With a second manager, time alone loosens nothing.
    browser = client_of(mia)
    page = browser.get("/m/harbor-grill/settings/").content.decode()
    assert "Ana asked to raise the approval threshold from 100 to 500." in page
    answer(browser, asked, "confirm")
    assert threshold(harbor) == 500
    asked.refresh_from_db()
    assert (asked.answered_by, asked.threshold_before) == (mia, 100)


def test_two_tabs_answer_once(asked: Loosening, mia: User, harbor: Merchant, client_of: ClientOf) -> None:
    browser = client_of(mia)
    answer(browser, asked, "withdraw")
    for act in ("confirm", "withdraw"):
        page = browser.get(answer(browser, asked, act)["Location"]).content.decode()
        assert "This was answered meanwhile" in page
    assert threshold(harbor) == 100
    assert Activity.objects.count() == 2


def test_two_tabs_ask_once_and_what_is_asked_anew_takes_the_place_of_the_other(
    asked: Loosening, ana: User, harbor: Merchant, mia: User
) -> None:
    assert raise_to(harbor, 500, ana) == asked
    other = raise_to(harbor, None, ana)
    assert Loosening.objects.waiting().get() == other
    assert not confirm(loosening=asked, actor=mia)
    assert confirm(loosening=other, actor=mia)
    assert threshold(harbor) is None


def test_the_database_keeps_one_request_about_a_thing(asked: Loosening, mia: User) -> None:
    asked.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.save(force_insert=True)


def test_a_manager_alone_waits_for_a_day(harbor: Merchant, ana: User, world: World) -> None:
    asked = raise_to(harbor, 500, ana)
    world.advance(DAY - 1)
    assert not let_take_effect()
    assert threshold(harbor) == 100
    world.advance(1)
    loosen()
    assert threshold(harbor) == 500
    assert not let_take_effect()
    asked.refresh_from_db()
    assert asked.answered_by is None
    assert Activity.objects.latest("pk").sentence == "Changed the settings: approval threshold from 100 to 500."


def test_a_manager_who_can_not_sign_in_is_none_to_be_asked(
    harbor: Merchant, ana: User, mia: User, sam: User, world: World
) -> None:
    let_sign_in(user=mia, active=False, actor=sam)
    assert raise_to(harbor, 500, ana).due_at is not None


def test_what_is_withdrawn_within_its_day_never_takes_effect(harbor: Merchant, ana: User, world: World) -> None:
    assert withdraw(loosening=raise_to(harbor, 500, ana), actor=ana)
    world.advance(2 * DAY)
    assert not let_take_effect()
    assert threshold(harbor) == 100


def test_nothing_takes_effect_in_the_name_of_who_is_locked_out_meanwhile(
    harbor: Merchant, ana: User, sam: User, world: World
) -> None:
    asked = raise_to(harbor, 500, ana)
    let_sign_in(user=ana, active=False, actor=sam)
    world.advance(2 * DAY)
    assert not let_take_effect()
    asked.refresh_from_db()
    assert asked.withdrawn_at is not None
    assert threshold(harbor) == 100


def test_what_somebody_asked_goes_with_the_right_to_ask(asked: Loosening, ana: User, mia: User) -> None:
    change_role(member=member(ana), role=Role.BUILDER, actor=mia)
    assert not Loosening.objects.waiting().exists()
    assert not confirm(loosening=asked, actor=mia)


def test_tightening_acts_at_once_and_takes_back_what_waits(
    asked: Loosening, ana: User, mia: User, harbor: Merchant
) -> None:
    assert change_settings(merchant=harbor, values={"approval_threshold": 50}, actor=mia).changed
    assert threshold(harbor) == 50
    assert not confirm(loosening=asked, actor=mia)


def test_the_rest_of_a_form_is_saved_at_once(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    changes = AS_THEY_ARE | {"country": "GB", "approval_threshold": "", "second_factor": ""}
    page = save(client_of(ana), changes, follow=True).content.decode()
    harbor.refresh_from_db()
    assert (harbor.country, harbor.approval_threshold, harbor.second_factor) == ("GB", 100, True)
    assert "Ana asked to let nobody have to approve." in page
    assert "Ana asked to no longer ask for a second factor." in page


def test_a_second_factor_is_turned_off_by_two_and_on_by_one(harbor: Merchant, ana: User, mia: User) -> None:
    saved = change_settings(merchant=harbor, values={"second_factor": False}, actor=ana)
    assert confirm(loosening=saved.asked[0], actor=mia)
    harbor.refresh_from_db()
    assert not harbor.second_factor
    assert change_settings(merchant=harbor, values={"second_factor": True}, actor=ana) == (True, [])


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MANAGER])
def test_a_member_who_could_approve_then_is_raised_by_two(
    role: Role, ben: User, ana: User, mia: User, client_of: ClientOf
) -> None:
    page = change(client_of(ana), ben, role.value, follow=True).content.decode()
    assert f"Ana asked to make Ben {role.label}." in page
    assert member(ben).role == Role.VIEWER
    answer(client_of(mia), Loosening.objects.get(), "confirm")
    assert member(ben).role == role


def test_an_approver_becomes_manager_by_two_as_well(abe: User, ana: User) -> None:
    assert change_role(member=member(abe), role=Role.MANAGER, actor=ana) is not None
    assert member(abe).role == Role.APPROVER


def test_lower_roles_are_given_by_one(ben: User, ana: User) -> None:
    assert change_role(member=member(ben), role=Role.BUILDER, actor=ana) is None
    assert member(ben).role == Role.BUILDER


def test_who_left_the_team_is_not_raised(ben: User, ana: User, mia: User) -> None:
    asked = change_role(member=member(ben), role=Role.APPROVER, actor=ana)
    assert asked is not None
    remove_member(member=member(ben), actor=mia)
    assert not confirm(loosening=asked, actor=mia)


def test_what_is_no_longer_possible_is_refused_and_waits_on(
    harbor: Merchant, ana: User, mia: User, ben: User, client_of: ClientOf
) -> None:
    asked = change_role(member=member(ben), role=Role.APPROVER, actor=ana)
    assert asked is not None
    Membership.objects.filter(user=ben).delete()
    browser = client_of(mia)
    page = browser.get(answer(browser, asked, "confirm")["Location"]).content.decode()
    assert "This person is no longer on the team." in page
    with pytest.raises(TeamRefusal):
        confirm(loosening=asked, actor=mia)
    assert Loosening.objects.waiting().get() == asked


def test_an_approver_is_invited_after_a_second_manager_agreed(harbor: Merchant, ana: User, mia: User) -> None:
    asked = invite(merchant=harbor, email="Dora@example.com", role=Role.APPROVER, actor=ana)
    assert isinstance(asked, Loosening)
    assert not Invitation.objects.exists()
    assert confirm(loosening=asked, actor=mia)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("dora@example.com", "approver", ana)
    again = invite(merchant=harbor, email="dora@example.com", role=Role.APPROVER, actor=ana)
    assert again == invitation


def test_the_first_manager_is_invited_by_staff_alone(sunny: Merchant, sam: User) -> None:
    assert isinstance(invite(merchant=sunny, email="dora@example.com", role=Role.MANAGER, actor=sam), Invitation)


def test_all_managers_and_staff_are_told_of_both_steps_and_the_log_keeps_them(
    sam: User, abe: User, ana: User, mia: User, asked: Loosening, harbor: Merchant
) -> None:
    assert confirm(loosening=asked, actor=mia)
    what = "raise the approval threshold from 100 to 500"
    for person in (ana, mia, sam):
        told = Notification.objects.filter(person=person, kind="loosening").order_by("pk")
        assert [notice.sentence for notice in told] == [
            f"Ana asked to {what}. Another manager has to confirm it.",
            f"Mia confirmed: Ana asked to {what}. It is in effect now.",
        ]
    assert not Notification.objects.filter(person=abe, kind="loosening").exists()
    lines = Activity.objects.filter(merchant=harbor).order_by("pk")
    assert [(line.actor, line.sentence) for line in lines] == [
        (ana, f"Asked to {what}. Another manager has to confirm it."),
        (mia, f"Confirmed: Ana asked to {what}."),
        (ana, "Changed the settings: approval threshold from 100 to 500."),
    ]
    assert not list(broken_links())


def test_where_lists_need_an_approver_another_sender_takes_a_second_manager(
    harbor: Merchant, ana: User, mia: User, bea: User
) -> None:
    """Otherwise a manager could reward any number alone, by as many accounts of their own."""
    harbor.refresh_from_db()
    asked = invite(merchant=harbor, email="ana.too@example.com", role=Role.SENDER, actor=ana)
    assert isinstance(asked, Loosening)
    assert not Invitation.objects.exists()
    assert change_role(member=bea.memberships.get(), role=Role.SENDER, actor=ana)
    assert bea.memberships.get().role == Role.BUILDER
    assert isinstance(invite(merchant=harbor, email="dora@example.com", role=Role.BUILDER, actor=ana), Invitation)
    assert confirm(loosening=asked, actor=mia)
    assert Invitation.objects.filter(email="ana.too@example.com", role=Role.SENDER).exists()


def test_where_anybody_may_send_any_list_another_sender_takes_nobody_else(sunny: Merchant, cleo: User) -> None:
    assert isinstance(invite(merchant=sunny, email="cody@example.com", role=Role.SENDER, actor=cleo), Invitation)


@pytest.mark.parametrize("act", ["remove", "demote"])
def test_staff_and_managers_are_told_of_a_manager_who_is_none_any_more(
    harbor: Merchant, ana: User, mia: User, act: str
) -> None:
    """Whoever is left alone needs nobody's word from then on, only a day."""
    max_, sam = cast.person("max@example.com", harbor, Role.MANAGER), cast.person("sam@example.com", is_staff=True)
    if act == "remove":
        remove_member(member=mia.memberships.get(), actor=ana)
    else:
        assert change_role(member=mia.memberships.get(), role=Role.VIEWER, actor=ana) is None
    said = {"remove": "Ana: removed Mia from the team.", "demote": "Ana: made Mia Viewer, before Manager."}[act]
    assert set(Notification.objects.values_list("person", "sentence")) == {(max_.pk, said), (sam.pk, said)}
