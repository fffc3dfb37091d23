"""The addresses of the pages that show exactly some rows of a list."""

from __future__ import annotations

from urllib.parse import urlencode

from issuance.models import GuestList
from thanxportal.remembered import address_of


def guests_url(guest_list: GuestList, **filters: object) -> str:
    """The grid with exactly the rows that the filters name; empty filters are left out."""
    return _page("issuance:guests", guest_list, filters)


def reveal_url(guest_list: GuestList, **filters: object) -> str:
    """Where a POST shows such rows in full."""
    return _page("issuance:reveal", guest_list, filters)


def check_url(guest_list: GuestList, **query: object) -> str:
    """The check page at one bucket and one place in it; empty values are left out."""
    return _page("issuance:list_detail", guest_list, query)


def _page(name: str, guest_list: GuestList, query: dict[str, object]) -> str:
    url = address_of(name, guest_list.merchant.handle, guest_list.pk)
    kept = urlencode({key: value for key, value in query.items() if value})
    return f"{url}?{kept}" if kept else url
