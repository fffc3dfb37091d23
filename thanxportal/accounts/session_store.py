"""Sessions as Django keeps them in the database. Each request asks for one, so its SQL is written once a process."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from thanxportal.prepared import Prepared


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for session in _alive(str(self.session_key), timezone.now()):
            return session
        self._session_key = None
        return None


@Prepared
def _alive(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
