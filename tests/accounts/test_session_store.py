"""Sessions that are found by SQL written once a process behave as Django's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from thanxportal.accounts.models import User
from thanxportal.accounts.session_store import SessionStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def made() -> SessionStore:
    store = SessionStore()
    store["merchant"] = 7
    store.save()
    return store


def test_a_session_is_found_by_its_key_alone() -> None:
    others = [made(), made()]
    assert dict(SessionStore(others[0].session_key).items()) == {"merchant": 7}
    nobodys = SessionStore("x" * 32)
    assert not nobodys.items()
    assert nobodys.session_key is None, "a key that strangers choose would become a session's"


def test_a_session_that_expired_is_none() -> None:
    store = made()
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        expired = SessionStore(store.session_key)
        assert not expired.items()
        assert expired.session_key is None


def test_a_session_that_was_flushed_is_none() -> None:
    store = made()
    key = store.session_key
    SessionStore(key).flush()
    assert not SessionStore(key).items()
    assert not Session.objects.filter(session_key=key).exists()


def test_a_new_key_takes_what_the_session_holds_along() -> None:
    store = made()
    old = store.session_key
    again = SessionStore(old)
    again.cycle_key()
    assert again.session_key not in (None, old)
    assert dict(SessionStore(again.session_key).items()) == {"merchant": 7}
    assert not SessionStore(old).items()


def test_the_person_comes_with_the_session_and_is_asked_anew_by_each_request(
    ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    assert browser.get("/m/harbor-grill/").status_code == 200
    key = browser.cookies["sessionid"].value
    with django_assert_num_queries(1):
        store = SessionStore(key)
        assert store["_auth_user_id"] == str(ana.pk)
        assert store.person == ana
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert browser.get("/m/harbor-grill/").status_code == 302


def test_a_session_gives_nobody_but_whom_it_names(ana: User, bea: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    browser.get("/m/harbor-grill/")
    UserSession.objects.filter(user=ana).update(user=bea)
    assert browser.get("/m/harbor-grill/").wsgi_request.user == ana


def test_what_was_noted_of_a_session_that_expired_opens_nothing(ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    browser.get("/m/harbor-grill/")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert UserSession.objects.filter(user=ana).exists()
    assert browser.get("/m/harbor-grill/").status_code == 302
