"""Messages arrive at least once under one name, whatever receivers and workers do, and none makes others wait."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from tests.outgoing.receivers import Receiver, verified
from tests.world import World
from thanxportal import database_clock
from thanxportal.accounts.models import Activity, Merchant, Notification, Role, User
from thanxportal.outgoing import delivering
from thanxportal.outgoing.endpoints import (
    MOST,
    TooMany,
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    rotate_secret,
    turn_off,
    turn_on,
)
from thanxportal.outgoing.messages import delete_old_messages, send_again, send_test
from thanxportal.outgoing.models import Endpoint, Message, Try

pytestmark = pytest.mark.django_db
Say = Callable[..., list[Message]]
Deliver = Callable[..., None]
SILENCE = httpx.ReadTimeout("No answer in time.")


@pytest.fixture(autouse=True)
def the_same_each_time() -> None:
    random.seed(7)


def fresh(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=endpoint.pk)


def states() -> list[str]:
    return [message.state for message in Message.objects.order_by("pk")]


def test_a_message_is_delivered_once_and_the_package_takes_its_signature(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    message = told()[0]
    deliver(hours=0.01)
    (request,) = receiver.requests
    body = verified(request, endpoint)
    assert (body["type"], body["data"], request.headers["webhook-id"]) == (
        "batch.finished", {"batch_id": "0"}, message.name
    )  # fmt: skip
    assert (request.url.host, request.headers["host"]) == ("198.41.0.4", "hooks.example.com")
    assert request.extensions["sni_hostname"] == "hooks.example.com"
    assert states() == ["Delivered"]
    once = Try.objects.get()
    assert (once.status, once.answer, once.said) == (200, "Noted.", "200")
    assert fresh(endpoint).succeeded_at


def test_a_body_that_was_changed_on_its_way_is_refused_by_the_package(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    told()
    deliver()
    request = receiver.requests[0]
    changed = httpx.Request("POST", request.url, headers=request.headers, content=request.content[:-1] + b" }")
    with pytest.raises(WebhookVerificationError):
        verified(changed, endpoint)


@pytest.mark.parametrize("answer", [500, 503, 404, 302, SILENCE, httpx.ConnectError("refused")])
def test_what_isnt_taken_comes_again_under_the_same_name_until_it_is(
    answer: int | Exception, endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    receiver.answers = [answer, answer, 204]
    message = told()[0]
    deliver(hours=0.02)
    assert receiver.names == [message.name] * 3
    assert {verified(request, endpoint)["type"] for request in receiver.requests} == {"batch.finished"}
    assert states() == ["Delivered"]
    assert Try.objects.count() == 3
    assert not fresh(endpoint).failing_since


def test_a_redirect_is_never_followed(receiver: Receiver, told: Say, deliver: Deliver) -> None:
    receiver.answers = [httpx.Response(307, headers={"Location": "http://127.0.0.1/"}), 200]
    told()
    deliver(hours=0.01)
    assert {request.url.host for request in receiver.requests} == {"198.41.0.4"}
    assert Try.objects.order_by("pk")[0].said == "307, but redirects aren’t followed"


def test_it_is_tried_for_three_days_at_growing_distances_and_the_endpoint_goes_off_then(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User, ben: User
) -> None:
    receiver.answers = [500]
    told()
    deliver(hours=80)
    times = [once.at for once in Try.objects.order_by("pk")]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 12 <= len(times) <= 18
    assert waits[0] < timedelta(minutes=6)
    assert waits[-1] > timedelta(hours=9)
    assert times[-1] - times[0] < timedelta(days=3)
    assert states() == ["Given up"]
    assert fresh(endpoint).state == "Fails"
    told()
    deliver()
    assert fresh(endpoint).off_why == Endpoint.FAILED
    given_up, off = Notification.objects.order_by("pk")
    assert (given_up.person, off.person) == (ana, ana)
    assert given_up.sentence.startswith("hooks.example.com didn’t take a message for three days")
    assert off.sentence.startswith("hooks.example.com took no message for three days")
    assert "key=" not in given_up.sentence + off.sentence


def test_410_turns_it_off_at_once_and_what_waits_is_sent_when_it_is_on_again(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User
) -> None:
    receiver.answers = [410, 200]
    told(2)
    deliver(hours=1)
    assert (len(receiver.requests), fresh(endpoint).off_why) == (1, Endpoint.GONE)
    assert Notification.objects.filter(person=ana, kind="endpoint_off").count() == 1
    assert turn_on(endpoint=endpoint, actor=ana)
    assert not turn_on(endpoint=endpoint, actor=ana)
    deliver()
    assert states() == ["Delivered", "Delivered"]


def test_an_endpoint_that_fails_rests_instead_of_being_asked_for_each_message(
    receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    receiver.answers = [SILENCE]
    told(500)
    deliver(hours=1)
    assert len(receiver.requests) < 30


def test_who_asks_to_wait_is_left_alone_for_as_long(receiver: Receiver, told: Say, deliver: Deliver) -> None:
    receiver.answers = [httpx.Response(429, headers={"Retry-After": "1800"}), 200]
    told(3)
    deliver(hours=0.49)
    assert len(receiver.requests) == 1
    deliver(hours=0.02)
    assert len(receiver.requests) == 4
    assert states() == ["Delivered"] * 3


def test_nobody_is_made_to_wait_for_longer_than_a_day_by_a_receiver(
    receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    receiver.answers = [httpx.Response(503, headers={"Retry-After": "99999999999"})]
    told()
    deliver()
    assert Message.objects.get().due_at <= timezone.now() + timedelta(days=1)  # type: ignore[operator]


def test_a_worker_killed_between_sending_and_noting_sends_the_same_again_after_its_lease(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, world: World
) -> None:
    message = told()[0]

    class Killed(BaseException):
        pass

    def die() -> None:
        receiver.before = lambda: None
        raise Killed

    receiver.before = die
    Endpoint.objects.filter(pk=endpoint.pk).update(lease_until=database_clock.now() + delivering.LEASE)
    assert delivering.endpoints_to_serve() == []
    world.advance(61)
    with pytest.raises(Killed):
        delivering.serve(endpoint.pk)
    assert (states(), Try.objects.count()) == (["Retrying"], 0)
    deliver(hours=0.003)
    assert receiver.names == [message.name] * 2
    assert states() == ["Delivered"]


def test_a_message_that_kills_whoever_sends_it_holds_up_no_other_and_is_given_up_after_three_days(
    endpoint: Endpoint, receiver: Receiver, told: Say, world: World
) -> None:
    class Killed(BaseException):
        pass

    def die_of_the_first() -> None:
        if receiver.names[-1] == bad.name:
            raise Killed

    bad = told(3)[0]
    receiver.before = die_of_the_first
    deaths = 0
    for _ in range(3 * 24 * 12 + 24):
        try:
            delivering.serve(endpoint.pk)
        except Killed:
            deaths += 1
        world.advance(300)
    assert states() == ["Given up", "Delivered", "Delivered"]
    assert 10 < deaths < 20


def test_while_one_sends_nobody_else_does(endpoint: Endpoint, receiver: Receiver, told: Say, world: World) -> None:
    told(3)
    beside: list[int] = []
    receiver.before = lambda: beside.append(delivering.serve(endpoint.pk))
    assert delivering.serve(endpoint.pk) == 3
    assert beside == [0, 0, 0]
    assert len(set(receiver.names)) == len(receiver.names) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not __import__('django.db').db.connection.vendor == 'postgresql'",
    reason="SQLite lets one transaction write at a time, so there is no such race.",
)
def test_of_two_workers_at_once_one_sends(endpoint: Endpoint, receiver: Receiver, told: Say) -> None:
    told(5)
    both, sent = threading.Barrier(2), []

    def work() -> None:
        both.wait()
        sent.append(delivering.serve(endpoint.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while endpoint.messages.undelivered().exists():
        sent.append(delivering.serve(endpoint.pk))
    assert sum(sent) == 5
    assert len(set(receiver.names)) == len(receiver.names) == 5


def test_the_healthy_are_served_before_those_that_fail(
    endpoint: Endpoint, harbor: Merchant, ana: User, told: Say
) -> None:
    other, _ = add_endpoint(merchant=harbor, actor=ana, address="https://b.example.com", types=["batch.finished"])
    told()
    assert delivering.endpoints_to_serve() == [endpoint.pk, other.pk]
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now())
    assert delivering.endpoints_to_serve() == [other.pk, endpoint.pk]


def test_a_message_that_a_receiver_cant_take_doesnt_hold_up_the_others(
    receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    receiver.answers = [400, 200]
    told(3)
    deliver(hours=0.001)
    assert states().count("Delivered") == 2


def test_an_endpoint_that_failed_a_thousand_times_is_tried_as_any_other(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver
) -> None:
    Endpoint.objects.update(failures=5_000)
    receiver.answers = [500, 200]
    told()
    deliver(hours=0.2)
    assert (states(), fresh(endpoint).failures) == (["Delivered"], 0)


def test_managers_are_told_once_a_day_of_messages_that_were_given_up_while_others_are_taken(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User, ben: User, world: World
) -> None:
    receiver.answers = [500]
    told(2)
    Message.objects.update(asked_at=timezone.now() - timedelta(days=3))
    deliver(hours=0.01)
    receiver.answers = [200]
    told()
    deliver(hours=0.01)
    assert sorted(states()) == ["Delivered", "Given up", "Given up"]
    given_up = Notification.objects.filter(sentence__contains="gave it up")
    assert [each.person for each in given_up] == [ana]


def test_a_new_address_has_three_days_of_its_own(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User, world: World
) -> None:
    receiver.answers = [500]
    told()
    deliver(hours=71)
    change_endpoint(endpoint=endpoint, actor=ana, address="https://new.example.com/", types=["batch.finished"])
    world.advance(3 * 3600)
    told()
    deliver()
    assert fresh(endpoint).state == "Fails"
    assert fresh(endpoint).failing_since >= timezone.now() - timedelta(hours=1)


def test_after_a_rotation_both_secrets_verify_for_a_day_and_the_new_one_alone_then(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User, world: World
) -> None:
    old = endpoint.seed
    secret = rotate_secret(endpoint=endpoint, actor=ana)
    now = fresh(endpoint)
    assert secret.startswith("whsec_")
    told()
    deliver()
    assert verified(receiver.requests[0], now) == verified(receiver.requests[0], now, seed=old)
    world.advance(24 * 3600 + 1)
    told()
    deliver()
    assert verified(receiver.requests[1], now)["type"] == "batch.finished"
    with pytest.raises(WebhookVerificationError):
        verified(receiver.requests[1], now, seed=old)
    delete_old_messages()
    assert fresh(endpoint).earlier_seed == ""


def test_no_secret_stands_in_the_database(harbor: Merchant, ana: User) -> None:
    _, secret = add_endpoint(merchant=harbor, actor=ana, address="https://b.example.com", types=["batch.finished"])
    assert secret.removeprefix("whsec_") not in str([*Endpoint.objects.values(), *Activity.objects.values()])


def test_the_log_of_activities_names_the_host_alone(endpoint: Endpoint, ana: User) -> None:
    for act in (turn_off, turn_on, rotate_secret, remove_endpoint):
        act(endpoint=fresh(endpoint), actor=ana)  # type: ignore[operator]
    lines = Activity.objects.filter(target=endpoint.target).values_list("sentence", flat=True)
    assert len(lines) == 5
    assert all("hooks.example.com" in line and "key=" not in line for line in lines)


def test_what_was_removed_while_it_was_sent_leaves_nothing(
    endpoint: Endpoint, receiver: Receiver, told: Say, ana: User
) -> None:
    told(3)
    receiver.before = lambda: remove_endpoint(endpoint=fresh(endpoint), actor=ana)
    assert delivering.serve(endpoint.pk) == 1
    assert (Endpoint.objects.count(), Message.objects.count(), Try.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("change", ["off", "moved"])
def test_a_change_counts_from_the_next_message_on(
    endpoint: Endpoint, receiver: Receiver, told: Say, ana: User, change: str
) -> None:
    told(3)

    def act() -> None:
        if change == "off":
            turn_off(endpoint=fresh(endpoint), actor=ana)
        else:
            fields = {"address": "https://new.example.com/", "types": endpoint.types}
            change_endpoint(endpoint=fresh(endpoint), actor=ana, **fields)

    receiver.before = act
    for _ in range(2):
        delivering.serve(endpoint.pk)
    hosts = [request.headers["host"] for request in receiver.requests]
    assert hosts == ["hooks.example.com"] + ["new.example.com"] * (0 if change == "off" else 2)


def test_a_message_is_sent_again_under_its_name_once_somebody_asks(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, ana: User, world: World
) -> None:
    told()
    deliver()
    world.advance(5 * 86_400)
    message = Message.objects.get()
    assert send_again(message, ana)
    assert not send_again(message, ana)
    receiver.answers = [500, 200]
    deliver(hours=0.02)
    assert len(set(receiver.names)) == 1
    assert (states(), len(receiver.names)) == (["Delivered"], 3)
    turn_off(endpoint=endpoint, actor=ana)
    assert not send_again(message, ana)


def test_one_test_message_at_a_time_is_sent(
    endpoint: Endpoint, receiver: Receiver, deliver: Deliver, ana: User
) -> None:
    assert send_test(endpoint, ana)
    assert not send_test(endpoint, ana)
    deliver()
    assert verified(receiver.requests[0], endpoint)["type"] == "test"
    turn_off(endpoint=endpoint, actor=ana)
    assert not send_test(endpoint, ana)


def test_what_receivers_answer_is_cleaned_and_cut(receiver: Receiver, told: Say, deliver: Deliver) -> None:
    receiver.answers = [httpx.Response(500, content=b"no\x00 ann@example.com +12025550123\x1b[31m\xff" + b"x" * 9_000)]
    told()
    deliver()
    answer = Try.objects.get().answer
    assert answer.startswith("no [email] [phone] [31m")
    assert (len(answer), "\x00" in answer, "\x1b" in answer) == (500, False, False)


def test_a_merchant_has_no_more_endpoints_than_it_may(harbor: Merchant, ana: User) -> None:
    for number in range(MOST):
        add_endpoint(merchant=harbor, actor=ana, address=f"https://h{number}.example.com", types=[])
    with pytest.raises(TooMany):
        add_endpoint(merchant=harbor, actor=ana, address="https://more.example.com", types=[])


def test_old_messages_go_with_their_log_and_others_stay(told: Say, deliver: Deliver, world: World) -> None:
    told()
    deliver()
    world.advance(30 * 86_400 + 1)
    told()
    assert delete_old_messages() == 1
    assert (Message.objects.count(), Try.objects.count()) == (1, 0)


def test_nobody_but_managers_is_told_that_an_endpoint_is_off(
    endpoint: Endpoint, receiver: Receiver, told: Say, deliver: Deliver, sid: User, ana: User
) -> None:
    receiver.answers = [410]
    told()
    deliver()
    assert list(Notification.objects.values_list("person", flat=True)) == [ana.pk]
    assert sid.memberships.get().role == Role.SENDER
