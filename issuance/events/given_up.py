"""Why what was asked for became no list: a label for people, and its tone."""

from __future__ import annotations

from issuance.models import EventBatch

GIVEN_UP = {
    EventBatch.WITHDRAWN: ("Taken back", ""),
    EventBatch.ENDED: ("Not sent: the campaign had ended", "warn"),
    EventBatch.OPTED_OUT: ("Not sent: Thanx no longer lists you", "warn"),
    EventBatch.TOKEN_ENDED: ("Not sent: the token was ended", "warn"),
    EventBatch.LAPSED: ("Not sent: it waited for too long", "bad"),
    EventBatch.CONTROL: ("Control, which gets nothing", ""),
}
