"""Building a campaign in a browser: it saves itself, its buttons work without JavaScript, and it fits a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, Location, Reading
from tests import cast
from thanxportal.accounts.models import Merchant, Role, User


def shares(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator("input[name$=-weight]").all()]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_draft_saves_itself_while_it_is_typed(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], width: int
) -> None:
    page = page_of(ana, width=width)
    page.goto("/m/harbor-grill/campaigns/new/")
    page.get_by_label("Name", exact=True).type("Win-back June")
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#announcer")).to_contain_text("Saved")
    draft = Campaign.objects.get()
    expect(page).to_have_url(f"{page.url.split('/m/')[0]}/m/harbor-grill/campaigns/{draft.pk}/edit/")
    page.get_by_role("button", name="Now, for two weeks").click()
    expect(page.locator("#time-line rect.run")).to_be_visible()
    page.get_by_role("button", name="Choose a reward").click()
    expect(page.get_by_label("Find a reward")).to_be_focused()
    page.locator("#choices-0 .reward").first.click()
    expect(page.get_by_role("button", name="Change for arm 1")).to_be_focused()
    page.get_by_label("How many guests").fill("9347")
    page.get_by_role("button", name="Add Control").click()
    expect(page.locator("#split tfoot")).to_contain_text("9,347")
    page.locator("input[name=arm0-weight]").fill("80")
    page.keyboard.press("Tab")
    expect(page.locator("#split")).to_contain_text("1,869")
    assert shares(page) == ["80", "20"]
    page.locator("input[name=end_at]").fill("2027-03-14T02:30")
    expect(page.locator("#saved")).to_contain_text("there is no 2:30 AM")
    page.locator("input[name=end_at]").fill("2027-03-14T03:30")
    page.locator("input[name=redeemable_to]").fill("2027-04-14T03:30")
    expect(page.locator("#saved .badge")).to_contain_text("Saved")
    page.get_by_role("button", name="Review and publish").click()
    expect(page.get_by_role("button", name="Publish the campaign")).to_be_visible()
    draft.refresh_from_db()
    assert [(one.weight, one.is_control) for one in draft.variants.all()] == [(80, False), (20, True)]
    assert Campaign.objects.count() == 1


def test_a_click_or_a_word_right_after_another_act_is_not_lost(
    harbor: Merchant, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto("/m/harbor-grill/campaigns/new/")
    page.get_by_label("Name", exact=True).fill("Win-back June")
    page.get_by_role("button", name="Add Control").click()
    expect(page.locator("input[name=arm1-weight]")).to_have_value("10")
    page.locator("input[name=arm1-weight]").fill("20")
    page.get_by_role("button", name="Add an arm").click()  # The share is on its way when this is clicked.
    page.get_by_label("Objective").type("Bring guests back")
    expect(page.locator(".arm-row")).to_have_count(3)
    expect(page.get_by_label("Objective")).to_have_value("Bring guests back")
    page.get_by_role("button", name="Now, for two weeks").click()
    page.get_by_label("Fine print").type("One per guest.")
    page.get_by_role("button", name="Choose a reward for arm 1").click()
    expect(page.locator("#q-0")).to_be_visible()
    expect(page.locator("input[name=end_at]")).not_to_have_value("")
    expect(page.get_by_label("Fine print")).to_have_value("One per guest.")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_same_campaign_is_built_without_javascript(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], width: int
) -> None:
    page = page_of(ana, width=width, javascript=False)
    page.goto("/m/harbor-grill/campaigns/new/")
    page.get_by_label("Name", exact=True).fill("Win-back June")
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.get_by_role("button", name="Now, for two weeks").click()
    page.get_by_role("button", name="Choose a reward").click()
    page.locator("#choices-0 .reward").first.click()
    page.get_by_role("button", name="Add Control").click()
    page.locator("input[name=arm0-weight]").fill("80")
    page.get_by_label("Lock the share of arm 1").check()
    page.get_by_role("button", name="Make it 100%").first.click()
    assert shares(page) == ["80", "20"]
    page.get_by_role("button", name="Review and publish").click()
    expect(page.get_by_role("button", name="Publish the campaign")).to_be_visible()
    assert Campaign.objects.count() == 1


def test_how_many_rewards_were_found_is_told_to_those_who_listen(
    harbor: Merchant, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto("/m/harbor-grill/campaigns/new/")
    page.get_by_label("Name", exact=True).fill("Win-back June")
    expect(page.locator("#announcer")).to_contain_text("Saved")
    page.get_by_role("button", name="Choose a reward").click()
    expect(page.locator("#announcer")).to_have_text("2 rewards")
    page.locator("#q-0").fill("zzz")
    expect(page.locator("#announcer")).to_have_text("0 rewards")


def test_refreshed_rewards_appear_by_themselves_and_keep_the_search(
    harbor: Merchant, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto("/m/harbor-grill/rewards/")
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("Getting the latest from Thanx.")).to_be_visible()
    page.get_by_label("Find a reward").fill("new")
    expect(page.get_by_text("No reward matches")).to_be_visible()
    harbor.reward_templates.create(thanx_id="new", name="Brand new", seen_at=timezone.now())
    Reading.objects.update(read_at=timezone.now())
    expect(page.get_by_text("Brand new")).to_be_visible()
    expect(page.get_by_text("Getting the latest from Thanx.")).to_have_count(0)


def test_a_location_is_put_into_the_fine_print_beside_what_was_typed(
    harbor: Merchant, ana: User, page_of: Callable[..., Page]
) -> None:
    Location.objects.create(merchant=harbor, thanx_id="loc1", name="Downtown", seen_at=timezone.now())
    page = page_of(ana)
    page.goto("/m/harbor-grill/campaigns/new/")
    page.get_by_label("Name", exact=True).fill("Win-back June")
    page.get_by_label("Fine print").fill("One per guest.")
    page.get_by_text("Limit it to a location").click()
    page.get_by_role("button", name="Downtown").click()
    expect(page.get_by_label("Fine print")).to_have_value("One per guest.\nOnly at Downtown.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Win-back June")
    expect(page.locator("#saved")).to_contain_text("Saved")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_in_a_builder_at_work(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], scheme: str, width: int
) -> None:
    page = page_of(ana, scheme=scheme, width=width)
    page.goto("/m/harbor-grill/campaigns/new/")
    for button in ("Add an arm", "Add Control", "All of next month"):
        page.get_by_role("button", name=button).click()
        expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_role("button", name="Choose a reward for arm 1").click()
    expect(page.get_by_label("Find a reward")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Give the campaign a name")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.fixture
def draft(harbor: Merchant) -> Campaign:
    return cast.draft_campaign(harbor)


def only(complaints: list[str], expected: str) -> None:
    """What the browser's console says of a request that was meant to fail."""
    assert all(expected in complaint or complaint.startswith("htmx:") for complaint in complaints)
    complaints.clear()


def opened(page: Page, draft: Campaign) -> Page:
    page.goto(f"/m/harbor-grill/campaigns/{draft.pk}/edit/")
    return page


def test_a_second_tab_overwrites_nothing_and_can_take_over(
    draft: Campaign, ana: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    first, second = opened(page_of(ana), draft), opened(page_of(ana), draft)
    first.get_by_label("Name", exact=True).fill("From the first tab")
    expect(first.locator("#saved .badge.ok")).to_be_visible()
    second.get_by_label("Objective").fill("From the second tab")
    expect(second.locator("#saved")).to_contain_text("Not saved: this draft was changed")
    expect(second.locator("#saved")).to_contain_text("is “From the first tab” now")
    expect(second.get_by_label("Objective")).to_have_value("From the second tab")
    draft.refresh_from_db()
    assert (draft.name, draft.objective) == ("From the first tab", "Bring guests back")
    second.get_by_role("button", name="Save what I typed").click()
    expect(second.locator("#saved .badge.ok")).to_be_visible()
    second.get_by_label("Objective").fill("And typed on")
    expect(second.locator("#saved .badge.ok")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.name, draft.objective) == ("Win-back June", "And typed on")
    only(complaints, "409")


def test_nothing_looks_saved_while_the_way_to_the_portal_is_gone(
    draft: Campaign, ana: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    page = opened(page_of(ana), draft)
    page.context.set_offline(True)
    page.get_by_label("Name", exact=True).fill("Typed on a train")
    expect(page.locator("[data-unsaved]")).to_contain_text("Not saved: you are offline.")
    expect(page.locator("#saved .badge.ok")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("#saved .badge.ok")).to_be_visible()
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    draft.refresh_from_db()
    assert draft.name == "Typed on a train"
    only(complaints, "ERR_INTERNET_DISCONNECTED")


def test_a_refusal_is_said_beside_the_fields(
    draft: Campaign, ana: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    page = opened(page_of(ana), draft)
    ana.memberships.update(role=Role.VIEWER)
    page.get_by_label("Name", exact=True).fill("Not mine any more")
    expect(page.locator("[data-unsaved]")).to_contain_text("Not saved: your role doesn’t allow it any more.")
    expect(page.locator("#saved .badge.ok")).to_be_hidden()
    only(complaints, "403")


def test_a_reload_loses_nothing_that_could_not_be_saved(
    draft: Campaign, ana: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    page = opened(page_of(ana), draft)
    page.route("**/edit/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Fine print").fill("Typed and not saved")
    expect(page.locator("[data-unsaved]")).to_contain_text("Not saved: the portal can’t be reached.")
    page.reload()
    expect(page.get_by_label("Fine print")).to_have_value("Typed and not saved")
    page.unroute("**/edit/")
    page.get_by_label("Name", exact=True).fill("And it goes on")
    expect(page.locator("#saved .badge.ok")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.name, draft.fine_print) == ("And it goes on", "Typed and not saved")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('kept:'))") == []
    only(complaints, "ERR_FAILED")
