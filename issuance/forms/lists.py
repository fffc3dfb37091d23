"""Which lists somebody looks for."""

from __future__ import annotations

from django.utils import timezone

from issuance.models import SOON, GuestListQuerySet
from issuance.models.states import LIST_RUNNING, ListState
from thanxportal.finding import FindForm, choice, words

STATES: dict[str, tuple[str, tuple[ListState, ...]]] = {
    "open": ("Needs somebody", (ListState.MAPPING, ListState.CHECKED, ListState.AWAITING_APPROVAL)),
    "running": ("Running", LIST_RUNNING),
    "scheduled": ("Scheduled", (ListState.HELD,)),
    "finished": ("Finished", (ListState.FINISHED,)),
    "stopped": ("Stopped", (ListState.STOPPED,)),
    "dropped": ("Discarded or unreadable", (ListState.DISCARDED, ListState.UNREADABLE)),
}


class ListFilter(FindForm):
    """By words of the list's or its campaign's name, and by state."""

    q = words("Find a list", "Its name or its campaign’s")
    state = choice("State", [("", "Any state"), *[(key, label) for key, (label, _) in STATES.items()]])

    def of(self, lists: GuestListQuerySet) -> GuestListQuerySet:
        wanted = self.wanted
        if "q" in wanted:
            lists = lists.named(wanted["q"])
        return _in_state(lists, wanted["state"]) if "state" in wanted else lists


def _in_state(lists: GuestListQuerySet, state: str) -> GuestListQuerySet:
    lists, soon = lists.filter(state__in=STATES[state][1]), timezone.now() + SOON
    if state == "running":
        return lists.running(soon)
    return lists.filter(held_until__gt=soon) if state == "scheduled" else lists
