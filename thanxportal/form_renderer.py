"""Draws forms by templates of the portal, but plain inputs without one: a page has many, each by three of Django's."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString

# The widgets whose template is nothing but `input.html`, and that one.
NAMES = (
    "checkbox", "color", "date", "datetime", "email", "file", "hidden", "input", "number", "password", "search", "tel",
    "text", "time", "url",
)  # fmt: skip
INPUTS = {f"django/forms/widgets/{name}.html" for name in NAMES}


class Renderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name in INPUTS:
            return _input(**context["widget"])
        return SafeString(super().render(template_name, context, request))


def _input(*, type: str, name: str, value: object, attrs: dict[str, object], **_: object) -> SafeString:
    given = {"type": type, "name": name} | ({} if value is None else {"value": str(value)})
    return SafeString(f"<input{''.join(map(_attribute, *zip(*(given | attrs).items(), strict=True)))}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(value)}"'
