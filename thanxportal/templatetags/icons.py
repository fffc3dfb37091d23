"""`{% load heroicons %}`: the library's tags, but icons are drawn when a template is read, not for each page."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.template import TemplateSyntaxError
from django.template.base import Parser, TextNode, Token
from heroicons.templatetags import heroicons

register = template.Library()
STYLES = ("micro", "mini", "outline", "solid")
WORDS = re.compile(r'heroicon_(\w+) "([a-z0-9-]+)"(?: size=(\d+))?')


def icon(parser: Parser, token: Token) -> TextNode:
    """`{% heroicon_mini "gift" size=20 %}`: what differs from page to page can't be drawn ahead."""
    words = WORDS.fullmatch(token.contents)
    if words is None:
        raise TemplateSyntaxError(f'Icons have a "name" and, if any, a size=20: {token.contents}')
    style, name, size = words.groups()
    options: dict[str, Any] = {"size": int(size)} if size else {}
    return TextNode(getattr(heroicons, f"heroicon_{style}")(name, **options))


for style in STYLES:
    register.tag(f"heroicon_{style}", icon)
