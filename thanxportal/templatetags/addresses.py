"""`{% url %}` as Django has it, but a process remembers addresses: pages are full of the same ones."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import get_urlconf, reverse
from django.utils.html import conditional_escape

register = template.Library()
MOST = 20_000  # addresses that a process remembers


@lru_cache(MOST)
def _address(urlconf: Any, name: str, arguments: tuple[Any, ...]) -> str:
    return reverse(name, urlconf, arguments)


class RememberedURLNode(URLNode):
    """Of a name and arguments in order, as all addresses of the portal are written; else as Django does."""

    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.kwargs or self.asvar or ":" not in name or name.startswith("admin:"):
            return super().render(context)
        arguments = tuple(argument.resolve(context) for argument in self.args)
        address = _address(get_urlconf(), name, tuple(map(str, arguments)))
        return str(conditional_escape(address)) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    node = django_url(parser, token)
    return RememberedURLNode(node.view_name, node.args, node.kwargs, node.asvar)
