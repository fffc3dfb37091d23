"""The story of a list, from its events."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from issuance.models import Event, GuestList
from issuance.models.states import JobState, ListState
from thanxportal.prepared import Prepared

MOST = 12
NOTABLE_JOB_STATES = (
    JobState.NEEDS_STAFF, JobState.FAILED, JobState.REJECTED, JobState.REVOKING, JobState.REVOKED
)  # fmt: skip
SENTENCES = {
    ListState.UPLOADED: "List added",
    ListState.READING: "Reading started",
    ListState.MAPPING: "Waiting for someone to choose its columns",
    ListState.UNREADABLE: "The file can’t be read",
    ListState.CHECKED: "File read and checked",
    ListState.REPAIRING: "Repair of many rows started",
    ListState.AWAITING_APPROVAL: "Asked for approval",
    ListState.HELD: "Launched",
    ListState.ISSUING: "Issuing started",
    ListState.FINISHED: "Finished",
    ListState.STOPPED: "Stopped",
    ListState.DISCARDED: "Discarded",
}
WAITS = (ListState.MAPPING, ListState.CHECKED, ListState.AWAITING_APPROVAL)
MOVES: dict[tuple[str, str], str] = {
    (ListState.HELD, ListState.CHECKED): "Stopped before anything was sent",
    (ListState.REPAIRING, ListState.CHECKED): "Repair ended",
    (ListState.UNREADABLE, ListState.READING): "Continued without the rest of the file",
    (ListState.AWAITING_APPROVAL, ListState.HELD): "Approved and launched",
    (ListState.AWAITING_APPROVAL, ListState.CHECKED): "Back at its review",
}


class TimelineEntry(NamedTuple):
    sentence: str
    at: datetime
    actor: str
    tone: str


def timeline_of(guest_list: GuestList) -> list[TimelineEntry]:
    """The latest lines first: every move of the list, and those of its jobs that a person should know."""
    latest = _latest(guest_list.pk)
    return [_past(_entry(event), event) if event is not latest[0] else _entry(event) for event in latest]


@Prepared
def _latest(guest_list: int) -> QuerySet[Event]:
    events = Event.objects.filter(guest_list=guest_list).select_related("actor", "job")
    shown = ("guest_list", "at", "old_state", "new_state", "note", "job__number", "actor__name", "actor__email")
    return events.filter(Q(job=None) | Q(new_state__in=NOTABLE_JOB_STATES)).only(*shown).order_by("-pk")[:MOST]


def _past(entry: TimelineEntry, event: Event) -> TimelineEntry:
    """What waited for a person waits no more once something came after it."""
    return entry._replace(tone="") if event.job_id is None and event.new_state in WAITS else entry


def _entry(event: Event) -> TimelineEntry:
    if event.job is not None:
        state = JobState(event.new_state)
        sentence, tone = f"Job {event.job.number}: {state.label.lower()}", state.tone
    else:
        sentence, tone = SENTENCES[ListState(event.new_state)], ListState(event.new_state).tone
        if event.note and not event.old_state:
            return TimelineEntry(event.note, event.at, str(event.actor or ""), tone)
        sentence = MOVES.get((event.old_state, event.new_state), sentence)
    note = f". {event.note}" if event.note else ""
    return TimelineEntry(sentence + note, event.at, str(event.actor or ""), tone)
