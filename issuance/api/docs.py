"""The page of the API for people, made of the same document that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from issuance.api.v1 import api


class Operation(NamedTuple):
    method: str
    path: str
    says: str
    parameters: list[dict[str, Any]]
    answers: list[str]


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    document = api.get_openapi_schema()
    return render(request, "issuance/api/docs.html", {"info": document["info"], "operations": _operations(document)})


def _operations(document: Any) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield Operation(
                method.upper(), path, told["description"], told["parameters"], [*map(str, told["responses"])]
            )
