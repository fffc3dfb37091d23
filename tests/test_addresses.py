"""`{% url %}` and icons as the portal's templates write them."""

from __future__ import annotations

import pytest
from django.template import TemplateSyntaxError, engines


def rendered(text: str, **values: object) -> str:
    return str(engines["django"].from_string(text).render(values))


def test_an_address_has_the_arguments_of_its_own_page() -> None:
    address = "{% url 'issuance:list_detail' handle pk %}"
    for pk in (7, 1_234_567, 7):
        assert rendered(address, handle="harbor-grill", pk=pk) == f"/m/harbor-grill/lists/{pk}/"
    assert rendered(address, handle="sunny", pk=7) == "/m/sunny/lists/7/"


def test_an_address_can_be_kept_for_later() -> None:
    assert rendered("{% url 'issuance:home' 'sunny' as home %}[{{ home }}]") == "[/m/sunny/]"


def test_icons_are_drawn_in_their_size() -> None:
    assert 'width="17"' in rendered('{% load heroicons %}{% heroicon_mini "gift" size=17 %}')
    assert 'width="20"' in rendered('{% load heroicons %}{% heroicon_mini "gift" %}')


def test_an_icon_that_would_differ_from_page_to_page_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="Icons have"):
        rendered("{% load heroicons %}{% heroicon_mini name %}")
