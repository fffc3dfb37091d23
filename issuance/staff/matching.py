"""Which forgotten jobs Thanx has made, told by what it says: surely sent, surely not sent, or unknown.

A key names its job for certain. Where it tells nothing, campaign, variant and number of guests do, but only in a
campaign whose lists share no guests: planned in another order, those come in other jobs than before. And nobody is
surely unsent in a campaign of which Thanx made jobs that fit no list: those may be the same guests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Count

from issuance.models import Guest, IssuanceJob
from issuance.models.states import JobState
from issuance.staff.made_jobs import MadeJob

Row = TypeVar("Row", MadeJob, IssuanceJob)
Kind = TypeVar("Kind", bound=Hashable)


@dataclass
class Matching:
    """`sent_somehow` were made under an id that nobody can tell; `questions` are made jobs that fit no list."""

    sent: list[tuple[IssuanceJob, MadeJob]] = field(default_factory=list)
    sent_somehow: list[IssuanceJob] = field(default_factory=list)
    unsent: list[IssuanceJob] = field(default_factory=list)
    unknown: list[IssuanceJob] = field(default_factory=list)
    questions: list[MadeJob] = field(default_factory=list)

    @property
    def others(self) -> list[tuple[str, list[IssuanceJob]]]:
        """The jobs whose id nobody can tell, under what is said of them; without those that aren't to be settled."""
        groups = (
            ("Surely sent, but nobody can tell under which id", self.sent_somehow),
            ("Surely not sent", self.unsent),
            ("Unknown", self.unknown),
        )
        told = [(caption, [job for job in jobs if job.state == JobState.FORGOTTEN]) for caption, jobs in groups]
        return [(caption, jobs) for caption, jobs in told if jobs]

    @property
    def sentence(self) -> str:
        counts = [("sent", len(self.sent)), *((caption.lower(), len(jobs)) for caption, jobs in self.others)]
        counts += [("of Thanx that fit no list", len(self.questions))] * bool(self.questions)
        return f"Jobs {'; '.join(f'{caption}: {count:,}' for caption, count in counts)}."


def match(made: Iterable[MadeJob], *, complete: bool, since: datetime) -> Matching:
    """What these jobs say of all that Thanx might have: of forgotten jobs, and of others without an id.

    Unless they are `complete`, a job that isn't named is unknown. What was launched `since` the restore is another
    list for Thanx, under other keys.
    """
    matching = Matching()
    unsettled = (JobState.FORGOTTEN, JobState.SENDING, JobState.NEEDS_STAFF)
    jobs = IssuanceJob.objects.filter(thanx_id=None, state__in=unsettled).defer("body").order_by("guest_list", "number")
    ours = _grouped(jobs.select_related("variant", "guest_list__campaign", "merchant"), _campaign_of)
    theirs = _grouped(_without_known(list(made)), lambda job: job.campaign_id)
    for campaign_id in sorted(ours.keys() | theirs.keys()):
        _match_campaign(matching, theirs[campaign_id], ours[campaign_id], complete=complete, since=since)
    return matching


def _campaign_of(job: IssuanceJob) -> str:
    return job.guest_list.campaign.thanx_id


def _without_known(made: list[MadeJob]) -> list[MadeJob]:
    ids = [job.thanx_id for job in made]
    known = set(IssuanceJob.objects.filter(thanx_id__in=ids).values_list("thanx_id", flat=True))
    return [job for job in made if job.thanx_id not in known]


def _grouped(rows: Iterable[Row], of: Callable[[Row], Kind]) -> defaultdict[Kind, list[Row]]:
    groups: defaultdict[Kind, list[Row]] = defaultdict(list)
    for row in rows:
        groups[of(row)].append(row)
    return groups


def _match_campaign(
    matching: Matching, theirs: list[MadeJob], ours: list[IssuanceJob], *, complete: bool, since: datetime
) -> None:
    by_key = {job.idempotency_key: job for job in ours}
    sure = [(by_key[made.key], made) for made in theirs if made.key in by_key]
    found = {job.pk for job, _ in sure}
    theirs = [made for made in theirs if made.key not in by_key]
    ours = [job for job in ours if job.pk not in found]
    matching.sent += sure
    if theirs and _share_guests(ours):
        matching.questions += theirs
        matching.unknown += ours
        return
    keys_told = any(made.key for made in theirs)
    unnamed = [job for job in ours if keys_told and not _launched_since(job, since)]
    told = {job.pk for job in unnamed}
    unnamed += _match_counts(matching, theirs, [job for job in ours if job.pk not in told])
    accounted = complete and not any(made in theirs for made in matching.questions)
    (matching.unsent if accounted else matching.unknown).extend(unnamed)


def _launched_since(job: IssuanceJob, since: datetime) -> bool:
    return job.guest_list.launched_at is not None and job.guest_list.launched_at > since


def _share_guests(jobs: list[IssuanceJob]) -> bool:
    guests = Guest.objects.filter(guest_list__in={job.guest_list_id for job in jobs}).order_by()
    twice = guests.values("identity").annotate(lists=Count("guest_list", distinct=True)).filter(lists__gt=1)
    return twice.exists()


def _match_counts(matching: Matching, theirs: list[MadeJob], ours: list[IssuanceJob]) -> list[IssuanceJob]:
    """Returns the jobs that nothing of what Thanx made is like."""
    made_alike = _grouped(theirs, lambda made: (made.variant_id, made.guests))
    jobs_alike = _grouped(ours, lambda job: (job.variant.thanx_id, job.total_count))
    for what, made in made_alike.items():
        jobs = jobs_alike.pop(what, [])
        if len(made) == len(jobs) == 1:
            matching.sent.append((jobs[0], made[0]))
        elif len(made) == len(jobs):
            matching.sent_somehow += jobs
        else:
            matching.unknown += jobs
            matching.questions += made if len(made) > len(jobs) else []
    return [job for jobs in jobs_alike.values() for job in jobs]
