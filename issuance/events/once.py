"""A program that asks again, as it does after a lost answer, gets the same answer, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from issuance.models import KeptAnswer
from thanxportal.accounts.models import ApiToken
from thanxportal.prepared import Prepared


class Answer(NamedTuple):
    status: int
    body: str


class KeyReused(Exception):
    """The same key came with something else."""


def once(*, token: ApiToken, key: str, asked: bytes, act: Callable[[], Answer]) -> Answer:
    """Acts and keeps the answer in one transaction; of two at once the second finds the first's.

    What `act` raises is no answer: nothing is kept then, and the key can be used again.
    """
    key, digest = _digest(key.encode()), _digest(asked)
    if earlier := _kept(token, key, digest):
        return earlier
    try:
        with transaction.atomic():
            answer = act()
            KeptAnswer.objects.create(token=token, key=key, asked=digest, status=answer.status, answer=answer.body)
            return answer
    except Exception:  # A lost race fails in many ways: at the key, or as the first took the rest of the day.
        if earlier := _kept(token, key, digest):
            return earlier
        raise


def _digest(sent: bytes) -> str:
    """Keyed, as what is sent may be one guest, whom a bare hash would tell to whoever guesses."""
    return salted_hmac("once", sent, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()


def _kept(token: ApiToken, key: str, digest: str) -> Answer | None:
    kept = next(iter(_answers(token.pk, key)), None)
    if kept and kept.asked != digest:
        raise KeyReused
    return Answer(kept.status, kept.answer) if kept else None


@Prepared
def _answers(token: int, key: str) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(token=token, key=key)
