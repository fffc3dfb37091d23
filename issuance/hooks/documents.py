"""What a tool posts, read as the events that it holds: JSON, or a form. Limits come before the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from issuance.hooks.fields import Field, TooMuch, fields_in
from thanxportal.plain_text import plain_text, read_json

MOST_BYTES = 64 * 1024
MOST_EVENTS = 100  # in one request
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Unreadable(Exception):
    """A request that can't be stored: the status and the sentence of its answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class NoFiles(FileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise Unreadable(415, "Send no files: a hook reads fields alone.")


def events_in(request: HttpRequest) -> list[list[Field]]:
    """The fields of each event in a request; a JSON list is as many events. Raises Unreadable."""
    if len(request.body) > MOST_BYTES:
        raise Unreadable(413, f"An event has at most {MOST_BYTES // 1024} KB.")
    kind = request.content_type or ""
    if kind in FORMS:
        request.upload_handlers = [NoFiles(request)]
        document: Any = _form(lambda: request.POST)
    elif kind == "application/json" or kind.endswith("+json"):
        document = _json(request.body)
    else:
        raise Unreadable(415, "Send JSON or a form, and say which in Content-Type.")
    return _events(document)


def sample_event(text: str) -> list[Field]:
    """The first event in a text that somebody pasted, JSON or a form. Raises Unreadable."""
    if len(text.encode()) > MOST_BYTES:
        raise Unreadable(413, f"An event has at most {MOST_BYTES // 1024} KB.")
    start = text.strip()
    events = _events(_json(start.encode()) if start[:1] in ("{", "[") else _form(lambda: QueryDict(start)))
    if not events:
        raise Unreadable(422, "The list is empty.")
    return events[0]


def _json(raw: bytes) -> Any:
    try:
        return read_json(raw)
    except (ValueError, RecursionError):
        raise Unreadable(400, "This is no JSON that can be read.") from None


def _form(read: Callable[[], QueryDict]) -> Any:
    try:
        return _fields_of(read())
    except (BadRequest, SuspiciousOperation, MultiPartParserError, LookupError, UnicodeError):
        raise Unreadable(400, "This form can’t be read.") from None


def _fields_of(form: QueryDict) -> dict[str, Any]:
    named = ((plain_text(name), [_value(text) for text in texts]) for name, texts in form.lists())
    return {name: values[0] if len(values) == 1 else values for name, values in named}


def _value(text: str) -> Any:
    """Some tools put the whole answer as JSON into one field of a form."""
    text = plain_text(text, instead="\ufffd")
    try:
        return read_json(text) if text[:1] in ("{", "[") else text
    except (ValueError, RecursionError):
        return text


def _events(document: Any) -> list[list[Field]]:
    documents = document if isinstance(document, list) else [document]
    if len(documents) > MOST_EVENTS:
        raise Unreadable(422, f"A request has at most {MOST_EVENTS} events.")
    if not all(isinstance(each, dict) for each in documents):
        raise Unreadable(422, "An event is an object with named fields.")
    try:
        return [fields_in(each) for each in documents]
    except TooMuch as limit:
        raise Unreadable(422, str(limit)) from None
