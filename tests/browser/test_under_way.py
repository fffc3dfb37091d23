"""While an answer is under way, people go on: nothing that they press or type in the builder is lost or misread."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from campaigns.models import Campaign
from tests import cast
from thanxportal.accounts.models import Merchant, User


class Slow:
    """The way to a server that answers a post only when it is told to."""

    def __init__(self, page: Page) -> None:
        self.page, self.held, self.sent, self.patient = page, list[Route](), list[str](), True
        page.route("**/campaigns/**", self._take)

    def _take(self, route: Route) -> None:
        if route.request.method == "POST":
            self.sent.append(route.request.post_data or "")
            if self.patient:
                return self.held.append(route)
        return route.continue_()

    def answer(self) -> None:
        while not self.held:
            self.page.wait_for_timeout(20)
        self.held.pop(0).continue_()

    def answer_all(self) -> None:
        """Answers at once what waits and what is still to come."""
        self.patient = False
        while self.held:
            self.held.pop(0).continue_()


@pytest.fixture
def draft(harbor: Merchant) -> Campaign:
    """Three arms, one of them Control."""
    return cast.draft_campaign(harbor)


@pytest.fixture
def page(draft: Campaign, ana: User, page_of: Callable[..., Page]) -> Page:
    page = page_of(ana)
    page.goto(f"/m/harbor-grill/campaigns/{draft.pk}/edit/")
    return page


def shares(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator("input[name$=-weight]").all()]


def test_a_save_in_passing_presses_no_button_that_has_the_focus(page: Page, draft: Campaign) -> None:
    slow = Slow(page)
    page.get_by_label("Name", exact=True).fill("Win-back July")
    page.get_by_role("button", name="Remove arm 1").focus()
    slow.answer()
    expect(page.locator("#saved .badge.ok")).to_be_visible()
    assert ["act=" in one for one in slow.sent] == [False]
    assert draft.variants.count() == 3


def test_an_open_choice_of_rewards_stays_while_the_name_is_saved(page: Page) -> None:
    slow = Slow(page)
    page.get_by_label("Name", exact=True).fill("Win-back July")
    page.get_by_role("button", name="Change for arm 1").click()
    reward = page.locator("#choices-0 .reward").last
    reward.hover()
    slow.answer()  # the save in passing
    expect(page.locator("#saved .badge.ok")).to_be_visible()
    reward.click()
    page.get_by_role("button", name="Split evenly").click()
    slow.answer_all()
    expect(page.locator("#choices-0")).to_have_count(0)
    expect(page.locator("input[name=arm2-weight]")).to_have_value("33")


def test_a_button_that_the_answer_replaces_is_pressed_all_the_same(page: Page) -> None:
    slow = Slow(page)
    page.get_by_role("button", name="Remove arm 1").click()
    page.get_by_role("button", name="Remove Control").click()
    page.get_by_role("button", name="Add an arm").click()
    slow.answer()
    expect(page.locator(".arm-row")).to_have_count(2)
    slow.answer_all()
    expect(page.get_by_role("button", name="Choose a reward for arm 2")).to_be_visible()
    expect(page.locator(".arm-row")).to_have_count(2)
    expect(page.get_by_role("button", name="Remove Control")).to_have_count(0)


def test_what_is_typed_into_an_arm_stays_with_it_when_another_is_removed(page: Page, draft: Campaign) -> None:
    slow = Slow(page)
    page.get_by_role("button", name="Remove arm 1").click()
    page.locator("input[name=arm1-name]").fill("Seco")
    slow.answer()
    expect(page.locator(".arm-row")).to_have_count(2)
    expect(page.locator("input[name=arm0-name]")).to_be_focused()
    page.keyboard.type("nd")
    slow.answer_all()
    expect(page.locator("input[name=arm0-name]")).to_have_value("Second")
    expect(page.locator("#saved .badge.ok")).to_be_visible()
    expect(page.locator("#summary")).to_contain_text("Second")
    assert [arm.name for arm in draft.variants.all()] == ["Second", "Control"]


def test_a_press_that_a_swap_interrupts_counts(page: Page) -> None:
    slow = Slow(page)
    page.get_by_role("button", name="Change for arm 1").click()
    page.locator("#choices-0 .reward").first.click()
    page.get_by_role("button", name="Add an arm").hover()
    page.mouse.down()
    slow.answer()
    expect(page.locator("#choices-0")).to_have_count(0)  # and everything below has moved up
    page.mouse.up()
    slow.answer_all()
    expect(page.locator(".arm-row")).to_have_count(4)


def test_dates_typed_after_a_preset_are_kept(page: Page) -> None:
    slow = Slow(page)
    page.get_by_role("button", name="Now, for two weeks").click()
    page.get_by_label("Ends").fill("2031-03-14T03:30")
    slow.answer_all()
    expect(page.locator("#time-line")).to_contain_text("2031")
    expect(page.get_by_label("Ends")).to_have_value("2031-03-14T03:30")
