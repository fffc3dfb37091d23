"""`{% url %}` as Django has it, but by addresses that the process remembers."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.utils.html import conditional_escape

from thanxportal.remembered import address_of

register = template.Library()


class RememberedURLNode(URLNode):
    """Of a name and arguments in order, as all addresses of the portal are written; else as Django does."""

    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.kwargs or name.startswith("admin:") or (self.asvar and ":" not in name):  # Django’s may be missing.
            return super().render(context)
        address = address_of(name, *(argument.resolve(context) for argument in self.args))
        if self.asvar:
            context[self.asvar] = address
            return ""
        return str(conditional_escape(address)) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    node = django_url(parser, token)
    return RememberedURLNode(node.view_name, node.args, node.kwargs, node.asvar)
