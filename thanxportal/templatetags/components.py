"""`{% component "notice" tone="warn" %}What happened.{% endcomponent %}`: a partial with a body; and
`{% stamp "badge" label="New" tone="ok" %}`: a small one that pages are full of."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.forms.utils import flatatt
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
register.filter("as_attributes", flatatt)
MOST = 5_000  # stamps that a process remembers


@register.simple_tag(takes_context=True)
def rendered(context: Context, *names: str) -> SafeString:
    """`{% rendered "components/nav.html" as nav %}`: templates that stand in a page more than once, rendered once."""
    engine = context.template.engine  # type: ignore[union-attr]
    return mark_safe("".join(engine.get_template(name).render(context) for name in names))


@register.simple_tag
def stamp(name: str, **values: str | None) -> SafeString:
    """`components/NAME.html`, which sees only the given texts: a process draws it once for the same ones."""
    return _drawn(name, tuple(values), *values.values())


@lru_cache(MOST, typed=True)  # Else a text that is safe and one that isn't would be the same.
def _drawn(name: str, names: tuple[str, ...], *texts: str | None) -> SafeString:
    return render_to_string(f"components/{name}.html", dict(zip(names, texts, strict=True)))


class Component(Node):
    def __init__(self, name: str, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.name, self.values, self.nodelist = name, values, nodelist

    def render(self, context: Context) -> SafeString:
        body = self.nodelist.render(context).strip()
        values = {name: value.resolve(context) for name, value in self.values.items()}
        return render_to_string(f"components/{self.name}.html", values | {"body": SafeString(body)})


@register.tag
def component(parser: Parser, token: Token) -> Component:
    """Renders `components/NAME.html`, which sees only the given values and, as `body`, what stands between the tags."""
    _, name, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"component {name} takes only name=value, not {' '.join(bits)}")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return Component(name.strip("\"'"), values, nodelist)
