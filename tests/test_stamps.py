"""Small components that a process draws once for the same texts."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.safestring import SafeString

BADGE = Template('{% stamp "badge" label=label tone="ok" %}')


def drawn(label: str) -> str:
    return BADGE.render(Context({"label": label}))


def test_a_stamp_shows_its_own_texts() -> None:
    assert drawn("New") == drawn("New") == '<span class="badge ok">New</span>'
    assert "Old" in drawn("Old")


def test_a_text_that_was_safe_once_is_still_escaped_where_it_is_not() -> None:
    assert "<b>" in drawn(SafeString("<b>Free</b>"))
    assert "<b>" not in drawn("<b>Free</b>")


def test_a_stamp_sees_nothing_of_the_page() -> None:
    page = Context({"tone": "bad"})
    assert Template('{% stamp "badge" label="New" %}').render(page) == '<span class="badge ">New</span>'
