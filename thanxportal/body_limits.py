"""How long a body may be, and whether it may come at all: judged by address and person, before any of it is parsed.

The web server asks before it reads a body that isn't small: it hands over the request without its body, and a function
in the environment (`LET_IN`) that lets so many bytes in. If the function isn't called, the answer goes to the browser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from thanxportal.whole_pages import lead_to_sign_in

SMALL_BODY = 64 * 1024  # Every form fits, but for those of views that say otherwise.
USUAL_BODY = 1024 * 1024  # of people who are signed in
LET_IN = "portal.let_in"
WAS_LET_IN = "portal.was_let_in"
View = TypeVar("View", bound=Callable[..., Any])


def takes_body(
    most: Callable[[], int], *, door: Callable[..., HttpResponse | None] | None = None
) -> Callable[[View], View]:
    """For a view whose bodies may be that long. `door` gets what the view gets, before a body that isn't small is
    read. It raises what the view would raise for people who may not send one, or returns why not now."""

    def mark(view: View) -> View:
        view.most_body, view.body_door = most, door  # type: ignore[attr-defined]
        return view

    return mark


class BodyLimits:
    """Refuses bodies that are too long, or from people who may not send them. Stands above all that reads forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        let_in = request.META.get(LET_IN)
        if request.META.get(WAS_LET_IN) or (is_small(request) and not let_in):
            return None
        most = _most(request, view)
        if _length(request) > most:
            if not request.user.is_authenticated and _length(request) <= _most_of_members(view):
                return lead_to_sign_in(request)
            return render(request, "413.html", {"most": most}, status=413)
        door = getattr(view, "body_door", None)
        if door and request.user.is_authenticated and (not_now := door(request, *args, **kwargs)):
            return not_now  # type: ignore[no-any-return]
        if let_in:
            let_in(most, stranger=not request.user.is_authenticated)
            return HttpResponse(status=204)
        return None


def is_small(request: HttpRequest) -> bool:
    """Whether the body may come without a question."""
    return _length(request) <= SMALL_BODY


def _length(request: HttpRequest) -> int:
    """What the sender says; 0 if it doesn't, as in chunks, or says no number."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


def _most_of_members(view: Any) -> int:
    """What a view takes of people who are signed in, where it takes files."""
    most = getattr(view, "most_body", None)
    return int(most()) if most and getattr(view, "login_required", True) else 0


def _most(request: HttpRequest, view: Any) -> int:
    most = getattr(view, "most_body", None)
    if not request.user.is_authenticated:
        return int(most()) if most and not getattr(view, "login_required", True) else SMALL_BODY
    if most:
        return int(most())
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if request.user.is_staff else USUAL_BODY
