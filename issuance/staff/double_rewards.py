"""Guests who hold several rewards of a merchant: counted by the jobs that gave them, and never named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Count, QuerySet

from issuance.models import Guest, IssuanceJob
from issuance.models.states import Outcome


class Doubles(NamedTuple):
    """`groups` are jobs that rewarded the same guests, each with the number of these guests; `given` are all rewards
    of each job."""

    groups: Counter[frozenset[int]]
    given: dict[int, int]


class Left(NamedTuple):
    """What taking jobs back leaves: guests who keep another reward, who lose their only one, and who still hold
    several; and `surplus`, the rewards above one of each guest."""

    keeping: int = 0
    losing: int = 0
    several: int = 0
    surplus: int = 0


def doubles_among(jobs: QuerySet[IssuanceJob]) -> Doubles:
    """Two guests are one if they have the same keyed hash: the same email or phone, at the same merchant."""
    rewarded = Guest.objects.filter(job__in=jobs.order_by().values("pk"), outcome=Outcome.REWARDED).order_by()
    several = rewarded.values("identity").annotate(jobs=Count("job")).filter(jobs__gt=1)
    held = rewarded.filter(identity__in=several.values("identity")).order_by("identity", "job")
    rows = held.values_list("identity", "job").iterator()
    groups = Counter(frozenset(job for _, job in same) for _, same in groupby(rows, key=itemgetter(0)))
    return Doubles(groups, dict(jobs.order_by().values_list("pk", "success_count")))


def what_is_left(doubles: Doubles, taken: Collection[int]) -> Left:
    """Thanx takes back whole jobs, also from guests who got nothing twice."""
    chosen, left = frozenset(taken), Left()
    in_groups = 0
    for jobs, guests in doubles.groups.items():
        gone, kept = len(jobs & chosen), len(jobs - chosen)
        in_groups += guests * gone
        left = Left(
            keeping=left.keeping + guests * bool(gone and kept),
            losing=left.losing + guests * (not kept),
            several=left.several + guests * (kept > 1),
            surplus=left.surplus + guests * max(kept - 1, 0),
        )
    return left._replace(losing=left.losing + sum(doubles.given.get(job, 0) for job in chosen) - in_groups)


def best_choice(doubles: Doubles, latest_first: Iterable[int]) -> set[int]:
    """The jobs that take away more rewards above one than only ones."""
    chosen: set[int] = set()
    before = what_is_left(doubles, chosen)
    for job in latest_first:
        after = what_is_left(doubles, chosen | {job})
        if before.surplus - after.surplus > after.losing - before.losing:
            chosen.add(job)
            before = after
    return chosen
