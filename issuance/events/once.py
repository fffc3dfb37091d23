"""A program that asks again, as it does after a lost answer, gets the same answer, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from issuance.events.together import together
from issuance.models import EventBatch, KeptAnswer
from thanxportal.accounts.models import ApiToken
from thanxportal.prepared import Prepared


class Answer(NamedTuple):
    status: int
    body: str


class KeyReused(Exception):
    """The same key came with something else."""


def once(*, token: ApiToken, key: str, asked: bytes, act: Callable[[], Answer]) -> Answer:
    """Acts and keeps the answer, in one transaction.

    What `act` raises is no answer: nothing is kept then, and the key can be used again.
    """

    def keep(kept: KeptAnswer) -> None:
        with transaction.atomic():
            kept.status, kept.answer = act()
            kept.save(force_insert=True)

    return _once(token, key, asked, keep)


def batch_once(*, token: ApiToken, key: str, asked: bytes, act: Callable[[], tuple[EventBatch, Answer]]) -> Answer:
    """The same for a batch: it is kept with its answer, in one transaction with what others ask for just now."""

    def keep(kept: KeptAnswer) -> None:
        batch, (kept.status, kept.answer) = act()
        together.keep(batch, kept)

    return _once(token, key, asked, keep)


def _once(token: ApiToken, key: str, asked: bytes, keep: Callable[[KeptAnswer], None]) -> Answer:
    """Nobody looks first whether there is an answer, which is rare: then keeping fails, as it does for the second of
    two at once. That happens in many ways: at the key, or as the first took the rest of the day."""
    kept = KeptAnswer(token=token, key=_digest(key.encode()), asked=_digest(asked))
    try:
        keep(kept)
    except Exception:
        earlier = next(iter(_answers(token.pk, kept.key)), None)
        if earlier is None:
            raise
        if earlier.asked != kept.asked:
            raise KeyReused from None
        kept = earlier
    return Answer(kept.status, kept.answer)


def _digest(sent: bytes) -> str:
    """Keyed, as what is sent may be one guest, whom a bare hash would tell to whoever guesses."""
    return salted_hmac("once", sent, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()


@Prepared
def _answers(token: int, key: str) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(token=token, key=key)
