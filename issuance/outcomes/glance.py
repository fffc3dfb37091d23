"""What the start page shows of a merchant: its lists, its campaigns, and all else, each by one query."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate, Variant
from issuance.launching.retries import refused_and_left
from issuance.models import SOON, SOON_OVER, FolderFile, GuestList, Hook, HookEvent, IssuanceJob, on_their_way
from issuance.models.states import LIST_RUNNING, JobState, ListState
from thanxportal.accounts.models import Merchant
from thanxportal.outgoing.models import Endpoint
from thanxportal.prepared import Prepared

MOST = 5  # of each kind
MANY = 1_000  # guests; beyond that nobody counts them for the home page
JOBS = IssuanceJob.objects.filter(guest_list=OuterRef("pk")).order_by().values("guest_list")
PROCESSED = Subquery(JOBS.annotate(processed=Sum("processed_count")).values("processed"))  # guests of a list
RECENT = timedelta(days=14)
WAITING = (ListState.AWAITING_APPROVAL, ListState.MAPPING, ListState.CHECKED)


class Around(NamedTuple):
    """How many rewards Thanx publishes for the merchant, and when that was last asked; how many of its systems the
    portal stopped telling what happens, and the id of the latest; the same of hooks that refuse what comes, as its
    signature is wrong, and of those whose campaign has ended or will soon."""

    templates: int | None
    seen_at: datetime | None
    silent: int | None
    pk: int | None
    unsigned: int | None
    unsigned_pk: int | None
    ending: int | None
    ending_pk: int | None


class Glance:
    """Of each kind that waits for people, one more than is shown; the lists that run; and the latest ones."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant

    @cached_property
    def lists(self) -> list[Any]:
        """Each with `processed` guests of its jobs, and `jobs_for_staff` if there are any."""
        return _lists(self.merchant.pk, timezone.now() - RECENT, timezone.now() + SOON)

    @property
    def running(self) -> list[Any]:
        """Scheduled lists only shortly before they start."""
        return [guest_list for guest_list in self.lists if guest_list.runs]

    @property
    def running_count(self) -> int:
        """Of all that run, of which `running` has the latest."""
        return self.running[0].alike if self.running else 0

    @property
    def scheduled(self) -> list[Any]:
        """Lists that wait for the time that somebody chose, the next one first; not those that are about to start."""
        waiting = [guest_list for guest_list in self.lists if guest_list.is_scheduled and not guest_list.runs]
        return sorted(waiting, key=lambda guest_list: guest_list.held_until)

    def lists_in(self, *states: ListState) -> list[Any]:
        return [guest_list for guest_list in self.lists if guest_list.state in states]

    @cached_property
    def campaigns(self) -> list[Any]:
        """Drafts, those that give what Thanx no longer publishes (`withdrawn`), those with a `hook` at which events
        wait, those from whose folder the last file was refused (`file_refused`, with its `file_name` and
        `file_problem`), and those of whose guests that programs asked for so many were refused and can be sent again
        (`left`)."""
        return _campaigns(self.merchant.pk, timezone.now(), timezone.now() - RECENT)

    @cached_property
    def around(self) -> Around:
        """What belongs to no list or campaign."""
        return next(Around(*row) for row in _around(self.merchant.pk, timezone.now() + SOON_OVER))


@Prepared
def _lists(merchant: int, since: datetime, soon: datetime) -> QuerySet[Any]:
    mine = GuestList.objects.filter(merchant=merchant)
    later = GuestList.objects.filter(campaign=OuterRef("campaign"), pk__gt=OuterRef("pk"))
    unreadable = Q(state=ListState.UNREADABLE, ended_at__gte=since) & ~Exists(later)
    for_staff = IssuanceJob.objects.filter(merchant=merchant, state=JobState.NEEDS_STAFF)
    shown = mine.filter(
        Q(state__in=(*WAITING, *LIST_RUNNING))
        | unreadable
        | Q(pk__in=for_staff.values("guest_list"))
        | Q(pk__in=mine.order_by("-pk").values("pk")[:MOST])
    ).annotate(
        processed=PROCESSED,
        jobs_for_staff=Subquery(JOBS.filter(state=JobState.NEEDS_STAFF).annotate(jobs=Count("pk")).values("jobs")),
    )
    runs = Case(When(on_their_way(soon), then=1), default=0)
    shown = shown.annotate(runs=runs).annotate(alike=Window(Count("pk"), partition_by=[F("runs")]))
    stopped = Case(When(safety_stop_at=None, then=0), default=1)
    of_staff = Case(When(jobs_for_staff=None, then=0), default=1)
    return _latest_of_each(shown.select_related("campaign", "launched_by"), F("state"), F("runs"), stopped, of_staff)


@Prepared
def _campaigns(merchant: int, now: datetime, since: datetime) -> QuerySet[Any]:
    of_withdrawn = Variant.objects.filter(campaign=OuterRef("pk"), reward_template__withdrawn_at__isnull=False)
    waiting = HookEvent.objects.waiting().filter(hook__campaign=OuterRef("pk")).order_by("pk")
    last = FolderFile.objects.filter(folder__campaign=OuterRef("pk"), folder__ended_at=None).order_by("-pk")
    name, problem, at = (Subquery(last.values(field)[:1]) for field in ("name", "problem", "at"))
    asked = GuestList.objects.filter(stream__isnull=False, refused_count__gt=0, ended_at__gte=since)
    left = refused_and_left().filter(guest_list__in=asked.filter(campaign=OuterRef(OuterRef("pk"))))
    some = Exists(asked.filter(campaign=OuterRef("pk")))
    mine = Campaign.objects.filter(merchant=merchant)
    taking = Q(pk__in=mine.taking_guests(now).values("pk"))
    withdrawn = Case(When(taking & Q(Exists(of_withdrawn)), then=1), default=0)
    mine = mine.annotate(withdrawn=withdrawn, hook=Subquery(waiting.values("hook")[:1]))
    mine = mine.annotate(file_name=name, file_problem=problem, file_at=at).annotate(
        file_refused=Case(When(~Q(file_problem="") & Q(file_at__gte=since), then=1), default=0),
        left=Case(When(taking & Q(some), then=CountOf(left.order_by().values("pk")[:MANY])), default=0),
    )
    speaking = Q(withdrawn=1) | Q(hook__isnull=False) | Q(file_refused=1) | Q(left__gt=0)
    waits, refused = (Case(When(each, then=1), default=0) for each in (Q(hook__isnull=False), Q(left__gt=0)))
    shown = mine.drafts() | mine.filter(speaking)
    return _latest_of_each(shown, F("withdrawn"), waits, F("file_refused"), refused)


@Prepared
def _around(merchant: int, soon: datetime) -> QuerySet[Merchant, tuple[Any, ...]]:
    templates = RewardTemplate.objects.published().filter(merchant=OuterRef("pk")).order_by().values("merchant")
    silent = Endpoint.objects.switched_off().filter(merchant=OuterRef("pk")).order_by().values("merchant")
    unsigned, ending = (
        hooks.filter(merchant=OuterRef("pk")).order_by().values("merchant")
        for hooks in (Hook.objects.unsigned(), Hook.objects.ending(soon))
    )
    found = {
        "templates_count": Subquery(templates.annotate(n=Count("pk")).values("n")),
        "templates_seen_at": Subquery(templates.annotate(n=Max("seen_at")).values("n")),
        "silent": Subquery(silent.annotate(n=Count("pk")).values("n")),
        "last_silent": Subquery(silent.annotate(n=Max("pk")).values("n")),
        "unsigned": Subquery(unsigned.annotate(n=Count("pk")).values("n")),
        "last_unsigned": Subquery(unsigned.annotate(n=Max("pk")).values("n")),
        "ending": Subquery(ending.annotate(n=Count("pk")).values("n")),
        "last_ending": Subquery(ending.annotate(n=Max("pk")).values("n")),
    }
    return Merchant.objects.filter(pk=merchant).annotate(**found).values_list(*found)


class CountOf(Subquery):
    """How many rows a query finds: no more than its LIMIT, which bounds the work as well."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _latest_of_each(rows: QuerySet[Any], *kinds: Any) -> QuerySet[Any]:
    latest: QuerySet[Any] = rows.annotate(latest=Window(RowNumber(), partition_by=[*kinds], order_by="-pk"))
    latest = latest.filter(latest__lte=MOST + 1)
    return latest.order_by("-pk")
