"""Whether a list from a folder starts without a person: only if nothing is there that a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.preview import PASS
from issuance.folders.watching import ENDED
from issuance.guests.arms import count_arms
from issuance.launching.launch import launch_list
from issuance.launching.left_out import checks_of_invalid_rows
from issuance.launching.review import checks_of
from issuance.models import Event, FolderFile, GuestList
from issuance.models.states import ListState
from thanxportal.accounts.loosenings import is_manager
from thanxportal.plain_text import nameless

LEAST_TIME = timedelta(days=1)  # until the campaign ends
MOST_INVALID = 1  # percent of the rows
FAILED = "Something went wrong here when it was to start. Nothing was sent: review it and issue it yourself."
CUT_OFF = "The last line of the file has no end, as if the file was cut off: look whether all of it is there."
ASKED = "The file raised a question, so look at what was read."


def decide(file_id: int) -> None:
    """Launches the list of a file as its people would, or notes why one of them has to look; once, even if it fails or
    kills its worker: that it failed is written before."""
    if FolderFile.objects.filter(pk=file_id, undecided=True).update(undecided=False, doubts=[FAILED]):
        _decide(file_id)


@transaction.atomic
def _decide(file_id: int) -> None:
    mine = FolderFile.objects.filter(pk=file_id)
    file = mine.select_related("folder__made_by", "folder__merchant", "guest_list__campaign").get()
    made: Any = file.guest_list
    made.campaign.merchant = made.merchant = file.folder.merchant
    doubts = [nameless(doubt) for doubt in _doubts(file, made)]
    mine.update(doubts=doubts)
    if doubts:
        return
    who: dict[str, Any] = {"actor": file.folder.made_by, "by": str(file.folder)}
    launch_list(guest_list=made, token=made.confirm_token, hold=True, **who)


def _doubts(file: FolderFile, made: GuestList) -> Iterator[str]:
    """Why a person has to look, in sentences; an approver is asked all the same where a list is large."""
    folder = file.folder
    if folder.ended_at:
        yield ENDED
    if not folder.merchant.launch_from_folders:
        yield "Your settings no longer let lists from folders start without a person."
    if not is_manager(folder.merchant, folder.made_by):
        yield f"{folder.made_by}, who set up the folder, is no manager any more. Another manager can take it over."
    if _raised_a_question(made):
        yield ASKED
    if made.state != ListState.CHECKED:
        yield f"Its list is in another state: {made.label}."
    elif made.launched_at or made.asked_at:
        yield "Somebody started it before, or asked for approval."
    else:
        yield from _doubts_of_rows(made)


def _doubts_of_rows(made: GuestList) -> Iterator[str]:
    """What a person would see at the review, and what has to be said of so little time."""
    end = made.campaign.end_at
    if end and end - timezone.now() < LEAST_TIME:
        yield "The campaign ends within a day."
    yield from made.file_info.get("warnings") or []
    if made.file_info.get("ends_within_a_line"):
        yield CUT_OFF
    if made.invalid_count * 100 > made.rows_count * MOST_INVALID:
        yield f"{made.invalid_count:,} of {made.rows_count:,} rows are invalid, which is more than {MOST_INVALID}%."
    few = [*checks_of_invalid_rows(made)]
    for check in checks_of(made, count_arms(made)):
        if check.level != PASS and check not in few:
            yield check.sentence


def _raised_a_question(made: GuestList) -> bool:
    return Event.objects.filter(guest_list=made, job=None, new_state=ListState.MAPPING).exists()
