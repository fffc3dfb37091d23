"""How the API reads what is sent, and how it describes itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser

from issuance.api.callers import NAMES_MERCHANT
from thanxportal.plain_text import read_json
from thanxportal.problems import KIND

X_MERCHANT = {
    "in": "header",
    "name": NAMES_MERCHANT,
    "required": False,
    "schema": {"type": "string"},
    "description": "With a token for all merchants: the handle of the one that is meant, such as harbor-grill.",
}
TOO_LONG = {"description": "Content Too Large"}


class PlainJson(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError also for what isn't UTF-8: with letters replaced, an external id could become another."""
        return read_json(request.body.decode("utf-8-sig"))


class Api(NinjaAPI):
    """Takes plain text alone, and says in its document that errors are problems."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=PlainJson(), docs_url=None, **options)

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        for operation in (told for methods in document["paths"].values() for told in methods.values()):
            operation["parameters"].append(X_MERCHANT)
            if "requestBody" in operation:
                operation["responses"][413] = TOO_LONG | {"content": dict(operation["responses"][400]["content"])}
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["content"] = {KIND: answer["content"].pop("application/json")}
        return document
