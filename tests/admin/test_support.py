"""What merchants ask support is answered in three clicks from the home page of the admin: docs/support.md, walked."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.issuance.hooks.tools import UNHAPPY, Tool
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
HOME = "/admin/"
GUEST = "guest1@example.com"
MOST_CLICKS = 3


class Page(HTMLParser):
    """The links of a page with their words, its forms with their fields, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[dict[str, Any]] = []
        self.text, self._link = "", ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "a":
            self._link = has.get("href") or ""
            self.links.append((self._link, ""))
        elif tag == "form":
            self.forms.append({"action": has.get("action") or "", "fields": {}, "button": ""})
        elif tag == "input" and self.forms:
            if has.get("type") == "submit":
                self.forms[-1]["button"] = has.get("value") or ""
            elif has.get("name"):
                self.forms[-1]["fields"][has["name"]] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._link = "" if tag == "a" else self._link

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if self._link:
            self.links[-1] = (self._link, f"{self.links[-1][1]} {data}".strip())


class Staff:
    """Somebody of support at the home page, who only follows links and presses buttons."""

    def __init__(self, browser: Client) -> None:
        self.browser, self.clicks = browser, 0
        self.page = Page(browser.get(HOME).content.decode())

    def click(self, words: str) -> Staff:
        found = [url for url, text in self.page.links if re.search(words, " ".join(text.split()))]
        assert found, f"No link says “{words}”."
        return self._arrive(self.browser.get(found[0], follow=True))

    def press(self, button: str, **typed: str) -> Staff:
        form = next(form for form in self.page.forms if form["button"] == button)
        return self._arrive(self.browser.post(form["action"], form["fields"] | typed, follow=True))

    def find(self, words: str) -> Staff:
        return self.press("Find", words=words)

    def reads(self, *sentences: str) -> None:
        assert self.clicks <= MOST_CLICKS
        for sentence in sentences:
            assert re.search(sentence, self.page.text), f"“{sentence}” isn’t said: {self.page.text[:3000]}"

    def _arrive(self, answer: Any) -> Staff:
        assert answer.status_code == 200
        self.clicks += 1
        self.page = Page(answer.content.decode())
        return self


@pytest.fixture
def june(finished: GuestList, sid: User, abe: User) -> GuestList:
    """A finished list with a name of its own, that somebody launched and somebody else approved."""
    GuestList.objects.filter(pk=finished.pk).update(name="June wave", launched_by=sid, approved_by=abe)
    finished.refresh_from_db()
    return finished


@pytest.fixture
def at_home(june: GuestList, sam: User, client_of: Callable[[User], Client]) -> Staff:
    return Staff(client_of(sam))


def test_where_is_this_guest(at_home: Staff) -> None:
    at_home.find(GUEST).reads(r"Guest g•+.*@", r"Harbor Grill June wave \(Win-back June\) 2 (Arm [AB]: .+|Control) \w+")


def test_what_did_this_guest_get(at_home: Staff, june: GuestList) -> None:
    guest = june.guests.filter(outcome="rewarded")[0]
    assert guest.variant.reward_template
    reward = f"{guest.variant.name}: {guest.variant.reward_template.name} Rewarded"
    at_home.find(guest.value).reads(re.escape(reward))


def test_did_it_arrive(at_home: Staff, june: GuestList) -> None:
    guest = june.guests.filter(outcome="rewarded")[0]
    assert guest.job
    at_home.find(guest.value).click(f"^{guest.job.number}$").reads(r"Thanx says “completed”", r"Webhooks (none|\d)")


def test_why_are_there_fewer(at_home: Staff, june: GuestList) -> None:
    answer = at_home.find("June wave")
    answer.reads(rf"Who got nothing, and why: with {june.rewarded_count} rewarded, all of its rows")
    answer.reads(rf"{june.control_count} Control, which gets nothing")
    answer.press("See who, masked").reads("You are looking at Harbor Grill as partner staff", r"•")


def test_who_sent_this(at_home: Staff) -> None:
    at_home.find("June wave").reads("Launched by: Sid")


def test_who_approved_it(at_home: Staff) -> None:
    at_home.find("June wave").reads("Approved by: Abe")


def test_can_we_undo_it(at_home: Staff, june: GuestList) -> None:
    answer = at_home.find("June wave").click("The wrong list was sent")
    answer.reads(rf"You are about to take back {june.rewarded_count} rewards", "These are all the jobs of this list")


def test_why_does_it_wait(
    one_arm: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    world: World,
    sam: User,
    client_of: Callable[[User], Client],
) -> None:
    waiting = launched(one_arm, "a@example.com")
    GuestList.objects.filter(pk=waiting.pk).update(name="July wave")
    world.advance(1)
    world.work(1)
    assert waiting.jobs.get().state in ("ready", "accepted")
    Staff(client_of(sam)).find("July wave").click("^Open ").reads(r"Next A worker (sends it|asks Thanx)")


def test_why_did_an_event_reward_nobody(
    one_arm: Campaign, ana: User, sam: User, client_of: Callable[[User], Client]
) -> None:
    Tool(one_arm, ana, mapped=False).send(UNHAPPY)
    answer = Staff(client_of(sam)).click("^Hooks$").click("^Survey hook$").click("^What came$")
    answer.reads("waits The hook doesn’t say yet which field holds the guest")


def test_is_thanx_slow(at_home: Staff) -> None:
    at_home.reads(r"Thanx answers in \d+\.\d s on average; 0 of \d+ requests failed in 15 minutes")
    at_home.click("^API requests$").reads("Milliseconds|Took")


def test_is_the_portal_healthy(at_home: Staff) -> None:
    at_home.reads("Sending allowed", "Workers that send", "Needs you")


def test_the_page_on_support_names_as_many_questions_as_are_walked_here() -> None:
    text = Path(settings.BASE_DIR, "docs", "support.md").read_text("utf-8")
    walked = [name for name in globals() if name.startswith("test_") and "page_on_support" not in name]
    assert len(re.findall(r"^\| .+\? \|", text, re.MULTILINE)) == len(walked) == 11
