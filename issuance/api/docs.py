"""The page of the API for people, made of the same document that programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from issuance.api.v1 import api

KEY = "survey-8841"
EXAMPLES = {"email": "ann@example.com", "name": "Autumn", "integer": 1}


class Field(NamedTuple):
    """Something that is sent: where it stands, whether it has to be there, and what it may be."""

    name: str
    place: str
    required: bool
    kind: str
    says: str

    @property
    def where(self) -> str:
        return ", ".join(part for part in (f"In the {self.place}", self.kind, "required" * self.required) if part)


class Operation(NamedTuple):
    method: str
    path: str
    says: str
    fields: list[Field]
    curl: str
    answers: list[str]


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    document = api.get_openapi_schema()
    return render(request, "issuance/api/docs.html", {"info": document["info"], "operations": _operations(document)})


def _operations(document: Any) -> Iterator[Operation]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            fields = [_parameter(each) for each in told["parameters"]]
            fields += _in_body(body, schemas) if body else []
            curl = _curl(method.upper(), path, fields, _example(body, schemas) if body else None)
            yield Operation(
                method.upper(), path, told["description"], fields, curl, sorted(map(str, told["responses"]))
            )


def _parameter(told: dict[str, Any]) -> Field:
    schema = told["schema"]
    says = told.get("description", "")
    return Field(told["name"], told["in"], bool(told.get("required")), _kind(schema), says)


def _in_body(schema: dict[str, Any], schemas: dict[str, Any], above: str = "") -> Iterator[Field]:
    """What a body holds; items of lists are named behind those, such as `guests[].email`."""
    whole = _resolved(schema, schemas)
    for name, told in whole.get("properties", {}).items():
        required = name in whole.get("required", ())
        yield Field(above + name, "body", required, _kind(told), told.get("description", ""))
        if "$ref" in told.get("items", {}):
            yield from _in_body(told["items"], schemas, f"{above}{name}[].")


def _kind(schema: dict[str, Any]) -> str:
    return " or ".join(said for each in schema.get("anyOf", [schema]) if (said := _one_kind(each)))


def _one_kind(schema: dict[str, Any]) -> str:
    if values := schema.get("enum"):
        return "one of " + ", ".join(map(str, values))
    longest = schema.get("maxLength")
    return str(schema.get("type", "")) + (f" of at most {longest} characters" if longest else "")


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """What is required, and a guest's email, or a text where nothing is."""
    whole = _resolved(schema, schemas)
    if whole.get("type") == "array":
        return [_example(whole["items"], schemas)]
    if whole.get("type") != "object":
        return EXAMPLES.get(whole.get("type", ""), "…")
    properties = whole.get("properties", {})
    shown = [name for name in properties if name in whole.get("required", ()) or name in EXAMPLES]
    return {name: EXAMPLES.get(name) or _example(properties[name], schemas) for name in shown}


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _curl(method: str, path: str, fields: list[Field], body: Any) -> str:
    """A command for a shell that has the token in TOKEN, and what stands in the path in its capitals."""
    address = path.replace("{", "$").replace("}", "")
    for field in fields:
        if field.place == "path":
            address = address.replace(f"${field.name}", f"${field.name.upper()}")
    lines = [f'curl -s -X {method} "{settings.PORTAL_URL}{address}"', '-H "Authorization: Bearer $TOKEN"']
    lines += [f'-H "{field.name}: {KEY}"' for field in fields if field.place == "header" and field.required]
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)
