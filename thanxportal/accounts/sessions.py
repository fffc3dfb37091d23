"""The sessions of a person: ended at once when what protects the account changes, and listed in the profile."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, NamedTuple

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from thanxportal.accounts.models import User
from thanxportal.accounts.proofs import passed

NOTED_EVERY = 300.0  # seconds
MOST_NOTED = 10_000  # sessions that a process remembers
_noted: dict[str, float] = {}  # Not in the session: each write there would make it last longer.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


class Session(NamedTuple):
    """A session as its person sees it."""

    pk: int
    browser: str
    since: datetime
    seen_at: datetime
    is_this: bool
    second_factor: bool


def note_session(request: HttpRequest) -> None:
    """Notes that the session is used, each process at most every five minutes: pages stay free of writes."""
    key, now = str(request.session.session_key), time.time()
    if now - _noted.get(key, -NOTED_EVERY) < NOTED_EVERY:
        return
    if len(_noted) >= MOST_NOTED:
        _noted.clear()
    _noted[key] = now
    UserSession.objects.create_from_request(request)


def end_sessions(person_id: int, *, but: str | None = None) -> int:
    """Ends the sessions of the person at once, but the one with this key. Returns how many."""
    others = list(UserSession.objects.filter(user_id=person_id).exclude(session_key=but or ""))
    for session in others:
        session.end()
    return len(others)


def sessions_of(person: User, *, key: str | None) -> list[Session]:
    """Those that still work, the one with this key first, then the last used."""
    alive = UserSession.objects.purge_and_list(person)
    shown = [_shown(session, person, is_this=session.session_key == key) for session in alive]
    return sorted(shown, key=lambda session: (session.is_this, session.seen_at), reverse=True)


def _shown(row: UserSession, person: User, *, is_this: bool) -> Session:
    records = SessionStore(row.session_key).get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    browser = browser_in_words(row.user_agent)
    return Session(row.pk, browser, row.created_at, row.last_seen_at, is_this, passed(person, records))


def browser_in_words(agent: str) -> str:
    """Such as `Firefox on Windows`, from what a browser says of itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


@receiver([post_save, post_delete], sender=Authenticator)
def second_factor_changed(instance: Authenticator, created: bool = True, **kwargs: Any) -> None:
    """Whoever is in by what protected the account before is out, but for the person who changes it."""
    if created and instance.type != Authenticator.Type.RECOVERY_CODES:
        request = context.request
        own = request is not None and request.user.pk == instance.user_id
        end_sessions(instance.user_id, but=request.session.session_key if own else None)
