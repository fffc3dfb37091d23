"""Whether a list from a folder starts without a person: only if nothing is there that a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from campaigns.preview import PASS
from issuance.guests.arms import count_arms
from issuance.launching.launch import launch_list
from issuance.launching.left_out import checks_of_invalid_rows
from issuance.launching.review import checks_of
from issuance.models import Event, FolderFile, GuestList
from issuance.models.states import ListState
from thanxportal.accounts.loosenings import is_manager
from thanxportal.plain_text import nameless

MOST_INVALID = 1  # percent of the rows
FAILED = "Something went wrong here when it was to start. Nothing was sent: review it and issue it yourself."
ASKED = "The file raised a question, so look at what was read."


def decide(file_id: int) -> None:
    """Launches the list of a file as its people would, or notes why one of them has to look; once, even if it fails."""
    try:
        _decide(file_id)
    except Exception:
        FolderFile.objects.filter(pk=file_id).update(undecided=False, doubts=[FAILED])
        raise


@transaction.atomic
def _decide(file_id: int) -> None:
    mine = FolderFile.objects.filter(pk=file_id, undecided=True)
    file = mine.select_related("folder__made_by", "folder__merchant", "guest_list__campaign").get()
    made: Any = file.guest_list
    made.campaign.merchant = made.merchant = file.folder.merchant
    doubts = [nameless(doubt) for doubt in _doubts(file, made)]
    if not mine.update(undecided=False, doubts=doubts) or doubts:
        return
    who: dict[str, Any] = {"actor": file.folder.made_by, "by": str(file.folder)}
    launch_list(guest_list=made, token=made.confirm_token, hold=True, **who)


def _doubts(file: FolderFile, made: GuestList) -> Iterator[str]:
    """Why a person has to look, in sentences; an approver is asked all the same where a list is large."""
    folder = file.folder
    if not folder.merchant.launch_from_folders:
        yield "Your settings no longer let lists from folders start without a person."
    if not is_manager(folder.merchant, folder.made_by):
        yield f"{folder.made_by}, who set up the folder, is no manager any more. Another manager can take it over."
    if made.state != ListState.CHECKED or _raised_a_question(made):
        yield ASKED
        return
    yield from made.file_info.get("warnings") or []
    if made.invalid_count * 100 > made.rows_count * MOST_INVALID:
        yield f"{made.invalid_count:,} of {made.rows_count:,} rows are invalid, which is more than {MOST_INVALID}%."
    few = [*checks_of_invalid_rows(made)]
    for check in checks_of(made, count_arms(made)):
        if check.level != PASS and check not in few:
            yield check.sentence


def _raised_a_question(made: GuestList) -> bool:
    return Event.objects.filter(guest_list=made, job=None, new_state=ListState.MAPPING).exists()
