"""Batches for which programs ask at the same moment are kept by one transaction: one each costs about as much as all
else about a request, and at the token's count of the day they would wait for each other's commits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from operator import attrgetter
from queue import SimpleQueue
from threading import Lock
from typing import NamedTuple

from django.db import transaction

from issuance.events.receiving import keep_all
from issuance.models import EventBatch, KeptAnswer


class Asked(NamedTuple):
    batch: EventBatch
    answer: KeptAnswer
    done: Future[None]


class Together:
    """Of the threads of a process that ask at once, one keeps all that has come, while the others wait for it. What
    comes meanwhile is the next one's."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[Asked] = SimpleQueue()
        self._turn = Lock()

    def keep(self, batch: EventBatch, answer: KeptAnswer) -> None:
        """Returns once both are committed. Raises what keeping them raises: then neither is."""
        mine = Asked(batch, answer, Future())
        self._asked.put(mine)
        with self._turn:
            if not mine.done.done():
                _settle([self._asked.get() for _ in range(self._asked.qsize())])
        mine.done.result(timeout=0)


together = Together()


def _settle(asked: Sequence[Asked]) -> None:
    """If that fails, each by itself: nobody is refused for another."""
    try:
        _keep(asked)
    except Exception as error:
        if len(asked) == 1:
            asked[0].done.set_exception(error)
            return
        for each in asked:
            each.batch.pk = each.answer.pk = None  # Somebody else may have that number now.
            _settle([each])
    else:
        for each in asked:
            each.done.set_result(None)


@transaction.atomic
def _keep(asked: Sequence[Asked]) -> None:
    """Answers in the order of their keys, as another process may be keeping some of the same."""
    KeptAnswer.objects.bulk_create(sorted((each.answer for each in asked), key=attrgetter("token_id", "key")))
    keep_all([each.batch for each in asked])
