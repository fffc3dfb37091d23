"""Bringing guests: only where they are taken, and never in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.importing.new_list import create_list
from issuance.models import GuestList, GuestListQuerySet
from tests.issuance.factories import published_campaign
from thanxportal.accounts.models import Merchant, User

ClientOf = Callable[[User], Client]
TOKEN = "0d7b1e8e-2a51-4f5c-9d7e-6a3b1c2d4e5f"


@pytest.fixture
def open_campaign(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


def address(campaign: Campaign) -> str:
    return reverse("issuance:list_new", args=["harbor-grill", campaign.pk])


def file(content: bytes, name: str = "june.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")


def refused(answer: Any, sentence: str) -> None:
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not GuestList.objects.exists()


@pytest.mark.parametrize("state", ["draft", "publishing", "refused"])
def test_a_campaign_that_is_not_published_says_what_to_do_first(
    state: str, harbor: Merchant, bea: User, client_of: ClientOf
) -> None:
    campaign = published_campaign(harbor, state=state)
    browser = client_of(bea)
    html = browser.get(address(campaign)).content.decode()
    assert "This campaign isn’t published yet." in html
    assert 'type="file"' not in html
    browser.post(address(campaign), {"name": "June", "pasted": "a@example.org"})
    assert not GuestList.objects.exists()


def test_a_campaign_that_has_ended_takes_no_guests(harbor: Merchant, bea: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor, end_at=timezone.now() - timedelta(days=1))
    browser = client_of(bea)
    assert "This campaign has ended" in browser.get(address(campaign)).content.decode()
    browser.post(address(campaign), {"name": "June", "pasted": "a@example.org"})
    assert not GuestList.objects.exists()


def test_nothing_at_all_is_answered_with_what_to_do(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    refused(client_of(bea).post(address(open_campaign), {"name": "June"}), "Choose a file or paste your guests.")


def test_an_empty_file_is_said_to_be_empty(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    refused(client_of(bea).post(address(open_campaign), {"name": "June", "file": file(b"")}), "This file is empty.")


def test_a_file_that_is_too_large_is_told_the_limit(
    open_campaign: Campaign, bea: User, client_of: ClientOf, settings: Any
) -> None:
    settings.MAX_LIST_BYTES = 10
    answer = client_of(bea).post(address(open_campaign), {"name": "June", "file": file(b"email\na@example.org\n")})
    refused(answer, "Split it into several lists.")


def test_a_file_and_pasted_guests_together_are_refused(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    data = {"name": "June", "file": file(b"email\na@example.org\n"), "pasted": "b@example.org"}
    refused(client_of(bea).post(address(open_campaign), data), "not both")


def test_too_much_text_is_refused_by_its_bytes_and_kept(
    open_campaign: Campaign, bea: User, client_of: ClientOf, settings: Any
) -> None:
    settings.MAX_PASTED_BYTES = 20
    answer = client_of(bea).post(address(open_campaign), {"name": "June", "pasted": "ééééé@bücher.de x"})
    refused(answer, "can be pasted at once")
    assert "ééééé@bücher.de x" in answer.content.decode()
    assert "There is nothing to read yet" not in answer.content.decode()
    assert "maxlength" not in answer.content.decode().partition("<textarea")[2].partition(">")[0]


def test_a_text_larger_than_what_django_allows_by_default_is_answered(
    open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    refused(client_of(bea).post(address(open_campaign), {"name": "June", "pasted": "é" * 1_500_000}), "in parts")


def test_what_was_typed_is_still_there_after_a_refusal(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    html = client_of(bea).post(address(open_campaign), {"name": "<b>June</b>"}).content.decode()
    assert 'value="&lt;b&gt;June&lt;/b&gt;"' in html


def test_the_name_is_proposed(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    assert 'value="Win-back June, Jun 1"' in client_of(bea).get(address(open_campaign)).content.decode()


@pytest.mark.parametrize("kind", ["file", "pasted"])
def test_a_list_is_kept_with_its_owner_and_opens_at_its_own_address(
    kind: str, open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    content: Any = file(b"email\na@example.org\n") if kind == "file" else "a@example.org, b@example.org"
    answer = client_of(bea).post(address(open_campaign), {"name": "June", kind: content})
    made = GuestList.objects.get()
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", made.pk])
    assert (made.merchant, made.campaign, made.created_by) == (open_campaign.merchant, open_campaign, bea)
    assert made.pasted is (kind == "pasted")
    assert made.bytes_total > 10


@pytest.mark.parametrize(("name", "what"), [("list.pdf", "a PDF document"), ("IMG_1.HEIC", "a picture")])
def test_a_file_that_is_no_table_is_told_apart_by_its_name(
    name: str, what: str, open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    refused(client_of(bea).post(address(open_campaign), {"name": "June", "file": file(b"x", name)}), f"This is {what}.")


def test_a_look_at_pasted_text_says_what_is_taken_and_what_is_left_and_stores_nothing(
    open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    text = "Hi <b>all</b>,\nAnn <ann@example.com>, (202) 555-0142 or bob@example.com\nSee you on 3 June!\nx@y"
    html = client_of(bea).post(address(open_campaign), {"look": 1, "name": "June", "pasted": text}).content.decode()
    assert "3 guests found" in html
    assert "and 1 that needs a look" in html
    assert "2 pieces of text without a guest left over" in html
    assert "1 to look at once the list is read" in html
    assert "<bdi>x@y</bdi>" in html
    assert "Hi &lt;b&gt;all&lt;/b&gt;," in html
    assert 'value="June"' in html
    assert "See you on 3 June!</textarea>" not in html
    assert not GuestList.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [("no guests here", "notice warn"), ("", 'role="status"'), ("a@b.example\n" * 30_000, "At least")],
)
def test_a_look_at_any_text_is_answered(
    text: str, words: str, open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address(open_campaign), {"look": 1, "pasted": text})
    assert answer.status_code == 200
    assert words in answer.content.decode()


def send_twice(browser: Client, campaign: Campaign, first: dict[str, Any], **changed: Any) -> None:
    for form in (first, first | changed):
        assert browser.post(address(campaign), form).status_code == 302


@pytest.mark.parametrize("pasted", [True, False])
def test_a_form_sent_twice_brings_one_list(
    pasted: bool, open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    def form() -> dict[str, Any]:
        guests = {"pasted": "a@example.com"} if pasted else {"file": file(b"Email\na@example.com\n")}
        return {"name": "June", "token": TOKEN} | guests

    browser = client_of(bea)
    first, second = (browser.post(address(open_campaign), form())["Location"] for _ in range(2))
    assert first == second
    assert GuestList.objects.count() == 1
    assert len(list(Path(settings.MEDIA_ROOT).rglob("*.*"))) == 1


def test_other_guests_or_another_form_bring_another_list(
    open_campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    """As by somebody who goes back, and chooses another file or brings the same guests once more."""
    form = {"name": "June", "token": TOKEN, "pasted": "a@example.com"}
    other = str(uuid4())
    send_twice(client_of(bea), open_campaign, form, pasted="b@example.com")
    send_twice(client_of(bea), open_campaign, form, token=other)
    assert GuestList.objects.count() == 3


def test_who_is_slower_by_a_moment_gets_the_list_of_the_first(
    open_campaign: Campaign, bea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both had looked before either was there."""
    content, token = "a@example.com", UUID(TOKEN)
    first = create_list(campaign=open_campaign, name="June", content=content, actor=bea, token=token)
    monkeypatch.setattr(GuestListQuerySet, "first", lambda lists: None)
    second = create_list(campaign=open_campaign, name="June", content=content, actor=bea, token=token)
    assert second == first
    assert len(list(Path(settings.MEDIA_ROOT).rglob("*.*"))) == 1, "the second file is gone"


def test_lists_of_one_day_have_different_names(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    browser, names = client_of(bea), []
    for number in range(3):
        proposed = browser.get(address(open_campaign)).context["form"]["name"].value()
        names.append(proposed)
        browser.post(address(open_campaign), {"name": proposed, "pasted": f"a{number}@example.com"})
    assert names[1:] == [f"{names[0]}, 2", f"{names[0]}, 3"]
