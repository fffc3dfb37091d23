"""Why guests of a list got nothing, by cause: every row of the file that isn't rewarded has exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count

from issuance.guests.addresses import guests_url
from issuance.guests.reasons import reason_in_words
from issuance.lifecycle.ledger import waiting_label
from issuance.models import GuestList, RowError
from issuance.models.states import Outcome
from issuance.outcomes.refusals import Refusal, refusals_of

AS_A_WHOLE = {
    Outcome.CONTROL.value: "Control, which gets nothing so that the reward can be judged",
    Outcome.ALREADY_REWARDED.value: "Already rewarded before, so left out",
    RowError.DUPLICATE: "The same guest is further up in the file",
    Outcome.UNKNOWN.value: "In doubt: Thanx hasn’t said whether they were rewarded",
    Outcome.REVOKED.value: "Rewarded, and taken back",
}
WAITING = {"not sent": "Not sent, as the list was stopped before its end"}


class Cause(NamedTuple):
    """So many rows, and the page that shows just these; of refused guests also who of them can be sent again."""

    words: str
    rows: int
    url: str
    refusal: Refusal | None = None


def causes_of(guest_list: GuestList, refusals: list[Refusal] | None = None) -> list[Cause]:
    """The most frequent first. Counts refused guests and bad rows, so it has no place in a page that is polled."""
    causes = [*_refused(guest_list, refusals), *_invalid(guest_list), *_others(guest_list)]
    return sorted(causes, key=lambda cause: -cause.rows)


def _refused(guest_list: GuestList, refusals: list[Refusal] | None) -> Iterator[Cause]:
    if guest_list.refused_count:
        known = refusals_of(guest_list) if refusals is None else refusals
        yield from (Cause(f"Refused: {refusal.sentence}", refusal.count, refusal.url, refusal) for refusal in known)


def _invalid(guest_list: GuestList) -> Iterator[Cause]:
    """Those that were removed after their time, or for a guest, have left no cause."""
    if not guest_list.invalid_count:
        return
    left = guest_list.invalid_count
    rows = RowError.objects.filter(guest_list=guest_list, kind=RowError.INVALID)
    for code, count in rows.values_list("code").annotate(Count("pk")).order_by("code"):
        url = guests_url(guest_list, outcome=RowError.INVALID, cause=code)
        left -= count
        yield Cause(f"Invalid: {reason_in_words(code)}", count, url)
    if left:
        yield Cause("Invalid", left, guests_url(guest_list, outcome=RowError.INVALID))


def _others(guest_list: GuestList) -> Iterator[Cause]:
    label = waiting_label(guest_list)
    words = AS_A_WHOLE | {Outcome.WAITING.value: WAITING.get(label, label.capitalize())}
    for term, sentence in words.items():
        if count := guest_list.ledger[term]:
            yield Cause(sentence, count, guests_url(guest_list, outcome=term))
