"""Only proven addresses count, and guesses get nobody in and nobody locked out."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory

from tests import cast
from tests.crash import as_often
from tests.world import World
from thanxportal.accounts.mail import send_due_mail
from thanxportal.accounts.models import Activity, Merchant, Role, User
from thanxportal.accounts.team import invite, join

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PASSWORD = "correct horse battery"
ADDRESS, LOGIN, RESET = "/profile/email/", "/account/login/", "/account/password/reset/"
HOME = "/m/harbor-grill/"
VICTIM = "future@example.com"


@pytest.fixture
def mallory(sunny: Merchant) -> User:
    """An attacker with an account of the own."""
    return with_password(cast.person("mallory@example.com", sunny, Role.BUILDER))


@pytest.fixture
def owner(harbor: Merchant) -> User:
    return with_password(cast.person("owner@example.com", harbor, Role.MANAGER))


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(email: str, password: str = PASSWORD, browser: Client | None = None, at: str = "192.0.2.1") -> Client:
    browser = browser or Client()
    browser.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=at)
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def links(to: str) -> list[str]:
    """The paths of all links that were sent to this address."""
    found = []
    for message in mail.outbox:
        found += re.findall(r"http://127\.0\.0\.1:8000(\S+)", str(message.body)) if message.to == [to] else []
    return found


def ask(browser: Client, new: str, password: str = PASSWORD) -> Any:
    """Asks for another address, and says the password again if it is asked for."""
    answer = browser.post(ADDRESS, {"email": new}, follow=True)
    if answer.redirect_chain and "reauthenticate" in answer.redirect_chain[-1][0]:
        answer = browser.post(answer.redirect_chain[-1][0], {"password": password}, follow=True)
    return answer


def reset_by(email: str, password: str) -> Client:
    """Whoever reads the mail of this address chooses a new password, if a link comes."""
    browser = Client()
    browser.post(RESET, {"email": email})
    for path in links(email)[-1:]:
        form = browser.get(path, follow=True)
        where = form.redirect_chain[-1][0] if form.redirect_chain else path
        browser.post(where, {"password1": password, "password2": password})
    return browser


# What strangers try. Each returns the browser that they hope to be in with.
def pre_registers_by_allauths_page(mallory: User) -> Client:
    browser = sign_in(mallory.email)
    for act in ("action_add", "action_primary"):
        assert browser.post("/account/email/", {"email": VICTIM, act: ""}).status_code == 404
    return browser


def signs_up(mallory: User) -> Client:
    browser = Client()
    sent = {"email": VICTIM, "password1": "another long word", "password2": "another long word"}
    assert browser.post("/account/signup/", sent).status_code == 404
    return sign_in(VICTIM, "another long word")


def keeps_an_unproven_row(mallory: User) -> Client:
    EmailAddress.objects.create(user=mallory, email=VICTIM, primary=True)
    return sign_in(VICTIM)


def keeps_a_row_that_says_proven(mallory: User) -> Client:
    EmailAddress.objects.create(user=mallory, email=VICTIM, primary=True, verified=True)
    return sign_in(VICTIM)


def asks_for_the_address(mallory: User) -> Client:
    browser = sign_in(mallory.email)
    ask(browser, VICTIM)
    return browser


def confirms_by_the_old_address_alone(mallory: User) -> Client:
    browser = sign_in(mallory.email)
    ask(browser, VICTIM)
    for path in links(mallory.email):
        browser.post(path)
        browser.post(path)
    return browser


def waits_for_the_victims_click(mallory: User) -> Client:
    browser = confirms_by_the_old_address_alone(mallory)
    for path in links(VICTIM):
        assert Client().post(path)["Location"].startswith(LOGIN)
    return browser


def hopes_that_a_signed_in_victim_clicks(mallory: User) -> Client:
    browser = confirms_by_the_old_address_alone(mallory)
    victim = Client()
    victim.force_login(cast.person("victim-of-old@example.com"))
    for path in links(VICTIM):
        assert victim.post(path).status_code == 404
    return browser


def makes_up_a_link(mallory: User) -> Client:
    browser = confirms_by_the_old_address_alone(mallory)
    for path in links(mallory.email):
        forged = path.replace("/email/Wy", "/email/Xy")
        assert browser.post(forged).status_code == 404
    return browser


def opens_a_foreign_invitation(mallory: User) -> Client:
    browser = sign_in(mallory.email)
    assert browser.post(invitation_link()).status_code == 422
    return browser


def joins_a_foreign_invitation_as_new(mallory: User) -> Client:
    """By a link that isn't the own: it is known only by who reads the victim's mail."""
    browser = Client()
    path = invitation_link()
    browser.post(path.replace(":", "-"), {"name": "Mallory", "password": PASSWORD})
    return browser


def resets_by_an_old_address(mallory: User) -> Client:
    """The owner's former address belongs to somebody else now."""
    owner = User.objects.get(email="owner@example.com")
    EmailAddress.objects.create(user=owner, email="former@example.com", primary=True, verified=True)
    return reset_by("former@example.com", "another long word")


def invitation_link() -> str:
    send_due_mail()
    return links(VICTIM)[-1]


SCRIPTS = [
    pre_registers_by_allauths_page,
    signs_up,
    keeps_an_unproven_row,
    keeps_a_row_that_says_proven,
    asks_for_the_address,
    confirms_by_the_old_address_alone,
    waits_for_the_victims_click,
    hopes_that_a_signed_in_victim_clicks,
    makes_up_a_link,
    opens_a_foreign_invitation,
    joins_a_foreign_invitation_as_new,
    resets_by_an_old_address,
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_of_a_stranger_gets_in(
    script: Callable[[User], Client], owner: User, mallory: User, harbor: Merchant
) -> None:
    invitation = invite(merchant=harbor, email=VICTIM, role=Role.SENDER, actor=owner)
    browser = script(mallory)
    assert browser.get(HOME).status_code in (302, 404)
    send_due_mail()
    mallory.refresh_from_db()
    owner.refresh_from_db()
    assert not join(invitation=invitation, user=mallory)
    assert (mallory.email, owner.email) == ("mallory@example.com", "owner@example.com")
    assert owner.check_password(PASSWORD)
    assert not User.objects.filter(email=VICTIM).exists()
    browser = Client()
    browser.post(links(VICTIM)[-1], {"name": "Dora", "password": PASSWORD})
    assert browser.get(HOME).status_code == 200  # Whom the invitation is for still joins.


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "confirm-email/key/", "password/set/", "password/reset/key/done/",
     "login/code/confirm/", "login/code/", "second-factor/webauthn/", "second-factor/trust/", ""],
)  # fmt: skip
def test_what_allauth_brings_beside_leads_nowhere(path: str, owner: User, client_of: ClientOf) -> None:
    for browser in (Client(), client_of(owner)):
        assert browser.get(f"/account/{path}").status_code == 404
        assert browser.post(f"/account/{path}").status_code == 404


def test_an_address_changes_when_the_old_and_the_new_one_confirm_it(owner: User) -> None:
    browser = sign_in(owner.email)
    assert b"We sent a link to owner@example.com" in ask(browser, "New@Example.com").content
    (first,) = links("owner@example.com")
    assert browser.get(first).status_code == 200
    assert not links("new@example.com")
    browser.post(first)
    (second,) = links("new@example.com")
    browser.get(second)
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"
    browser.post(second)
    owner.refresh_from_db()
    assert owner.email == "new@example.com"
    assert Activity.objects.get().sentence == "Changed the own email from owner@example.com to new@example.com."
    assert browser.post(second).status_code == browser.post(first).status_code == 404
    assert is_in(sign_in("new@example.com"))
    assert not is_in(sign_in("owner@example.com"))


def test_a_link_ends_with_the_day_and_with_the_password(owner: User, world: World) -> None:
    browser = sign_in(owner.email)
    ask(browser, "new@example.com")
    (link,) = links(owner.email)
    world.advance(24 * 3600 - 1)
    assert sign_in(owner.email).get(link).status_code == 200
    world.advance(2)
    assert sign_in(owner.email).get(link).status_code == 404
    mail.outbox.clear()
    ask(sign_in(owner.email), "new@example.com")
    (link,) = links(owner.email)
    owner.set_password("another long word")
    owner.save()
    assert sign_in(owner.email, "another long word").get(link).status_code == 404


def test_an_address_is_asked_for_only_with_the_password(owner: User) -> None:
    browser = sign_in(owner.email)
    ask(browser, "new@example.com", password="not the password")
    assert not mail.outbox


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("mallory@example.com", "Somebody else signs in with this email already."),
        ("MALLORY@example.com", "Somebody else signs in with this email already."),
        ("owner@example.com", "This is your email already."),
        ("nonsense", "Enter a valid email address."),
    ],
)
def test_an_address_that_can_not_be_is_answered_with_a_sentence(
    new: str, sentence: str, owner: User, mallory: User
) -> None:
    answer = ask(sign_in(owner.email), new)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_nobody_is_mailed_without_end(owner: User) -> None:
    browser = sign_in(owner.email)
    for number in range(15):
        answer = ask(browser, f"new{number}@example.com")
    assert "Please go on in an hour." in answer.content.decode()
    assert len(mail.outbox) == 10


def test_an_address_that_somebody_took_meanwhile_stays_theirs(owner: User) -> None:
    browser = sign_in(owner.email)
    ask(browser, "new@example.com")
    browser.post(links(owner.email)[0])
    cast.person("new@example.com")
    page = browser.post(links("new@example.com")[0], follow=True).content.decode()
    assert "Somebody else signs in with this email already." in page
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"


@pytest.mark.repeats
def test_many_guesses_from_fifty_addresses_are_ten_checks_and_the_owner_gets_in(
    owner: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = sign_in(owner.email)
    known.post("/account/logout/")
    checks = counted_checks(monkeypatch)
    for guess in range(as_often(usually=200, ci=1_000, full=1_000)):
        request = RequestFactory().post(LOGIN, REMOTE_ADDR=f"198.51.100.{guess % 50}")
        with suppress(ValidationError):  # Behind the page, which takes most of the time.
            get_adapter(request).authenticate(request, email=owner.email, password=f"guess {guess}")
    assert len(checks) == 10
    assert not is_in(sign_in(owner.email))
    assert is_in(sign_in(owner.email, browser=known))
    world.advance(15 * 60 + 1)
    assert is_in(sign_in(owner.email))


def test_guesses_from_the_owners_own_network_lock_nobody_out_of_a_known_browser(owner: User, mallory: User) -> None:
    known = sign_in(owner.email)
    known.post("/account/logout/")
    for guess in range(65):
        sign_in(f"person{guess}@example.com", "guess")
    assert not is_in(sign_in(mallory.email))
    assert is_in(sign_in(mallory.email, at="192.0.2.2"))
    assert is_in(sign_in(owner.email, browser=known))


def test_a_known_browser_is_no_endless_chance(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    known = sign_in(owner.email)
    known.post("/account/logout/")
    checks = counted_checks(monkeypatch)
    for guess in range(30):
        sign_in(owner.email, f"guess {guess}", browser=known)
    assert len(checks) == 10


def test_a_known_browser_is_forgotten_with_the_password_and_counts_for_its_account_alone(
    owner: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(owner.email)
    browser.post("/account/logout/")
    browser.cookies[f"known-{mallory.pk}"] = browser.cookies[f"known-{owner.pk}"].value
    owner.set_password("another long word")
    owner.save()
    checks = counted_checks(monkeypatch)
    for guess in range(30):
        sign_in(owner.email if guess % 2 else mallory.email, f"guess {guess}", browser)
    assert len(checks) == 20
    assert not is_in(sign_in(owner.email, "another long word", browser))
    assert not is_in(sign_in(mallory.email, browser=browser))


def test_who_is_guessed_at_gets_in_by_a_link_for_a_new_password(owner: User) -> None:
    for guess in range(30):
        sign_in(owner.email, f"guess {guess}")
    browser = reset_by(owner.email, "another long word")
    assert is_in(browser)
    browser.post("/account/logout/")
    assert is_in(sign_in(owner.email, "another long word", browser))


def test_all_processes_count_guesses_together(owner: User) -> None:
    sign_in(owner.email, "guess")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_sharedcache WHERE cache_key LIKE %s", ["%login_failed%"])
        assert cursor.fetchone() == (1,)


def test_links_begin_with_the_address_of_the_portal_whatever_host_was_asked(owner: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.PORTAL_URL = "https://portal.example.com"
    Client().post(RESET, {"email": "OWNER@example.com"}, HTTP_HOST="evil.example.net")
    (message,) = mail.outbox
    assert message.to == ["owner@example.com"]
    html = str(message.alternatives[0][0])  # type: ignore[attr-defined]
    for text in (str(message.body), html, message.subject):
        assert "evil" not in text
    assert re.findall(r"https?://[^/\s]+", str(message.body) + html) == ["https://portal.example.com"] * 2


def test_nobody_without_an_account_gets_mail(owner: User) -> None:
    assert Client().post(RESET, {"email": "nobody@example.com"}).status_code == 302
    assert not mail.outbox


def test_accounts_whose_address_may_have_been_swapped_prove_it_once_more(owner: User, mallory: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email)
    for email in (mallory.email, VICTIM):
        EmailAddress.objects.create(user=mallory, email=email)
    migration = import_module("thanxportal.accounts.migrations.0009_one_address")
    migration.one_address(apps, SimpleNamespace(connection=connection))
    owner.refresh_from_db()
    mallory.refresh_from_db()
    assert owner.has_usable_password()
    assert not mallory.has_usable_password()
    assert not EmailAddress.objects.exists()


def counted_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    checked: list[str] = []
    real = User.check_password

    def check(self: User, password: str) -> bool:
        checked.append(password)
        return real(self, password)

    monkeypatch.setattr(User, "check_password", check)
    return checked
