"""A list's pages, forms and downloads as a browser asks for them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from issuance.models import GuestList
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]


def address(name: str, guest_list: GuestList) -> str:
    return reverse(f"issuance:{name}", args=[guest_list.merchant.handle, guest_list.pk])


def page(browser: Client, guest_list: GuestList, query: str = "", *, name: str = "list_detail") -> str:
    answer = browser.get(address(name, guest_list) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def poll(browser: Client, guest_list: GuestList) -> str:
    """The part of a list's page that changes, as a page asks for it again."""
    answer = browser.get(address("list_progress", guest_list), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def post(browser: Client, name: str, guest_list: GuestList, **data: Any) -> str:
    """Sends a form, and gives the page on which that ends."""
    return browser.post(address(name, guest_list), data, follow=True).content.decode()


# The page on which each act is decided, and the name in its context of what its form carries as seen.
DECIDED_ON = {
    "list_launch": ("list_review", "seen"),
    "list_approve": ("list_approval", "seen"),
    "list_continue": ("list_detail", "seen_rest"),
    "list_retry": ("list_detail", "seen_refused"),
    "list_send_unsent": ("list_detail", "seen_unsent"),
}


def looked_at(browser: Client, act: str, guest_list: GuestList) -> dict[str, str]:
    """Looks at the page of an act, and gives what its form carries as seen."""
    name, seen = DECIDED_ON[act]
    answer: Any = browser.get(address(name, guest_list))
    return {"seen": answer.context[seen]} if answer.context and seen in answer.context else {}


def rows_in(html: str) -> list[int]:
    """The numbers of the rows that a page shows."""
    return [int(number) for number in re.findall(r'data-label="Row in file">(\d+)<', html)]


def downloaded(browser: Client, guest_list: GuestList, name: str = "bad_rows") -> list[list[str]]:
    """The header and the rows of a download."""
    answer: Any = browser.get(address(name, guest_list))
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))


def as_csv(rows: list[list[str]]) -> SimpleUploadedFile:
    """Rows as a file that a spreadsheet of another country saved."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return SimpleUploadedFile("repaired.csv", text.getvalue().encode("utf-16"))
