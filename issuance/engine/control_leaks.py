"""Notes guests of Control to whom a list gives a reward of the merchant all the same, whichever way it came."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from issuance.models import GuestList, still_compared
from issuance.models.states import ListState


def note_leaks(guest_list: GuestList) -> None:
    """Of a list that was just planned: Control of other campaigns whom it rewards, and its own Control whom lists on
    their way reward. Only a single guest can be one of the list's own campaign, as its other lists hold Control out."""
    planned = GuestList.objects.filter(merchant=guest_list.merchant_id, planned_at__isnull=False).order_by()
    others = planned.exclude(pk=guest_list.pk)
    compared = others.filter(control_count__gt=0, campaign__in=still_compared(guest_list.merchant_id))
    if not guest_list.one_guest:
        compared = compared.exclude(campaign=guest_list.campaign_id)
    _note([guest_list.pk], compared.values_list("pk", flat=True))
    if guest_list.control_count:
        _note(others.filter(state=ListState.ISSUING).values_list("pk", flat=True), [guest_list.pk])


def _note(rewarding: Iterable[int], holding_out: Iterable[int]) -> None:
    gifts, held = (", ".join(map(str, lists)) for lists in (rewarding, holding_out))
    if not gifts or not held:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO issuance_controlleak (campaign_id, guest_list_id, guest_id, identity, decided_at)
            SELECT list.campaign_id, gift.guest_list_id, gift.id, gift.identity, %s
            FROM issuance_guest gift JOIN issuance_guest held ON held.identity = gift.identity
            JOIN issuance_guestlist list ON list.id = held.guest_list_id
            WHERE gift.guest_list_id IN ({gifts}) AND gift.outcome = 'waiting'
            AND held.guest_list_id IN ({held}) AND held.outcome = 'control' ON CONFLICT DO NOTHING""",  # noqa: S608 - all ids are numbers of ours
            [connection.ops.adapt_datetimefield_value(timezone.now())],
        )
