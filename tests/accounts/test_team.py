"""Managers run their team: people are invited by email and join once, and a manager always remains."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.accounts.team_page import change, remove, seen_of
from tests.world import World
from thanxportal.accounts.mail import send_due_mail
from thanxportal.accounts.models import Activity, Invitation, Membership, Merchant, Role, User
from thanxportal.accounts.team import (
    MOST_INVITATIONS,
    TeamRefusal,
    change_role,
    invite,
    join,
    remove_member,
    withdraw_invitation,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TEAM = "/m/harbor-grill/team/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def frozen(world: World) -> None:
    """Time stands still unless the test turns it."""


@pytest.fixture
def invited(harbor: Merchant, ana: User) -> Invitation:
    return invite(merchant=harbor, email="dora@example.com", role=Role.SENDER, actor=ana)


def link(invitation: Invitation) -> str:
    return reverse("accounts:invitation", args=[invitation.token])


def member(user: User) -> Membership:
    return Membership.objects.select_related("user", "merchant").get(user=user)


def roles(merchant: Merchant) -> dict[str, str]:
    return dict(merchant.memberships.values_list("user__email", "role"))


def sentences() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("sentence", flat=True))


def test_a_link_that_nobody_sent_leads_nowhere(invited: Invitation, client: Client) -> None:
    for token in ("nonsense", invited.token[:-2] + "xx", invited.token.replace(":", ";")):
        assert client.get(reverse("accounts:invitation", args=[token])).status_code == 404


@pytest.mark.parametrize("late", [False, True])
def test_an_old_or_withdrawn_invitation_lets_nobody_in(
    late: bool, invited: Invitation, ana: User, client: Client, world: World, harbor: Merchant
) -> None:
    if late:
        world.advance(8 * 24 * 3600)
    else:
        assert withdraw_invitation(invitation=invited, actor=ana)
    assert "no longer works" in client.get(link(invited)).content.decode()
    client.post(link(invited), {"name": "Dora", "password": PASSWORD})
    assert not User.objects.filter(email="dora@example.com").exists()


def test_an_invitation_works_once(invited: Invitation, harbor: Merchant) -> None:
    answer = Client().post(link(invited), {"name": "Dora", "password": PASSWORD})
    assert answer["Location"] == reverse("issuance:home", args=["harbor-grill"])
    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(PASSWORD)
    assert member(dora).role == Role.SENDER
    Membership.objects.filter(user=dora).delete()
    assert "used already" in Client().get(link(invited)).content.decode()
    assert not join(invitation=invited, user=dora)
    assert not Membership.objects.filter(user=dora).exists()


def test_who_joins_is_signed_in(invited: Invitation) -> None:
    browser = Client()
    browser.post(link(invited), {"name": "Dora", "password": PASSWORD})
    assert browser.get(reverse("issuance:home", args=["harbor-grill"])).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("Dora", "short"), ("Dora", "password1234")])
def test_a_form_that_is_not_complete_makes_no_account(
    name: str, password: str, invited: Invitation, client: Client
) -> None:
    assert client.post(link(invited), {"name": name, "password": password}).status_code == 422
    assert not User.objects.filter(email="dora@example.com").exists()


def test_who_has_an_account_signs_in_first_and_keeps_it(
    sunny: Merchant, invited: Invitation, client: Client, client_of: ClientOf
) -> None:
    dora = cast.person("dora@example.com", sunny, Role.MANAGER)
    assert f"?next={quote(link(invited))}" in client.get(link(invited)).content.decode()
    assert client.post(link(invited), {"name": "Mallory", "password": PASSWORD}).status_code == 422
    dora.refresh_from_db()
    assert not dora.check_password(PASSWORD)
    browser = client_of(dora)
    assert "Join the team" in browser.get(link(invited)).content.decode()
    browser.post(link(invited))
    assert set(dora.memberships.values_list("merchant__handle", "role")) == {
        (sunny.handle, "manager"),
        ("harbor-grill", "sender"),
    }


def test_an_invitation_is_not_for_somebody_else(invited: Invitation, cleo: User, client_of: ClientOf) -> None:
    browser = client_of(cleo)
    page = browser.get(link(invited)).content.decode()
    assert "You are signed in as cleo@example.com" in page
    assert browser.post(link(invited)).status_code == 422
    assert not join(invitation=invited, user=cleo)
    assert not cleo.memberships.filter(merchant__handle="harbor-grill").exists()


def test_who_is_a_member_already_keeps_the_role(invited: Invitation, harbor: Merchant) -> None:
    dora = cast.person("dora@example.com", harbor, Role.MANAGER)
    assert join(invitation=invited, user=dora)
    assert member(dora).role == Role.MANAGER


def test_the_link_arrives_by_mail_and_only_there(
    invited: Invitation, ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.PORTAL_URL = "https://portal.example.com"
    assert invited.token not in client_of(ana).get(TEAM).content.decode()
    assert send_due_mail() == 1
    assert send_due_mail() == 0
    (message,) = mail.outbox
    assert message.to == ["dora@example.com"]
    assert "Ana invites you to the team of Harbor Grill on Thanx Portal, as Sender." in message.body
    link = re.search(r"https://portal\.example\.com(\S+)", message.body)
    assert link is not None
    assert Client().get(link[1]).status_code == 200


def test_a_withdrawn_invitation_is_not_sent(invited: Invitation, ana: User) -> None:
    withdraw_invitation(invitation=invited, actor=ana)
    assert send_due_mail() == 0


def test_inviting_again_sends_again_with_the_new_role(invited: Invitation, harbor: Merchant, ana: User) -> None:
    send_due_mail()
    again = invite(merchant=harbor, email="Dora@Example.com", role=Role.VIEWER, actor=ana)
    assert (again.pk, again.role) == (invited.pk, "viewer")
    assert send_due_mail() == 1


def test_a_member_is_not_invited(harbor: Merchant, ana: User, ben: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(TEAM, {"email": "BEN@example.com", "role": "sender"})
    assert answer.status_code == 422
    assert "ben@example.com is on the team already." in answer.content.decode()


@pytest.mark.parametrize("fields", [{"email": "nobody", "role": "sender"}, {"email": "d@example.com", "role": "owner"}])
def test_a_wrong_invitation_is_refused_with_its_form(fields: dict[str, str], ana: User, client_of: ClientOf) -> None:
    assert client_of(ana).post(TEAM, fields).status_code == 422
    assert not Invitation.objects.exists()


def test_invitations_are_limited_by_the_hour(harbor: Merchant, ana: User, world: World) -> None:
    for number in range(MOST_INVITATIONS):
        invite(merchant=harbor, email=f"person{number}@example.com", role=Role.VIEWER, actor=ana)
    with pytest.raises(TeamRefusal, match="in the last hour"):
        invite(merchant=harbor, email="one-more@example.com", role=Role.VIEWER, actor=ana)
    world.advance(3601)
    invite(merchant=harbor, email="one-more@example.com", role=Role.VIEWER, actor=ana)


def test_the_last_manager_stays(harbor: Merchant, ana: User, ben: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    for answer in (remove(browser, ana, follow=True), change(browser, ana, "viewer", follow=True)):
        assert "A team needs a manager." in answer.content.decode()
    assert roles(harbor)["ana@example.com"] == "manager"


def test_a_manager_who_can_no_longer_sign_in_does_not_count(harbor: Merchant, ana: User) -> None:
    cast.person("mia@example.com", harbor, Role.MANAGER, is_active=False)
    with pytest.raises(TeamRefusal):
        remove_member(member=member(ana), actor=ana)


def test_who_left_meanwhile_is_neither_changed_nor_removed_again(harbor: Merchant, ana: User, ben: User) -> None:
    left = member(ben)
    remove_member(member=member(ben), actor=ana)
    for act in (partial(change_role, role=Role.VIEWER), remove_member):
        with pytest.raises(TeamRefusal, match="Ben isn’t on the team"):
            act(member=left, actor=ana, seen="what the page showed")
    assert "ben@example.com" not in roles(harbor)


def test_two_managers_who_remove_each_other_leave_one(harbor: Merchant, ana: User) -> None:
    mia = cast.person("mia@example.com", harbor, Role.MANAGER)
    first, second = member(mia), member(ana)
    remove_member(member=first, actor=ana)
    with pytest.raises(TeamRefusal):
        remove_member(member=second, actor=mia)
    assert roles(harbor) == {"ana@example.com": "manager"}


def test_a_manager_changes_roles_and_removes_people(
    harbor: Merchant, ana: User, ben: User, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    change(browser, ben, "sender")
    remove(browser, bea)
    assert roles(harbor) == {"ana@example.com": "manager", "ben@example.com": "sender"}
    assert client_of(bea).get("/m/harbor-grill/").status_code == 404
    assert sentences() == ["Made Ben Sender, before Viewer.", "Removed Bea from the team."]


def test_a_role_that_changed_meanwhile_is_shown_before_anybody_changes_it_or_removes_its_person(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf
) -> None:
    browser, mia = client_of(ana), cast.person("mia@example.com", harbor, Role.MANAGER)
    seen = seen_of(browser, ben)
    change_role(member=member(ben), role=Role.BUILDER, actor=mia)
    for act in ("member_role", "member_remove"):
        url = reverse(f"accounts:{act}", args=["harbor-grill", member(ben).pk])
        for looked in (seen, ""):
            answer = browser.post(url, {"role": "sender", "seen": looked})
            assert answer.status_code == 409
            assert roles(harbor)["ben@example.com"] == "builder"
        answer = browser.post(url, {"role": "sender", "seen": seen})
        assert "The role of Ben was “Viewer” and is “Builder” now." in answer.content.decode()


def test_a_role_that_does_not_exist_changes_nothing(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf
) -> None:
    change(client_of(ana), ben, "owner")
    assert roles(harbor)["ben@example.com"] == "viewer"


def test_who_gives_the_own_right_away_leaves_the_page(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    cast.person("mia@example.com", harbor, Role.MANAGER)
    assert change(client_of(ana), ana, "viewer")["Location"] == "/"


def test_invitations_of_who_is_no_longer_manager_no_longer_work(
    harbor: Merchant, ana: User, invited: Invitation
) -> None:
    mia = cast.person("mia@example.com", harbor, Role.MANAGER)
    change_role(member=member(ana), role=Role.BUILDER, actor=mia)
    invited.refresh_from_db()
    assert not invited.usable


def test_every_act_is_in_the_activity_log(harbor: Merchant, ana: User, invited: Invitation) -> None:
    dora = cast.person("dora@example.com")
    join(invitation=invited, user=dora)
    other = invite(merchant=harbor, email="emil@example.com", role=Role.VIEWER, actor=ana)
    withdraw_invitation(invitation=other, actor=ana)
    assert sentences() == [
        "Invited dora@example.com as Sender.",
        "Joined the team as Sender.",
        "Invited emil@example.com as Viewer.",
        "Withdrew the invitation of emil@example.com.",
    ]


def test_members_and_invitations_of_another_merchant_are_out_of_reach(
    harbor: Merchant, invited: Invitation, ben: User, cleo: User, client_of: ClientOf
) -> None:
    browser = client_of(cleo)
    for act, pk in (("member_role", member(ben).pk), ("member_remove", member(ben).pk), ("invitation_withdraw", 1)):
        url = reverse(f"accounts:{act}", args=["sunny-side-coffee", pk])
        assert browser.post(url, {"role": "viewer"}).status_code == 404
    assert "dora@example.com" not in browser.get("/m/sunny-side-coffee/team/").content.decode()
    invited.refresh_from_db()
    assert invited.usable


def test_the_page_costs_the_same_with_a_large_team(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    for number in range(8):
        cast.person(f"person{number}@example.com", harbor)
        invite(merchant=harbor, email=f"guest{number}@example.com", role=Role.VIEWER, actor=ana)
    browser = client_of(ana)
    with django_assert_num_queries(8):
        browser.get(TEAM)
