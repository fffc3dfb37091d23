"""Makes messages of what happened: by the rows as they stand, in one transaction with forgetting that it was to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import transaction

from issuance.outgoing.bodies import approval, batches_ended, campaign_published, given_up, guests_settled, revoked
from thanxportal.outgoing.happenings import begin_to_tell
from thanxportal.outgoing.messages import Told, endpoints_of, tell
from thanxportal.outgoing.models import Happening, MessageType

Kind, Type = Happening.Kind, MessageType
GUESTS = {Type.GUEST_REWARDED.value, Type.GUEST_REFUSED.value}
TELLERS: dict[str, tuple[set[str], Callable[[int], Iterator[Told]]]] = {
    Kind.LIST_ENDED: ({Type.BATCH_FINISHED.value}, batches_ended),
    Kind.BATCH_GIVEN_UP: ({Type.BATCH_FINISHED.value}, given_up),
    Kind.JOB_SETTLED: (GUESTS, guests_settled),
    Kind.JOB_REVOKED: ({Type.BATCH_REVOKED.value}, revoked),
    Kind.APPROVAL_ASKED: ({Type.APPROVAL_REQUESTED.value}, approval),
    Kind.CAMPAIGN_PUBLISHED: ({Type.CAMPAIGN_PUBLISHED.value}, campaign_published),
}


def tell_happening(happening_id: int) -> int:
    """Writes the messages about one thing that happened; returns how many. 0 if another worker has it."""
    happening = begin_to_tell(happening_id)
    return _tell(happening) if happening else 0


@transaction.atomic
def _tell(happening: Happening) -> int:
    if not Happening.objects.filter(pk=happening.pk).delete()[0]:
        return 0  # Another worker was faster after all.
    types, tellers = TELLERS[happening.kind]
    endpoints = [each for each in endpoints_of(happening.merchant_id) if types.intersection(each.types)]
    return tell(endpoints, tellers(happening.subject), happening.at) if endpoints else 0
