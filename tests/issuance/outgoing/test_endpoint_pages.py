"""Managers say which of their systems are told what, see what came of it, and read the secret once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.outgoing.receivers import Receiver
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User
from thanxportal.outgoing import delivering
from thanxportal.outgoing.endpoints import MOST, add_endpoint
from thanxportal.outgoing.models import Endpoint, Message
from thanxportal.outgoing.signing import secret_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
ADDRESS = "https://hooks.example.com/portal?key=1"
FORM = {"address": ADDRESS, "types": ["batch.finished", "guest.refused"]}
SECRET = re.compile(r"<code>(whsec_[\w+/=]+)</code>")


@pytest.fixture
def endpoint(harbor: Merchant, ana: User) -> Endpoint:
    return add_endpoint(merchant=harbor, actor=ana, address=ADDRESS, types=["batch.finished"])[0]


def url(name: str, *arguments: Any) -> str:
    return reverse(f"issuance:{name}", args=["harbor-grill", *arguments])


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def test_a_manager_adds_an_address_and_reads_its_secret_once(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    found = SECRET.findall(shown(browser.post(url("endpoints"), FORM)))
    made = Endpoint.objects.get()
    assert found == [secret_of(made.seed)]
    assert (made.address, made.types, made.merchant) == (ADDRESS, FORM["types"], harbor)
    for page in (url("endpoints"), url("endpoint", made.pk), url("integrations")):
        assert "whsec_" not in shown(browser.get(page))
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.sentence, line.path) == (
        "Added hooks.example.com, which is told: batch.finished, guest.refused.", url("endpoints")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "https://10.0.0.1/"}, "This address is in a private network"),
        ({"address": "http://example.com/"}, "Use an address that begins with https://."),
        ({"address": "https://me:secret@example.com/"}, "Leave out the name and password"),
        ({"address": "https://example.com:22/"}, "Messages go only to port 443."),
        ({"address": "hooks"}, "This is no address that programs can be reached at"),
        ({"types": []}, "This field is required."),
        ({"types": ["everything"]}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    harbor: Merchant, ana: User, client_of: ClientOf, wrong: dict[str, Any], said: str
) -> None:
    assert said in shown(client_of(ana).post(url("endpoints"), FORM | wrong), 422)
    assert not Endpoint.objects.exists()


def test_too_many_are_refused_with_what_to_do(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    for number in range(MOST):
        add_endpoint(merchant=harbor, actor=ana, address=f"https://h{number}.example.com/", types=["batch.finished"])
    assert "Remove one that nobody needs" in shown(client_of(ana).post(url("endpoints"), FORM), 422)


@pytest.mark.parametrize("again", [ADDRESS, "https://HOOKS.example.com:443/portal?key=1"])
def test_the_same_address_is_not_added_twice_as_each_message_would_arrive_twice(
    endpoint: Endpoint, ana: User, client_of: ClientOf, again: str
) -> None:
    assert "This address is in your list already" in shown(
        client_of(ana).post(url("endpoints"), FORM | {"address": again}), 422
    )
    assert Endpoint.objects.get() == endpoint


def test_no_address_is_changed_to_one_that_is_told_already(
    endpoint: Endpoint, harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf
) -> None:
    other, _ = add_endpoint(merchant=harbor, actor=ana, address=f"{ADDRESS}2", types=["batch.finished"])
    add_endpoint(merchant=sunny, actor=ana, address=f"{ADDRESS}3", types=["batch.finished"])
    browser = client_of(ana)
    assert "This address is in your list already" in shown(browser.post(url("endpoint", other.pk), FORM), 422)
    other.refresh_from_db()
    assert other.address == f"{ADDRESS}2"
    assert "Saved." in shown(browser.post(url("endpoint", other.pk), FORM | {"address": f"{ADDRESS}3"}, follow=True))


def test_an_address_that_was_removed_can_be_added_again(endpoint: Endpoint, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    browser.post(url("endpoint_remove", endpoint.pk))
    assert SECRET.search(shown(browser.post(url("endpoints"), FORM)))


def test_managers_tell_two_addresses_of_one_host_by_their_paths(
    endpoint: Endpoint, ana: User, client_of: ClientOf
) -> None:
    assert "<h1>hooks.example.com/portal?key=1</h1>" in shown(client_of(ana).get(url("endpoint", endpoint.pk)))


def test_what_waits_for_an_address_that_is_off_promises_no_time(
    endpoint: Endpoint, ana: User, client_of: ClientOf, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, browser = Receiver([500]), client_of(ana)
    monkeypatch.setattr(delivering, "network", lambda: receiver.network)
    browser.post(url("endpoint_test", endpoint.pk))
    delivering.serve(endpoint.pk)
    browser.post(url("endpoint_off", endpoint.pk))
    for page in (url("endpoint", endpoint.pk), url("message", Message.objects.get().pk)):
        html = shown(browser.get(page))
        assert "until the address is turned on" in html
        assert "Retrying" not in html
        assert "next " not in html


def test_a_new_secret_is_shown_once_and_said_to_sign_beside_the_earlier_one(
    endpoint: Endpoint, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    html = shown(browser.post(url("endpoint_secret", endpoint.pk)))
    (secret,) = SECRET.findall(html)
    now = Endpoint.objects.get()
    assert (secret, now.earlier_seed) == (secret_of(now.seed), endpoint.seed)
    assert "For 24 hours" in html
    assert "whsec_" not in shown(browser.get(url("endpoint", endpoint.pk)))


@pytest.mark.parametrize("name", ["endpoints", "endpoint", "endpoint_secret"])
def test_whoever_adds_changes_or_rotates_proves_first_who_it_is(
    endpoint: Endpoint, ana: User, client_of: ClientOf, settings: Any, name: str
) -> None:
    settings.SECOND_FACTOR = True
    arguments = [] if name == "endpoints" else [endpoint.pk]
    client_of(ana).post(url(name, *arguments), FORM)
    now = Endpoint.objects.get()
    assert (now.seed, now.types) == (endpoint.seed, ["batch.finished"])


def test_the_log_shows_what_was_sent_what_was_answered_and_sends_again(
    endpoint: Endpoint, ana: User, client_of: ClientOf, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, browser = Receiver([500, 200]), client_of(ana)
    monkeypatch.setattr(delivering, "network", lambda: receiver.network)
    html = shown(browser.post(url("endpoint_test", endpoint.pk), follow=True))
    assert "A test message is sent within seconds." in html
    assert "none so far" in html
    message = Message.objects.get()
    delivering.serve(endpoint.pk)
    html = shown(browser.get(url("endpoint", endpoint.pk)))
    assert "Retrying" in html
    assert "next " in html
    assert message.name in html
    world.advance(60)
    delivering.serve(endpoint.pk)
    html = shown(browser.get(url("message", message.pk)))
    assert "A test from Thanx Portal." in html
    assert html.count("Noted.") == 2
    assert "Send again" in html
    assert "sent again within seconds" in shown(browser.post(url("message_again", message.pk), follow=True))
    assert "It isn’t sent again" in shown(browser.post(url("message_again", message.pk), follow=True))
    assert Activity.objects.filter(target=endpoint.target).count() == 3


def test_an_address_is_turned_off_on_changed_and_removed(endpoint: Endpoint, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    assert "is told nothing more" in shown(browser.post(url("endpoint_off", endpoint.pk), follow=True))
    assert "Nothing was sent" in shown(browser.post(url("endpoint_test", endpoint.pk), follow=True))
    assert "is told again" in shown(browser.post(url("endpoint_on", endpoint.pk), follow=True))
    assert "Saved." in shown(browser.post(url("endpoint", endpoint.pk), FORM, follow=True))
    assert Endpoint.objects.get().types == FORM["types"]
    assert "begins with https" in shown(
        browser.post(url("endpoint", endpoint.pk), FORM | {"address": "http://a.de"}), 422
    )
    assert "with its log" in shown(browser.post(url("endpoint_remove", endpoint.pk), follow=True))
    assert not Endpoint.objects.exists()
    assert Activity.objects.filter(target=endpoint.target).count() == 5


def test_home_says_that_a_system_is_no_longer_told(
    endpoint: Endpoint, ana: User, ben: User, client_of: ClientOf
) -> None:
    need = "One of your systems is no longer told what happens."
    home = reverse("issuance:home", args=["harbor-grill"])
    assert need not in shown(client_of(ana).get(home))
    Endpoint.objects.update(off_since=timezone.now(), off_why=Endpoint.FAILED)
    assert need in shown(client_of(ana).get(home))
    Endpoint.objects.update(off_why=Endpoint.BY_PEOPLE)
    assert need not in shown(client_of(ana).get(home))


def test_nobody_reaches_what_belongs_to_another_merchant(
    endpoint: Endpoint, sunny: Merchant, cleo: User, client_of: ClientOf
) -> None:
    message, browser = endpoint.messages.create(type="test", body="{}"), client_of(cleo)
    for name, pk in (("endpoint", endpoint.pk), ("message", message.pk)):
        assert browser.get(reverse(f"issuance:{name}", args=[sunny.handle, pk])).status_code == 404
    for name in ("secret", "test", "off", "on", "remove"):
        address = reverse(f"issuance:endpoint_{name}", args=[sunny.handle, endpoint.pk])
        assert browser.post(address).status_code == 404
    assert browser.post(reverse("issuance:message_again", args=[sunny.handle, message.pk])).status_code == 404
    assert Endpoint.objects.get().seed == endpoint.seed


def test_staff_see_the_host_alone(endpoint: Endpoint, sam: User, client_of: ClientOf, settings: Any) -> None:
    message = endpoint.messages.create(type="test", body='{"data": "of the merchant"}')
    message.log.create(status=500, answer="of the receiver", duration_ms=3)
    browser = client_of(sam)
    for model, pk in (("endpoint", endpoint.pk), ("message", message.pk)):
        for page in (
            reverse(f"admin:outgoing_{model}_changelist"),
            reverse(f"admin:outgoing_{model}_change", args=[pk]),
        ):
            html = shown(browser.get(page))
            assert "hooks.example.com" in html
            assert not any(text in html for text in ("key=1", "of the merchant", "of the receiver", endpoint.seed))
