"""What a decision should know of a list's rows: who is rewarded again, who is left out and why, each with its rows."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.preview import PASS, WARN, Check
from issuance.checking.reward_again import RewardedBefore, decision_on, rewarded_by_campaign
from issuance.checking.summary import causes_of
from issuance.guests.addresses import guests_url
from issuance.guests.grid import INCLUDED
from issuance.importing.broken_files import what_is_left_out
from issuance.models import GuestList
from thanxportal.counted import counted
from thanxportal.moments import written


def checks_of_rows(guest_list: GuestList) -> Iterator[Check]:
    """Warnings first, then what is only to be known."""
    rewarded = rewarded_by_campaign(guest_list)
    yield from (_again(guest_list, earlier) for earlier in rewarded if earlier.included)
    yield from checks_of_invalid_rows(guest_list)
    if rest := what_is_left_out(guest_list):
        yield Check(WARN, rest)
    if (hidden := guest_list.file_info.get("hidden_rows")) and guest_list.mapping.get("hidden") == "leave_out":
        yield Check(WARN, f"{_rows(hidden)} hidden in the sheet: left out, and in none of the counts.")
    yield from (_aside(guest_list, earlier) for earlier in rewarded if earlier.set_aside)
    if guest_list.duplicate_count:
        rows = f"{_rows(guest_list.duplicate_count)} left out: the same guest stands in an earlier row."
        yield Check(PASS, rows, guests_url(guest_list, outcome="duplicate"))


def _again(guest_list: GuestList, earlier: RewardedBefore) -> Check:
    decision = decision_on(guest_list, earlier.campaign)
    who = f"{decision.actor or 'Partner staff'} included them, because “{decision.why}”." if decision else ""
    guests = counted(guest_list.ready_count, "guest was rewarded", "guests were rewarded")
    of_whom = f"{earlier.included:,} of {guests} by “{earlier.campaign.name}”"
    sentence = f"{of_whom} {_when(earlier)} and get another reward. {who}".strip()
    return Check(WARN, sentence, guests_url(guest_list, outcome=INCLUDED))


def _aside(guest_list: GuestList, earlier: RewardedBefore) -> Check:
    guests = counted(earlier.set_aside, "guest is", "guests are")
    sentence = f"{guests} left out: “{earlier.campaign.name}” rewarded them {_when(earlier)}."
    return Check(PASS, sentence, guests_url(guest_list, outcome="already_rewarded"))


def checks_of_invalid_rows(guest_list: GuestList) -> Iterator[Check]:
    if not guest_list.invalid_count:
        yield Check(PASS, "No row that was read is left out for being invalid.")
        return
    for cause in causes_of(guest_list):
        url = guests_url(guest_list, outcome="invalid", cause=cause.code)
        yield Check(WARN, f"{_rows(cause.count)} left out: {cause.sentence}", url)


def _rows(count: int) -> str:
    return counted(count, "row is", "rows are")


def _when(earlier: RewardedBefore) -> str:
    first, last = (written(at, "MONTH_DAY_FORMAT") for at in (earlier.first, earlier.last))
    return f"on {last}" if first == last else f"between {first} and {last}"
