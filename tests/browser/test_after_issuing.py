"""Review, progress, guests, retry and one guest in a browser: with JavaScript, without it, and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.launching.launch import launch_list
from issuance.models import Guest, GuestList
from tests.issuance.factories import read_file
from thanxportal.accounts.models import Activity, User

WAYS = pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (True, 390), (False, 390)])
STORES = ("Boston", "Austin")
ROWS = [f"Guest {n},{'refused' if n < 3 else 'guest'}{n}@example.com,{STORES[n % 2]}" for n in range(8)]
FILE = "\n".join(["Name,Email,Store", *ROWS])


def until(page: Page, work: Callable[[], None], made: GuestList, state: str) -> None:
    """Works as a worker would, in real time, until the list is there."""
    for _ in range(60):
        work()
        made.refresh_from_db()
        if made.state == state:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"The list is {made.state}.")


@WAYS
def test_a_list_is_cut_by_store_issued_and_its_refused_guests_are_corrected_and_retried(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], work: Callable[[], None], javascript: bool, width: int
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    page = page_of(ana, width=width, javascript=javascript)
    page.goto(f"/m/harbor-grill/lists/{made.pk}/review/")
    page.get_by_label("Jobs by a column").check()
    if javascript:
        expect(page.get_by_text("two different values of")).to_be_visible()
        page.get_by_label("Which column").select_option("Store")
    else:
        page.get_by_label("Which column").select_option("Store")
        page.get_by_role("button", name="Split it this way").click()
    expect(page.get_by_text("values of “Store”")).to_be_visible()
    page.get_by_role("button", name="Issue 8 rewards").click()
    until(page, work, made, "finished")
    wrong = Guest.objects.filter(guest_list=made, outcome="refused")
    assert wrong.update(reason="USER_EMAIL_INVALID") == made.refused_count == 3
    page.reload()
    expect(page.get_by_text("All 8 rows are accounted for.")).to_be_visible()
    page.get_by_role("button", name="Retry 3 refused guests").click()

    expect(page.get_by_role("heading", name="Correct and retry")).to_be_visible()
    page.get_by_label("New email or phone of row 2").fill("nobody@")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There is nothing after the @ sign.")).to_be_visible()
    page.get_by_label("New email or phone of row 2").fill("good@example.com")
    page.get_by_role("button", name="Leave out row 4").click()
    expect(page.get_by_text("Corrected, was")).to_be_visible()
    page.get_by_role("button", name="Continue with 2 guests").click()
    page.get_by_role("button", name="Issue 2 rewards").click()
    child = GuestList.objects.get(parent=made)
    until(page, work, child, "finished")
    page.reload()
    page.get_by_role("link", name="Every guest counted once").click()
    expect(page.locator(".ledger")).to_contain_text("6")
    assert child.rewarded_count == 1


@WAYS
def test_a_guest_is_searched_and_shown_in_full_and_the_log_says_so(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], javascript: bool, width: int
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    page = page_of(ana, width=width, javascript=javascript)
    page.goto(f"/m/harbor-grill/lists/{made.pk}/guests/")
    expect(page.get_by_text("guest5@example.com")).to_have_count(0)
    page.get_by_role("searchbox").fill("GUEST5@")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("button", name="Show row 7 in full").click()
    expect(page.get_by_text("guest5@example.com")).to_be_visible()
    assert "Looked at row 7" in Activity.objects.order_by("-pk")[0].sentence


@WAYS
def test_one_guest_is_rewarded_and_the_page_tells_when(
    one_arm: Campaign, sid: User, page_of: Callable[..., Page], work: Callable[[], None], javascript: bool, width: int
) -> None:
    page = page_of(sid, width=width, javascript=javascript)
    page.goto("/m/harbor-grill/guest/")
    page.get_by_label("Email or phone of the guest").fill("(202) 555-0142")
    page.get_by_label("Anything to remember").fill("table 4")
    page.get_by_role("button", name="Reward this guest").click()
    expect(page.get_by_role("heading", name="On its way")).to_be_visible()
    made = GuestList.objects.get()
    until(page, work, made, "finished")
    if not javascript:
        page.reload()
    expect(page.get_by_role("heading", name="Rewarded")).to_be_visible()
    expect(page).to_have_title("Rewarded · One guest: A long wait: table 4 · Harbor Grill · Thanx Portal")


def test_a_running_page_tells_its_progress_and_ends_by_itself(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], work: Callable[[], None]
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    page = page_of(ana)
    page.goto(f"/m/harbor-grill/lists/{made.pk}/")
    until(page, work, made, "finished")
    expect(page.locator("#announcer")).to_have_text("Finished. 5 rewarded, 3 refused.")
    expect(page).to_have_title("Finished · June guests · Harbor Grill · Thanx Portal")
    assert page.locator("#progress[data-poll]").count() == 0


def test_a_page_that_nobody_sees_asks_nothing(one_arm: Campaign, ana: User, page_of: Callable[..., Page]) -> None:
    made = read_file(one_arm, FILE, by=ana)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana, hold=True)
    page = page_of(ana)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
    with page.expect_request("**/progress/**"):
        page.goto(f"/m/harbor-grill/lists/{made.pk}/")
    seen = len(asked)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    page.wait_for_timeout(2_500)
    assert len(asked) <= seen + 1


def test_the_dock_is_asked_for_once_and_ends_with_the_list(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], work: Callable[[], None]
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    page = page_of(ana)
    asked: list[float] = []
    page.on("request", lambda request: asked.append(monotonic()) if "/dock/" in request.url else None)
    began = monotonic()
    with page.expect_request("**/dock/**"):
        page.goto(f"/m/harbor-grill/lists/{made.pk}/")
    page.wait_for_timeout(5_500)
    # Every 5 seconds, and once for the page's news; twice as often if the menu of small windows asked as well.
    assert len(asked) <= 2 + (monotonic() - began) // 5
    until(page, work, made, "finished")
    expect(page.locator("#announcer")).to_have_text("Finished. 5 rewarded, 3 refused.")
    expect(page.locator(".side .dock")).to_have_count(0)


def test_home_shows_how_a_running_list_moves_and_what_it_came_to(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], work: Callable[[], None]
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    page = page_of(ana)
    page.goto("/m/harbor-grill/")
    expect(page.locator("#running-now")).to_contain_text("8 guests wait for the start")
    until(page, work, made, "finished")
    Guest.objects.filter(guest_list=made, outcome="refused").update(reason="USER_EMAIL_INVALID")
    expect(page.get_by_text("Nothing is being read or issued right now.")).to_be_visible()
    expect(page.get_by_text("3 refused guests of “June guests” can be corrected and sent again.").first).to_be_visible()


def test_another_way_to_cut_a_list_keeps_the_typed_count_and_the_focus(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuance.forms.launching.TYPE_THE_COUNT_ABOVE", 2)
    made = read_file(one_arm, FILE, by=ana)
    page = page_of(ana)
    page.goto(f"/m/harbor-grill/lists/{made.pk}/review/")
    count = page.get_by_label("Type 8 to confirm")
    count.fill("8")
    page.get_by_label("Jobs by a column").focus()
    page.keyboard.press("Space")
    expect(page.locator("#undo-plan")).to_contain_text("two different values of")
    expect(page.get_by_label("Jobs by a column")).to_be_focused()
    expect(count).to_have_value("8")
    page.get_by_role("button", name="Issue 8 rewards").click()
    expect(page.get_by_role("heading", name="June guests")).to_be_visible()
    made.refresh_from_db()
    assert made.launched_at is not None


def test_who_shows_a_page_in_full_is_told_so_where_the_button_was(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    page = page_of(ana)
    page.goto(f"/m/harbor-grill/lists/{made.pk}/guests/")
    page.get_by_role("button", name="Reveal this page").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Revealed. The activity log")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_after_issuing(
    one_arm: Campaign,
    ana: User,
    page_of: Callable[..., Page],
    work: Callable[[], None],
    width: int,
    scheme: str,
) -> None:
    made = read_file(one_arm, FILE, by=ana)
    GuestList.objects.filter(pk=made.pk).update(name="A list with a very long name, ".ljust(190, "x"))
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    page = page_of(ana, width=width, scheme=scheme)
    until(page, work, made, "finished")
    Guest.objects.filter(guest_list=made, outcome="refused").update(reason="USER_EMAIL_INVALID")
    here = f"/m/harbor-grill/lists/{made.pk}/"
    no_faults(page, here)
    page.get_by_role("button", name="Retry 3 refused guests").click()
    expect(page.get_by_role("heading", name="Correct and retry")).to_be_visible()
    no_faults(page)
    page.get_by_role("button", name="Show row 2").click()
    expect(page.get_by_label("New email or phone of row 2")).to_have_value("refused0@example.com")
    no_faults(page)
    for address in ("family/", "jobs/", "guests/?outcome=refused"):
        no_faults(page, here + address)
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="No rows here")).to_be_visible()
    no_faults(page)
    no_faults(page, "/m/harbor-grill/guest/")


def no_faults(page: Page, address: str = "") -> None:
    if address:
        page.goto(address)
    found: Any = Axe().run(page)
    assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{address or page.url} is {overflow} px too wide"
