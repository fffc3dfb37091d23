"""Sessions that are found by SQL written once a process behave as Django's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from thanxportal.accounts.session_store import SessionStore

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
