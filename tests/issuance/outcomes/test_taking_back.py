"""A manager asks staff to take rewards back, from the page of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList, RevocationRequest
from issuance.models.states import ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Activity, Notification, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
REASON = "We took the file of May."


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page_of(made: GuestList) -> str:
    return reverse("issuance:list_detail", args=[made.merchant.handle, made.pk])


def ask(browser: Client, made: GuestList, reason: str = REASON, **form: Any) -> Any:
    address = reverse("issuance:list_ask_back", args=[made.merchant.handle, made.pk])
    return browser.post(address, {"back-reason": reason, **form}, follow=True)


@pytest.fixture
def made(campaign_here: Campaign, ana: User) -> GuestList:
    return make_list(campaign_here, ListState.FINISHED, by=ana, rewarded=6, refused=1, control=1)


def test_a_manager_asks_once_and_everybody_sees_it(
    made: GuestList, ana: User, ben: User, sam: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    assert "Ask staff to take them back" in words(browser.get(page_of(made)))
    answer = words(ask(browser, made))
    assert "<b>Ana asked staff to take back all rewards.</b>" in answer
    assert f"Asked staff to take back all rewards: {REASON}" in answer
    assert "Ask staff to take them back" not in answer
    assert "Staff are asked about this list already." in words(ask(browser, made))
    assert RevocationRequest.objects.count() == 1
    assert "<b>Ana asked staff to take back all rewards.</b>" in words(client_of(ben).get(page_of(made)))
    assert [told.kind for told in Notification.objects.filter(person=sam)] == ["take_back"]
    line = Activity.objects.for_merchant(made.merchant)[0]
    assert (line.actor, line.sentence) == (ana, f"Asked staff to take back all rewards of “June guests”: {REASON}")


def test_one_arm_can_be_asked_for_but_none_of_another_list(made: GuestList, ana: User, client_of: ClientOf) -> None:
    assert "Choose" not in words(ask(client_of(ana), made))  # A list of one job has one arm, so nothing to choose.
    foreign = ask(client_of(ana), made, **{"back-arm": "999"})
    assert foreign.status_code == 200
    assert RevocationRequest.objects.get().variant is None


def test_a_reason_is_needed_and_stays_typed(made: GuestList, ana: User, client_of: ClientOf) -> None:
    answer = ask(client_of(ana), made, "oops")
    assert answer.status_code == 422
    assert "Write a whole sentence" in words(answer)
    assert "oops" in words(answer)
    assert not RevocationRequest.objects.exists()


def test_who_isnt_a_manager_is_not_offered_it(made: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    assert "Ask staff to take them back" not in words(browser.get(page_of(made)))
    assert ask(browser, made).status_code == 403


def test_nothing_is_asked_of_a_list_that_runs_or_gave_nothing(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    for state in (ListState.ISSUING, ListState.CHECKED):
        running = make_list(campaign_here, state, by=ana, waiting=3)
        assert "There is nothing that could be taken back." in words(ask(client_of(ana), running))
    assert not RevocationRequest.objects.exists()


def test_a_name_in_the_reason_is_not_kept(made: GuestList, ana: User, client_of: ClientOf) -> None:
    ask(client_of(ana), made, "It went to zoe@example.com by mistake.")
    assert RevocationRequest.objects.get().reason == "It went to [email] by mistake."


def test_the_database_keeps_a_request(made: GuestList, ana: User, client_of: ClientOf) -> None:
    ask(client_of(ana), made)
    asked = RevocationRequest.objects.all()
    for act in (lambda: asked.update(reason="Another reason."), asked.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
