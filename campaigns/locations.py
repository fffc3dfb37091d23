"""How people know a merchant's locations, and how a file or a fine print names them."""

from __future__ import annotations

from collections import defaultdict

from campaigns.models import Location
from thanxportal.accounts.models import Merchant

ONLY_AT = "Only at "


def names_of_locations(merchant: Merchant) -> dict[str, str]:
    """What a cell of a file may hold for a location (Thanx's id, its name or street, case folded) -> its name.

    What would name two locations is left out.
    """
    meant: dict[str, set[str]] = defaultdict(set)
    for location in Location.objects.open_at(merchant):
        for written in (location.thanx_id, location.name, location.street):
            meant[written.strip().casefold()].add(location.place)
    return {written: places.pop() for written, places in meant.items() if written and len(places) == 1}


def with_location(fine_print: str, location: Location) -> str:
    """Returns the fine print with one more location to which the offer is limited."""
    before, *rest = fine_print.rstrip().rpartition("\n")[::-1]
    if before.startswith(ONLY_AT) and before.endswith("."):
        return f"{''.join(reversed(rest))}{before[:-1]}; {location.place_and_zone}."
    return f"{fine_print.rstrip()}\n{ONLY_AT}{location.place_and_zone}.".lstrip()
