"""All that is due to be removed, in one go: for the schedule and the command."""

from __future__ import annotations

import logging
from typing import NamedTuple

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from issuance.engine.sending_pauses import sends_were_forgotten
from issuance.lifecycle.notices import tell_given_up
from issuance.models import Erasure, EventBatch, Hook, HookEvent, HookEventState, KeptAnswer, Stream
from issuance.privacy.erasing import erase_ordered
from issuance.privacy.retention import purge_old_lists
from issuance.privacy.uploads import delete_old_uploads
from thanxportal.accounts.models import record_activity
from thanxportal.counted import counted
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.outgoing.messages import delete_old_messages

log = logging.getLogger(__name__)


class Removed(NamedTuple):
    """What was done, and what is left: lists kept for an unsettled job, lists to be purged on, erasures that wait."""

    files: int
    erasures: int
    lists: int
    kept: int
    unfinished: int
    waiting: int


def remove_personal_data(*, seconds: float | None = None) -> Removed:
    """Removes old files, guests who asked for it, and guests of old lists, the last for so many seconds at most; and
    sessions that are over, which may keep a form; what programs were answered or told a month ago; what tools sent."""
    SessionStore.clear_expired()
    KeptAnswer.objects.old().delete()
    _lapse_events()
    _lapse_batches()
    HookEvent.objects.to_empty().empty()
    HookEvent.objects.to_delete().delete()
    files, erased = delete_old_uploads(), erase_ordered()
    delete_old_messages(seconds=seconds)
    purged = purge_old_lists(seconds=seconds)
    removed = Removed(files, erased, *purged, Erasure.objects.open().count())
    if any(removed):
        log.info("Personal data: %s", ", ".join(f"{name} {count}" for name, count in removed._asdict().items()))
    return removed


@transaction.atomic
def _lapse_events() -> None:
    """Events about which nobody decided in time end, and the merchant's log says how many."""
    waiting = HookEvent.objects.lapsed().order_by().values("hook")
    for hook in Hook.objects.filter(pk__in=waiting).select_related("token", "merchant"):
        lapsed = hook.events.lapsed().update(state=HookEventState.LAPSED)
        sentence = f"{counted(lapsed, 'event')} of the hook “{hook}” came to nothing, as nobody decided in time."
        record_activity(merchant=hook.merchant, actor=None, sentence=sentence, target=hook.target)


@transaction.atomic
def _lapse_batches() -> None:
    """Batches of programs that were never gathered end, and people and systems are told. After a restore they may have
    been sent, which isn't known yet."""
    if sends_were_forgotten():
        return
    waiting = EventBatch.objects.lapsed().order_by().values("stream")
    for stream in Stream.objects.filter(pk__in=waiting).select_related("merchant", "campaign", "token").order_by("pk"):
        sizes = dict(stream.batches.lapsed().select_for_update(no_key=True).order_by("pk").values_list("pk", "size"))
        EventBatch.objects.filter(pk__in=sizes).update(waits=False, guests=[], given_up=EventBatch.LAPSED)
        for pk in sizes:
            note_happening(stream.merchant_id, Kind.BATCH_GIVEN_UP, pk)
        tell_given_up(stream, sum(sizes.values()), "It waited for as long as guests are kept")
