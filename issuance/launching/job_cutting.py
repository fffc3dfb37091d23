"""Into which jobs a list is cut: the job is the smallest thing that Thanx can revoke, so this is how undo will look."""

from __future__ import annotations

from copy import copy
from math import ceil
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db.models import Count, QuerySet

from campaigns.locations import names_of_locations
from issuance.guests.arms import Arm
from issuance.guests.names import name_columns
from issuance.models import Guest, GuestList
from issuance.models.states import ListState, Outcome
from thanxportal.partner.gate import seconds_at_best

SMALLEST_JOB = 500  # guests; smaller jobs would spend Thanx's request limit on undo alone

FIRST_ROWS = 20  # that show what a column holds
MOST_SEGMENTS = 100  # values of a column; each needs a job in every arm
Segments = dict[int, list[int]]  # id of a variant -> guests of each of its segments


class ArmJobs(NamedTuple):
    """The jobs of one arm; `largest` is how many guests lose their reward when its largest job is revoked."""

    arm: Arm
    jobs: int
    largest: int


class JobCutting(NamedTuple):
    """In which jobs a list would be sent, and what that means for sending and for taking back."""

    arms: list[ArmJobs]

    @property
    def jobs(self) -> int:
        return sum(arm.jobs for arm in self.arms)

    @property
    def largest(self) -> int:
        return max((arm.largest for arm in self.arms), default=0)

    @property
    def requests(self) -> int:
        """At least: each job is sent once and looked at once."""
        return 2 * self.jobs

    @property
    def seconds(self) -> float:
        return seconds_at_best(self.requests)


def expected_jobs(arms: list[Arm], job_size: int, canary: int, segments: Segments | None = None) -> JobCutting:
    """What planning will do: each segment of an arm in jobs of its own, the first `canary` guests of the largest
    one ahead. Without segments an arm is one."""
    gifts = [arm for arm in arms if arm.count and not arm.variant.is_control]
    sizes = segments or {arm.variant.pk: [arm.count] for arm in gifts}
    return JobCutting([ArmJobs(arm, *_jobs(sizes.get(arm.variant.pk, []), job_size, canary)) for arm in gifts])


def _jobs(segments: list[int], job_size: int, canary: int) -> tuple[int, int]:
    """(jobs, guests of the largest); `segments` are numbers of guests."""
    largest, *others = sorted(segments, reverse=True) or [0]
    ahead = min(canary, largest)
    sizes = [ahead, *(segment for segment in (largest - ahead, *others))]
    return bool(ahead) + sum(ceil(size / job_size) for size in sizes[1:]), max(min(size, job_size) for size in sizes)


def segments_of(guest_list: GuestList) -> Segments | None:
    """How many guests share each value of the column that jobs are cut by; None without such a column."""
    if not guest_list.job_cell:
        return None
    segments: Segments = {}
    guests = Guest.objects.filter(guest_list=guest_list, outcome=Outcome.WAITING)
    groups = guests.in_segments(guest_list).values("variant", "segment").annotate(guests=Count("pk")).order_by()
    for group in groups:
        segments.setdefault(group["variant"], []).append(group["guests"])
    return segments


def columns_to_cut_by(guest_list: GuestList) -> list[str]:
    """The columns of the file whose values jobs may be called by: none of emails, phones or names."""
    names = guest_list.file_info.get("names") or []
    of_people = {str(names[at])[:120] for at in name_columns(guest_list)}
    return [column for column in guest_list.columns_besides if column not in of_people]


def values_in(guest_list: GuestList, column: str) -> int:
    """How many different values the column has among the guests, counted up to one more than are possible."""
    segments = _by_column(guest_list, column).order_by().values_list("segment", flat=True)
    return len(segments.distinct()[: MOST_SEGMENTS + 1])


def tells_guests_apart(guest_list: GuestList, column: str) -> bool:
    """Whether most values of the column are those of a single guest. Jobs are called by them, and everybody reads what
    jobs are called, so they must not be names or notes."""
    values = _by_column(guest_list, column).order_by().values("segment").annotate(guests=Count("pk"))
    sizes = list(values.values_list("guests", flat=True))
    return 2 * sizes.count(1) > len(sizes)


def _by_column(guest_list: GuestList, column: str) -> QuerySet[Any]:
    """The guests with the `segment` that this column would make."""
    looked = copy(guest_list)
    looked.job_column = column
    return Guest.objects.filter(guest_list=guest_list).in_segments(looked)


def columns_of_locations(guest_list: GuestList) -> list[str]:
    """Columns that name the merchant's locations in the first rows, wherever they name anything."""
    names = names_of_locations(guest_list.merchant)
    found = []
    for column in columns_to_cut_by(guest_list) if names else []:
        segments = _by_column(guest_list, column).order_by("row").values_list("segment", flat=True)
        cells = [cell for cell in segments[:FIRST_ROWS] if cell]
        if cells and all(cell.casefold() in names for cell in cells):
            found.append(column)
    return found


def canary_size(guest_list: GuestList) -> int:
    """Guests of each arm that are sent ahead; 0 for a list that is sent at once."""
    return settings.CANARY_SIZE if guest_list.waiting_count > settings.CANARY_ABOVE else 0


def choose_job_cutting(*, guest_list: GuestList, size: int, column: str = "") -> bool:
    """Sets the most guests in a job, 0 for as many as Thanx takes, and the column each of whose values gets jobs of
    its own; False if the list isn't under review any more.

    Review forms that are open elsewhere become void if what they say about undo has changed.
    """
    under_review = GuestList.objects.filter(pk=guest_list.pk, state=ListState.CHECKED)
    choice = {"guests_per_job": size, "job_column": column}
    return under_review.filter(**choice).exists() or bool(under_review.update(**choice, confirm_token=uuid4()))
