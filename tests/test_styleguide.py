"""The page for whoever builds the next page."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from thanxportal.accounts.models import User


def test_nobody_finds_it_in_production(ana: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(ana).get("/_styleguide/").status_code == 404


def test_it_shows_every_component(ana: User, client_of: Callable[[User], Client], settings: Any) -> None:
    settings.DEBUG = True
    page = client_of(ana).get("/_styleguide/").content.decode()
    for piece in ("ledger", "badge warn", "notice bad", "strip many", "steps", "tabs", "tile", "toast",
                  "dropzone", "reward gone", "timeline", "bar waiting", "empty", "dock"):  # fmt: skip
        assert f'class="{piece}' in page, piece
    assert "<b>№" not in page
