"""Sending refused guests again: a child list of the same guests in the same arms, each of them in one retry at most.

What a retry sends passes the same check, review, launch and planning as any list, so whoever the campaign has
rewarded meanwhile is skipped there. The parent keeps the guest as it was refused; corrections change the child only.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from issuance.models import Recipient, RecipientList, note_event
from issuance.reasons import FINAL
from issuance.states import ListState, Outcome
from thanxportal.accounts.models import User, record_activity

ENDED = (ListState.FINISHED, ListState.STOPPED)
OWN = ("id", "recipient_list", "outcome", "reason", "job", "position", "reward_id", "retry_of")  # of each guest's row


class CantRetry(Exception):
    """`args[0]` says to the merchant why nothing is sent again."""


def left_to_retry(recipient_list: RecipientList) -> QuerySet[Recipient]:
    """The list's refused guests whom no other list sends again; never those who don't want rewards."""
    refused = Recipient.objects.filter(recipient_list=recipient_list, outcome=Outcome.REFUSED)
    return refused.filter(retries=None).exclude(reason__in=FINAL)


@transaction.atomic
def retry_refused(*, recipient_list: RecipientList, reasons: Collection[str], actor: User) -> RecipientList:
    """Makes a checked list of the guests refused for these reasons, or for any reason. Raises CantRetry."""
    if recipient_list.status not in ENDED:
        raise CantRetry("This list hasn’t ended yet. Refused guests can be sent again once it has.")
    if not recipient_list.campaign.accepts_lists:
        raise CantRetry(f"“{recipient_list.campaign.name}” has ended, so nobody can be rewarded by it any more.")
    child = RecipientList.objects.create(
        merchant=recipient_list.merchant,
        campaign=recipient_list.campaign,
        parent=recipient_list,
        name=f"{recipient_list.name[:190]}, retry",
        state=ListState.CHECKED,
        file_info=recipient_list.file_info,
        undo_size=recipient_list.undo_size,
        created_by=actor,
        checked_at=timezone.now(),
    )
    guests = _copy_guests(recipient_list, child, reasons)
    if not guests:
        raise CantRetry("There is nobody left to retry: they are in another retry, or don’t want rewards.")
    RecipientList.objects.filter(pk=child.pk).update(rows_count=guests, waiting_count=guests)
    child.refresh_from_db()
    note_event(child, ListState.CHECKED, actor=actor, note=f"Retry of {guests:,} refused guests.")
    _tell(child, actor, f"Took {guests:,} refused guests of “{recipient_list.name}” to send them again.")
    return child


def _copy_guests(parent: RecipientList, child: RecipientList, reasons: Collection[str]) -> int:
    """In the database, whatever their number; whom another retry takes at this moment stays with that one."""
    quote = connection.ops.quote_name
    copied = ", ".join(quote(field.attname) for field in Recipient._meta.concrete_fields if field.name not in OWN)
    chosen = left_to_retry(parent).filter(reason__in=reasons) if reasons else left_to_retry(parent)
    query, values = chosen.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO issuance_recipient (recipient_list_id, outcome, reason, reward_id, retry_of_id, {copied})
            SELECT %s, 'waiting', '', '', id, {copied} FROM issuance_recipient WHERE id IN ({query})
            ON CONFLICT DO NOTHING""",  # noqa: S608 - names of columns and a query of Django's
            [child.pk, *values],
        )
        return int(cursor.rowcount)


def give_back(recipient_list: RecipientList) -> None:
    """A retry that is discarded sends nobody: its guests may go into another one."""
    Recipient.objects.filter(recipient_list=recipient_list).update(retry_of=None)


def _tell(recipient_list: RecipientList, actor: User, sentence: str) -> None:
    record_activity(
        merchant=recipient_list.merchant, actor=actor, sentence=sentence, target=f"list:{recipient_list.pk}"
    )
