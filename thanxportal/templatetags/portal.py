"""Template filters: how ages, time zones, sums and shares are written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils import timezone

from thanxportal.amounts import dollars

register = template.Library()


@register.filter
def zone(name: str) -> str:
    """Returns an IANA zone as people say it: `Los Angeles` for `America/Los_Angeles`."""
    return name.rpartition("/")[2].replace("_", " ")


@register.filter
def duration(seconds: float | None) -> str:
    """Returns seconds in one coarse unit, such as `40 s` or `3 min`; empty for None."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= 1.5 * size or (unit == "day" and seconds >= size):
            count = round(seconds / size)
            return f"{count} {unit}{'s' if unit == 'day' and count != 1 else ''}"
    return f"{max(0, round(seconds))} s"


@register.filter
def ago(moment: datetime | None) -> str:
    """Returns how long ago a moment was: `just now`, `40 s ago`, `3 min ago`; empty for None."""
    if moment is None:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    return "just now" if seconds < 2 else f"{duration(seconds)} ago"


@register.filter
def money(amount: Decimal | None) -> str:
    """Returns a sum of dollars as the merchant writes it: `$1,234`; empty for None."""
    return "" if amount is None else dollars(amount)


@register.filter
def percent_of(part: int, whole: int) -> int:
    """Returns the share in whole percent: 100 only if nothing is missing, 0 for an empty whole."""
    return 100 * part // whole if whole else 0


@register.filter
def percent(share: float) -> str:
    """Returns a share from 0 to 1 in whole percent: 100% only if nothing is missing."""
    return f"{int(round(100 * share, 6))}%"


@register.filter
def at(values: dict[Any, Any], key: Any) -> Any:
    """Returns what a table has for the key; None for nothing."""
    return values.get(key)


@register.filter
def field(form: Form | None, name: str) -> BoundField | None:
    """Returns the field of that name; None without a form, or if the form has no such field."""
    return form[name] if form and name in form.fields else None
