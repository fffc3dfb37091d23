"""How much a person, and a merchant's whole team, may do at once of what costs the portal much.

A place is an entry of the cache that all processes share. It is given back when the work ends, or ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from thanxportal.accounts.models import Merchant

WORDS = {
    "uploads": "Many files came from you or your team just now.",
    "pastes": "You or your team pasted guests many times just now.",
    "looks": "You or your team are pasting in several windows at once.",
    "searches": "You or your team are searching in several windows at once.",
    "downloads": "You or your team are downloading several files at once.",
}
RETRY_AFTER = 15  # seconds, where a place is given back
NOT_GIVEN_BACK = ("uploads", "pastes")  # as a worker has yet to read them
MOST_KEPT = 100  # fields of a form


def take_place(request: HttpRequest, kind: str) -> list[str]:
    """Takes a place of the person, and one of the merchant, if an access fetcher let the person in to one.

    Returns what `give_back` takes; nothing if there is no place.
    """
    return take_places(kind, f"person:{request.user.pk}", getattr(request, "merchant", None))


def take_places(kind: str, who: str, merchant: Merchant | None) -> list[str]:
    """The same of whoever it is, such as `token:7`."""
    of_person, of_merchant, seconds = settings.LIMITS[kind]
    takers = [(who, of_person)]
    if merchant:
        takers.append((f"merchant:{merchant.pk}", of_merchant))
    taken: list[str] = []
    for taker, places in takers:
        place = _first_free([f"{kind}:{taker}:{number}" for number in range(places)], seconds)
        if place is None:
            give_back(taken)
            return []
        taken.append(place)
    return taken


def _first_free(places: list[str], seconds: int) -> str | None:
    taken = cache.get_many(places)
    return next((place for place in places if place not in taken and cache.add(place, True, seconds)), None)


def give_back(taken: Iterable[str]) -> None:
    cache.delete_many([*taken])


def at_once(request: HttpRequest, kind: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Does the work in a place, or says that there is none."""
    taken = take_place(request, kind)
    if not taken:
        return too_many(request, kind)
    try:
        return work()
    finally:
        give_back(taken)


def while_sent(pieces: Iterator[str], taken: list[str]) -> Generator[str, None, None]:
    """Yields the pieces, and then gives the place back, also if nobody takes them to their end."""
    try:
        yield from pieces
    finally:
        give_back(taken)


def too_many(request: HttpRequest, kind: str) -> HttpResponse:
    """The page that says so. It keeps what was typed, so that one click tries again; a file has to be chosen anew."""
    fields = [] if kind == "uploads" or request.method == "GET" else _typed(request)
    seconds = settings.LIMITS[kind][2] if kind in NOT_GIVEN_BACK else RETRY_AFTER
    context = {"sentence": WORDS[kind], "fields": fields, "seconds": seconds}
    page = render(request, "429.html", context, status=429)
    page["Retry-After"] = str(seconds)
    return page


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, str(value)) for name, value in typed if name != "csrfmiddlewaretoken"][:MOST_KEPT]
