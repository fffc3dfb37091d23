"""What goes wrong is told to programs in one shape (RFC 9457), wherever it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from thanxportal.log_lines import fact

PROGRAMS = ("/api/", "/hooks/")
KIND = "application/problem+json"
TITLES = {
    400: "Bad request", 401: "No good token", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 413: "Too long", 415: "Not a kind that is read", 422: "Invalid", 429: "Too many",
}  # fmt: skip
DETAILS = {  # of what is refused before anybody who knows more is asked
    404: "There’s no such address. Check how it is written.",
    405: "This address takes only the methods that the header Allow names.",
    413: "This is longer than the address takes. Send less at once.",
}
OTHER = "Something went wrong here"
OF_THE_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "ETag")  # headers that are true of that page alone


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """The answer that says what is wrong: `title` names its kind, `detail` what to do about it."""
    told = {"type": "about:blank", "title": TITLES.get(status, OTHER), "status": status, "detail": detail, **more}
    return JsonResponse(told | {"request_id": str(fact("request") or "")}, status=status, content_type=KIND)


class ForPrograms:
    """Lets no cookie count where programs ask, and tells errors of all layers below as problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type") == KIND:
            return response
        told = problem(response.status_code, DETAILS.get(response.status_code, ""))
        for name, value in response.headers.items():
            if name not in OF_THE_BODY:
                told.headers.setdefault(name, value)
        return told
