"""Sending guests again who got nothing: a child list of the same guests in the same arms, each of them in one at most.

They are those whom Thanx refused, or those to whom a stopped list sent nothing. What a child list sends passes the
same check, review, launch and planning as any list, so whoever the campaign has rewarded meanwhile is skipped there.
The parent keeps the guest as it was; corrections change the child only.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from issuance.checking.reward_again import set_aside_claimed
from issuance.guests.reasons import FINAL
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.lifecycle.activity import note_activity
from issuance.models import Guest, GuestList, note_event
from issuance.models.states import ListState, Outcome
from thanxportal.accounts.models import User
from thanxportal.counted import counted

ENDED = (ListState.FINISHED, ListState.STOPPED)
OWN = ("id", "guest_list", "outcome", "reason", "job", "position", "reward_id", "retry_of")  # of each guest's row
_SUFFIX = re.compile(r", (retry|rest)( \d+)?$")


class CantRetry(Exception):
    """`args[0]` says to the merchant why nothing is sent again."""


def refused_and_left() -> QuerySet[Guest]:
    """Refused guests whom no other list sends again; never those who don't want rewards or whom nobody can name."""
    return Guest.objects.filter(outcome=Outcome.REFUSED, retries=None).exclude(reason__in=FINAL).exclude(value="")


def left_to_retry(guest_list: GuestList) -> QuerySet[Guest]:
    return refused_and_left().filter(guest_list=guest_list)


def left_unsent(guest_list: GuestList) -> QuerySet[Guest]:
    """Guests to whom a list sent nothing, and whom no other list sends; their claims were freed with their jobs."""
    return Guest.objects.filter(guest_list=guest_list, outcome=Outcome.WAITING, retries=None).exclude(value="")


def sent_again(**terms: Any) -> QuerySet[Any]:
    """Lists that send guests of another one again, with `took`: where all of them stood there. Discarded ones send
    nobody."""
    first = Guest.objects.filter(guest_list=OuterRef("pk")).order_by("row").values("retry_of__outcome")[:1]
    lists = GuestList.objects.exclude(parent=None).exclude(state=ListState.DISCARDED)
    return lists.filter(**terms).annotate(took=Subquery(first)).order_by("pk")


def taken_from(outcome: Outcome) -> Coalesce:
    """For a query of lists: how many of each one's guests at this outcome other lists have, without counting guests."""
    sums = sent_again(parent=OuterRef("pk")).filter(took=outcome).order_by().values("parent")
    return Coalesce(Subquery(sums.annotate(rows=Sum("rows_count")).values("rows")), 0)


@transaction.atomic
def retry_refused(*, guest_list: GuestList, reasons: Collection[str], actor: User) -> GuestList:
    """Makes a checked list of the guests refused for these reasons, or for any reason. Raises CantRetry."""
    _may_follow(guest_list)
    chosen = left_to_retry(guest_list).filter(reason__in=reasons) if reasons else left_to_retry(guest_list)
    child, guests = _child_of(guest_list, chosen, actor, "retry")
    if not guests:
        raise CantRetry("There is nobody left to retry: they are in another retry, or don’t want rewards.")
    note_event(child, ListState.CHECKED, actor=actor, note=f"Retry of {counted(guests, 'refused guest')}.")
    note_activity(child, actor, f"Took {counted(guests, 'refused guest')} of “{guest_list.name}” to send again.")
    return child


@transaction.atomic
def send_unsent(*, guest_list: GuestList, actor: User) -> GuestList:
    """Makes a checked list of the guests to whom a stopped list sent nothing. Raises CantRetry."""
    _may_follow(guest_list)
    child, guests = _child_of(guest_list, left_unsent(guest_list), actor, "rest")
    if not guests:
        raise CantRetry("There is nobody left to whom nothing was sent: they are in another list.")
    note_event(child, ListState.CHECKED, actor=actor, note=f"{counted(guests, 'guest')} to whom nothing was sent.")
    note_activity(child, actor, f"Took {counted(guests, 'unsent guest')} of “{guest_list.name}” to send.")
    return child


def _may_follow(guest_list: GuestList) -> None:
    if guest_list.status not in ENDED:
        raise CantRetry("This list hasn’t ended yet. Refused guests can be sent again once it has.")
    if not guest_list.campaign.accepts_lists:
        raise CantRetry(f"“{guest_list.campaign.name}” has ended, so nobody can be rewarded by it any more.")
    now = GuestList.objects.select_for_update().get(pk=guest_list.pk)  # Nobody is removed while they are copied.
    if now.removed:
        raise CantRetry(f"{now.removed}: nobody knows who these guests were, so bring them as a new list.")


def _child_of(guest_list: GuestList, guests: QuerySet[Guest], actor: User, word: str) -> tuple[GuestList, int]:
    """The list, cut into jobs as its parent is, and how many guests it got."""
    child = GuestList.objects.create(
        merchant=guest_list.merchant,
        campaign=guest_list.campaign,
        parent=guest_list,
        name=_name(guest_list, word),
        state=ListState.CHECKED,
        file_info=guest_list.file_info,
        guests_per_job=guest_list.guests_per_job,
        job_column=guest_list.job_column,
        created_by=actor,
        checked_at=timezone.now(),
    )
    count = _copy_guests(child, guests)
    GuestList.objects.filter(pk=child.pk).update(rows_count=count, waiting_count=count)
    set_aside_claimed(child)  # Other lists may have rewarded some of them since.
    set_aside_rewarded(child)
    child.refresh_from_db()
    return child, count


def _name(guest_list: GuestList, word: str) -> str:
    """After the first list of the lineage, and numbered, so that no two look alike."""
    first = _SUFFIX.sub("", guest_list.name) if guest_list.parent_id else guest_list.name
    name = f"{first[:180]}, {word}"
    same = GuestList.objects.filter(campaign=guest_list.campaign, name__startswith=name)
    return f"{name} {count + 1}" if (count := same.count()) else name


def _copy_guests(child: GuestList, chosen: QuerySet[Guest]) -> int:
    """In the database, whatever their number; whom another retry takes at this moment stays with that one."""
    quote = connection.ops.quote_name
    copied = ", ".join(quote(field.attname) for field in Guest._meta.concrete_fields if field.name not in OWN)
    query, values = chosen.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO issuance_guest (guest_list_id, outcome, reason, reward_id, retry_of_id, {copied})
            SELECT %s, 'waiting', '', '', id, {copied} FROM issuance_guest WHERE id IN ({query})
            ON CONFLICT DO NOTHING""",  # noqa: S608 - names of columns and a query of Django's
            [child.pk, *values],
        )
        return int(cursor.rowcount)


def give_back(guest_list: GuestList) -> None:
    """A retry that is discarded sends nobody: its guests may go into another one."""
    Guest.objects.filter(guest_list=guest_list).update(retry_of=None)
