"""Which lists somebody looks for."""

from __future__ import annotations

from issuance.models import GuestListQuerySet
from issuance.models.states import LIST_RUNNING, ListState
from thanxportal.finding import FindForm, choice, words

STATES: dict[str, tuple[str, tuple[ListState, ...]]] = {
    "open": ("Needs somebody", (ListState.MAPPING, ListState.CHECKED, ListState.AWAITING_APPROVAL)),
    "running": ("Running", LIST_RUNNING),
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
        return lists.filter(state__in=STATES[wanted["state"]][1]) if "state" in wanted else lists
