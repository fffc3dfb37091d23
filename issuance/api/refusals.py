"""What a program is told that asked for what can't be."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from thanxportal.moments import start_of
from thanxportal.problems import problem

NO_TOKEN = "Send a token of this merchant that hasn’t ended, as “Authorization: Bearer …”."  # noqa: S105 - a sentence
MOST_ERRORS = 100  # that are told at once
WORDS = {  # of kinds of errors whose usual words are about Python
    "missing": "It is missing.",
    "extra_forbidden": "It has a name that isn’t known here. /api/v1/docs has those that are.",
    "model_attributes_type": "It has to be an object.",
    "model_type": "It has to be an object.",
    "dict_type": "It has to be an object.",
    "list_type": "It has to be a list.",
    "too_short": "It needs at least {min_length}.",
    "too_long": "It takes at most {max_length:,}.",
    "string_too_short": "It needs at least {min_length} character.",
    "string_too_long": "It takes at most {max_length} characters.",
}


class TooMany(Throttled):
    """Until a moment, or the begin of a day of the merchant, when there is room again; `most` says how many there are
    at most."""

    def __init__(self, most: str, until: date | datetime) -> None:
        moment = until if isinstance(until, datetime) else start_of(until)
        super().__init__(wait=int((moment - timezone.now()) / timedelta(seconds=1)) + 1)
        day = date_format(timezone.localtime(moment), "MONTH_DAY_FORMAT")
        self.message = f"{most} Try again on {day}, or ask a manager for more."


def invalid(field: str, *sentences: str) -> ValidationError:
    """What is wrong with a field of the body, where only our own rules can tell."""
    return ValidationError([{"type": "value_error", "loc": ("body", field), "msg": says} for says in sentences])


def tell_problems(api: NinjaAPI) -> None:
    """Has the API tell each kind of error in the one shape."""
    api.add_exception_handler(AuthenticationError, _not_let_in)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(Throttled, _too_many)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Exception, _raise)


def _not_let_in(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(401, NO_TOKEN)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, _unreadable(error.__cause__) or error.message)


def _unreadable(cause: Exception | None) -> str:
    """Why a body can't be read, without a word of it."""
    if isinstance(cause, json.JSONDecodeError):
        return f"The body isn’t JSON: look at line {cause.lineno}, column {cause.colno}."
    if isinstance(cause, UnicodeDecodeError):
        return f"The body isn’t UTF-8: look at byte {cause.start + 1}."
    return "The body is nested too deeply." if isinstance(cause, RecursionError) else ""


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(404, "There is no such thing here.")


def _too_many(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(429, error.message)
    response["Retry-After"] = str(error.wait)
    return response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = error.errors
    errors = [{"at": ".".join(_place(each)), "says": _says(each)} for each in found[:MOST_ERRORS]]
    first = f" These are the first {MOST_ERRORS} of {len(found):,} errors." if len(found) > MOST_ERRORS else ""
    status = 400 if any(each["type"] == "json_invalid" for each in found) else 422
    return problem(status, f"What was sent isn’t as the API takes it.{first}", errors=errors)


def _says(error: Any) -> Any:
    words = WORDS.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else error["msg"]


def _place(error: Any) -> list[str]:
    """Says where, and never repeats what was sent, names included, as that may be a guest."""
    parts = [str(part) for part in error["loc"]]
    if parts[:2] == ["body", "body"]:  # Operations call their body so, too.
        parts.pop(0)
    if error["type"] == "extra_forbidden":
        parts.pop()
    return parts[: parts.index("fields") + 1] if "fields" in parts else parts


def _raise(request: HttpRequest, error: Any) -> HttpResponse:
    raise error
