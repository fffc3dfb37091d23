"""What a session has proven: a second factor belongs to the session that passed it, not to the account alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from thanxportal.accounts.models import Merchant, User

FRESH = timedelta(minutes=15)
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
KEPT = "typed"  # Session key: the page to which a form leads back, and what was typed there.
MOST_KEPT = 4_000  # characters


class ProofNeeded(Exception):
    """The session has to prove first who uses it, then leads to the page `back`."""

    def __init__(self, back: str, *, by_factor: bool) -> None:
        super().__init__(back)
        self.back, self.by_factor = back, by_factor


def require_proof(request: HttpRequest, merchant: Merchant, *, back: str, keep: bool = False) -> None:
    """Raises ProofNeeded unless this session proved lately who uses it, and by the second factor if the merchant
    wants that. For acts of people who were let in to the merchant.

    `back` is the page that leads to the act; what was typed there comes back by `kept_form` if `keep` is set.
    """
    by_factor = merchant.second_factor
    if settings.SECOND_FACTOR and not _has_proven(request, by_factor=by_factor):
        if keep:
            _keep_form(request, back)
        raise ProofNeeded(back, by_factor=by_factor)


def _has_proven(request: HttpRequest, *, by_factor: bool) -> bool:
    if by_factor:
        return passed_second_factor(request, within=FRESH)
    return bool(_lately(get_authentication_records(request, request.user), FRESH))


def passed_second_factor(request: HttpRequest, *, within: timedelta | None = None) -> bool:
    """Whether the person gave a second factor in this very session, one that the account still has."""
    records = get_authentication_records(request, request.user)
    return passed(request.user, records if within is None else _lately(records, within))  # type: ignore[arg-type]


def passed(person: User, records: Iterable[dict[str, Any]]) -> bool:
    """The same, by what a session of the person has recorded."""
    used = [record["id"] for record in records if record["method"] == "mfa"]
    return bool(used) and Authenticator.objects.filter(user=person, pk__in=used).exists()


def has_second_factor(person: User) -> bool:
    return bool(is_mfa_enabled(person, FACTORS))


def _lately(records: Iterable[dict[str, Any]], within: timedelta) -> list[dict[str, Any]]:
    since = time.time() - within.total_seconds()
    return [record for record in records if record["at"] > since]


def _keep_form(request: HttpRequest, back: str) -> None:
    """Keeps a small form in the session while its person proves who they are."""
    typed = request.POST.dict()
    if sum(map(len, typed.values())) <= MOST_KEPT:
        request.session[KEPT] = [back, typed]


def forget_kept_forms(merchant: Merchant, names: Callable[[str], bool]) -> int:
    """Takes what names somebody out of the forms of this merchant that sessions keep. Returns how many."""
    page, forgotten = f"/m/{merchant.handle}/", 0
    for session in Session.objects.iterator():
        kept = session.get_decoded()
        back, typed = kept.get(KEPT, ["", {}])
        if back.startswith(page) and any(map(names, typed.values())):
            del kept[KEPT]
            same = Session.objects.filter(pk=session.pk, session_data=session.session_data)
            forgotten += same.update(session_data=SessionStore().encode(kept))
    return forgotten


def kept_form(request: HttpRequest) -> dict[str, str] | None:
    """What was typed on this page before the proof, once; None for nothing."""
    back, typed = request.session.get(KEPT, [None, None])
    if back != request.get_full_path():
        return None
    del request.session[KEPT]
    return dict(typed)
