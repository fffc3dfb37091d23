"""What protects an account changes for all its sessions at once, and people see and end their sessions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as DjangoSession
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from tests.signing_in import code, is_in, signed_in, with_factor, with_password
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.accounts.sessions import browser_in_words
from thanxportal.accounts.team import let_sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/profile/sessions/"


@pytest.fixture(autouse=True)
def frozen(world: World, ana: User) -> None:
    """Time stands still unless the test turns it, and Ana can sign in."""
    with_password(ana)


def turn_on(browser: Client) -> str:
    """Turns codes from an app on, as a person does. Returns the secret of the app."""
    page = browser.get(reverse("mfa_activate_totp"), follow=True)
    if page.redirect_chain:
        page = browser.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    shown = re.search(r"<code>(\w+)</code>", page.content.decode())
    assert shown is not None
    browser.post(reverse("mfa_activate_totp"), {"code": code(shown[1])})
    assert Authenticator.objects.filter(type="totp").exists()
    return shown[1]


def test_turning_a_second_factor_on_ends_all_other_sessions(ana: User) -> None:
    thief, mine = signed_in(ana), signed_in(ana)
    turn_on(mine)
    assert not is_in(thief)
    assert is_in(mine)


def test_sessions_of_others_go_on(ana: User, ben: User) -> None:
    other = signed_in(with_password(ben))
    turn_on(signed_in(ana))
    assert is_in(other)


def test_removing_a_factor_ends_all_other_sessions(ana: User, world: World) -> None:
    secret = with_factor(ana)
    thief = signed_in(ana, secret)
    world.advance(30)
    mine = signed_in(ana, secret)
    world.advance(30)
    asked = mine.get(reverse("mfa_deactivate_totp"), follow=True).redirect_chain[-1][0]
    mine.post(asked, {"code": code(secret)})
    mine.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert not is_in(thief)
    assert is_in(mine)


def test_a_factor_that_staff_delete_in_a_shell_ends_every_session(ana: User) -> None:
    secret = with_factor(ana)
    browser = signed_in(ana, secret)
    Authenticator.objects.filter(user=ana).delete()
    assert not is_in(browser)


def test_a_new_password_ends_all_other_sessions(ana: User) -> None:
    thief, mine = signed_in(ana), signed_in(ana)
    new = "another long phrase"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert mine.post(reverse("account_change_password"), form).status_code == 302
    assert not is_in(thief)
    assert is_in(mine)


def test_a_disabled_account_has_no_session_even_after_it_is_opened_again(ana: User, sam: User) -> None:
    browser = signed_in(ana)
    for active in (False, True):
        let_sign_in(user=ana, active=active, actor=sam)
        assert not is_in(browser)


def test_sessions_from_before_this_was_noted_end_as_well(ana: User, client_of: Callable[[User], Client]) -> None:
    older = client_of(ana)
    assert is_in(older)
    turn_on(signed_in(ana))
    assert not is_in(older)


def test_nobody_sees_or_ends_anothers_session(ana: User, ben: User) -> None:
    other = signed_in(with_password(ben), agent=FIREFOX)
    browser = signed_in(ana)
    assert "Firefox" not in browser.get(PAGE).content.decode()
    theirs = UserSession.objects.get(user=ben)
    assert browser.post(f"{PAGE}{theirs.pk}/end/").status_code == 404
    browser.post(f"{PAGE}end-others/")
    assert is_in(other)


def test_the_page_shows_each_session_and_what_it_proved(ana: User, world: World) -> None:
    secret = with_factor(ana)
    signed_in(ana, secret, agent=FIREFOX)
    world.advance(30)
    browser = signed_in(ana, secret)
    page = browser.get(PAGE).content.decode()
    assert "Firefox on Windows" in page
    assert page.count("This one") == 1
    assert page.count("Passed") == 2


def test_a_factor_of_before_is_not_the_one_that_the_account_has_now(ana: User) -> None:
    browser = signed_in(ana, with_factor(ana))
    factor = Authenticator.objects.filter(user=ana, type="totp")
    factor.update(id=factor.get().pk + 1_000)
    assert "Not passed" in browser.get(PAGE).content.decode()


def test_a_session_is_ended_alone_or_all_others_are(ana: User) -> None:
    first, second, mine = signed_in(ana, agent=FIREFOX), signed_in(ana), signed_in(ana)
    row = UserSession.objects.get(user_agent=FIREFOX)
    assert "Ended." in mine.post(f"{PAGE}{row.pk}/end/", follow=True).content.decode()
    assert (is_in(first), is_in(second), is_in(mine)) == (False, True, True)
    assert "Ended 1 session." in mine.post(f"{PAGE}end-others/", follow=True).content.decode()
    assert (is_in(second), is_in(mine)) == (False, True)
    assert mine.post(f"{PAGE}{UserSession.objects.get().pk}/end/", follow=True).status_code == 200
    assert not is_in(mine)


def test_being_seen_is_noted_every_five_minutes_and_makes_no_session_last_longer(ana: User, world: World) -> None:
    browser = signed_in(ana)
    first, ends = UserSession.objects.get().last_seen_at, DjangoSession.objects.get().expire_date
    for minutes, noted in ((4, 0), (2, 6), (1, 6)):
        world.advance(minutes * 60)
        browser.get(PAGE)
        assert (UserSession.objects.get().last_seen_at - first).total_seconds() == noted * 60
    assert DjangoSession.objects.get().expire_date == ends


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
