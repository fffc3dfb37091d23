"""Sessions as Django keeps them in the database. Each request asks for one, so its SQL is written once a process, and
brings the person along."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from thanxportal.accounts.models import User
from thanxportal.prepared import Prepared


class SessionStore(db.SessionStore):
    person: User | None = None  # whose session it was when it was noted: see `OneAddressBackend`

    def _get_session_from_db(self) -> Session | None:
        key, now = str(self.session_key), timezone.now()
        for noted in _noted(key, now):
            if data := noted.__dict__["data_alive"]:
                self.person = noted.user
                return Session(session_key=key, session_data=data)
        for session in _alive(key, now):
            return session
        self._session_key = None
        return None


@Prepared
def _noted(key: str, now: datetime) -> QuerySet[UserSession]:
    """A session that `Sessions` has noted, with its person; `data_alive` is None if the session isn't any more."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    noted = UserSession.objects.filter(session_key=key).annotate(data_alive=Subquery(alive.values("session_data")))
    with_person: QuerySet[UserSession] = noted.select_related("user").only("user")
    return with_person


@Prepared
def _alive(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
