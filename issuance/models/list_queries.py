"""Which lists are meant: those of a table, those that run, and those that a worker may take."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, Max, Min, Q, When

from issuance.models.pauses import SendingPause
from issuance.models.states import LIST_RUNNING, ListState
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant

if TYPE_CHECKING:
    from issuance.models.lists import GuestList  # noqa: F401 - ruff doesn't look into subscripts.

LARGE = 500_000  # bytes
SOON = timedelta(minutes=10)  # before its start a scheduled list counts as running


def on_their_way(soon: datetime) -> Q:
    """Lists that run; scheduled ones only shortly before they start, which is before `soon`."""
    return Q(state__in=LIST_RUNNING) & ~Q(state=ListState.HELD, held_until__gt=soon)


class GuestListQuerySet(models.QuerySet["GuestList"]):
    def for_merchant(self, merchant: Merchant) -> GuestListQuerySet:
        return self.filter(merchant=merchant).select_related("campaign").order_by("-pk")

    def in_table(self) -> GuestListQuerySet:
        """Only what a table of lists shows: without what was read of their files, which may be long."""
        counts, stream = ("rows_count", "rewarded_count", "refused_count"), ("stream__day", "stream__token__name")
        own = ("name", "state", "asked_at", "launch_at", "held_until", "created_at")
        shown = (*own, *counts, "campaign__name", *stream)
        return self.select_related("campaign", "stream__token").only(*shown)

    def one_of_each_stream(self) -> GuestListQuerySet:
        """Without those for which a later list of the same day and program stands."""
        return self.filter(superseded=False)

    def named(self, words: str) -> GuestListQuerySet:
        """Lists with every one of the words in their own name or in that of their campaign."""
        named = self
        for word in words.split():
            named = named.filter(Q(name__icontains=word) | Q(campaign__name__icontains=word))
        return named

    def let_one_stand_for(self, stream_id: int) -> None:
        """In tables the latest list of a stream stands for those before it; what people were asked about, alone."""
        of_stream = self.filter(stream=stream_id)
        latest = of_stream.filter(asked_at=None).aggregate(pk=Max("pk"))["pk"]
        stands = Q(pk=latest) | Q(asked_at__isnull=False)
        of_stream.filter(stands, superseded=True).update(superseded=False)
        of_stream.filter(~stands, superseded=False).update(superseded=True)

    def running(self, soon: datetime) -> GuestListQuerySet:
        return self.filter(on_their_way(soon))

    def free(self, now: datetime | None = None) -> GuestListQuerySet:
        """Lists that a worker may take now, by the database's time: no other worker has them, and their hold, if they
        have one, is over.

        Nothing is planned for a merchant that has opted out, or before its time, unless that only records what may have
        been sent before a restore. No joins, so that an UPDATE sees the row that it locks.
        """
        now = now or database_clock.now()
        let_go, hold_is_over = Q(lease_until=None) | Q(lease_until__lt=now), Q(held_until__lte=now)
        records = Q(Exists(SendingPause.objects.filter(in_force=True, sends_forgotten=True)))
        gone = Q(merchant__in=Merchant.objects.opted_out())
        scheduled = Q(launch_at__isnull=False, held_until__isnull=False)
        may_plan = hold_is_over & (~gone | records) | scheduled & records
        return self.filter(let_go, ~Q(state=ListState.HELD) | may_plan)

    def held(self) -> GuestListQuerySet:
        """Launched, but not planned: to be planned by itself once the hold is over."""
        held = self.filter(state=ListState.HELD, held_until__isnull=False)
        return held.exclude(merchant__in=Merchant.objects.opted_out())

    def due_to_read(self, now: datetime | None = None) -> GuestListQuerySet:
        return self.free(now).filter(state__in=(ListState.UPLOADED, ListState.READING))

    def first_to_read(self, *, large: bool) -> list[tuple[bool, int, int]]:
        """Of each merchant the first small and the first large list that is due: (whether it is large, merchant, list).

        No large list of a merchant of whom one is being read; without `large` none at all.
        """
        is_large = Q(bytes_total__gt=LARGE)
        now = database_clock.now()
        being_read = self.model.objects.filter(is_large, state=ListState.READING, lease_until__gte=now)
        wait = is_large & Q(merchant__in=being_read.values("merchant")) if large else is_large
        lists = self.due_to_read(now).exclude(wait).annotate(large=Case(When(is_large, then=True), default=False))
        return [*lists.order_by().values_list("large", "merchant").annotate(Min("pk"))]

    def due_to_repair(self) -> GuestListQuerySet:
        return self.free().filter(state=ListState.REPAIRING)

    def due_to_plan(self) -> GuestListQuerySet:
        return self.free().filter(state=ListState.HELD)

    def waiting_for_return(self) -> GuestListQuerySet:
        """Launched, but at a standstill: Thanx no longer lists their merchant."""
        return self.filter(state__in=(ListState.HELD, ListState.ISSUING), merchant__in=Merchant.objects.opted_out())

    def parked(self) -> GuestListQuerySet:
        """Launched, but waiting for staff: their workers crashed, so no end of the hold is set."""
        return self.filter(state=ListState.HELD, held_until=None)
