"""A list in a browser: dropped, pasted, mapped, repaired, undone; by keyboard, and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import Guest, GuestList, RowError
from tests.issuance.factories import brought, read, read_file
from thanxportal.accounts.models import User

PageOf = Callable[..., Page]
GOOD = "".join(f"Guest {n},guest{n}@example.com,(202) 555-01{n:02}\n" for n in range(10))
BAD = f"""Name,Email,Mobile
{GOOD}Bob Okafor,bob at example.com,
Cy,GUEST3@example.com,
Dee,<dee@example.com.>,
Eve,eve@gmial.com,
Fay,,07400 123456
محمد علي,مرحبا,
<b>Gus</b> of the very long house name that never ends,gus.example.com,
"""
TWO_EMAILS = "Work,Private\n" + "".join(f"a{n}@example.com,b{n}@example.com\n" for n in range(9))
LOOKS = pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (True, 390), (False, 1280), (False, 390)])
DROP = """([zone, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def june(campaign: Campaign, bea: User) -> GuestList:
    return read_file(campaign, BAD, by=bea)


def new_list(campaign: Campaign) -> str:
    return f"/m/{campaign.merchant.handle}/campaigns/{campaign.pk}/lists/new/"


def address(made: GuestList, query: str = "") -> str:
    return f"/m/harbor-grill/lists/{made.pk}/{query}"


def value_of(row: int) -> str:
    return Guest.objects.get(row=row).value


def assert_fine(page: Page) -> None:
    """What holds for every page: axe finds nothing, and nothing is wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_dropped_file_is_read_and_opens_its_check(
    campaign: Campaign, bea: User, page_of: PageOf, work: Callable[[], None], width: int
) -> None:
    page = page_of(bea, width=width)
    page.goto(new_list(campaign))
    zone = page.locator("[data-drop]").element_handle()
    page.evaluate(DROP, [zone, "june.csv", BAD])
    expect(page.locator("[data-chosen]")).to_contain_text("june.csv (")
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("summary", has_text="Cancel")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="4 invalid rows need you")).to_be_visible()


@LOOKS
def test_pasted_guests_say_what_is_taken_and_what_is_left(
    campaign: Campaign, bea: User, page_of: PageOf, work: Callable[[], None], javascript: bool, width: int
) -> None:
    page = page_of(bea, width=width, javascript=javascript)
    page.goto(new_list(campaign))
    page.get_by_label("Or paste guests").fill("Hi all,\nAnn <ann@example.com>\nbob@example.com, (202) 555-0142")
    if not javascript:
        page.get_by_role("button", name="Show what is found").click()
    expect(page.get_by_text("2 guests found")).to_be_visible()
    expect(page.get_by_text("1 piece of text without a guest left over")).to_be_visible()
    if javascript:
        assert_fine(page)
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("summary", has_text="Cancel")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("link", name="Continue with 2 of 2")).to_be_visible()


@LOOKS
def test_unclear_columns_are_chosen_by_keyboard(
    campaign: Campaign, bea: User, page_of: PageOf, work: Callable[[], None], javascript: bool, width: int
) -> None:
    made = read(brought(campaign, TWO_EMAILS, by=bea))
    page = page_of(bea, width=width, javascript=javascript)
    page.goto(address(made))
    if javascript:
        assert_fine(page)
    page.get_by_role("radio", name="Emails are in Work").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Emails are in Private")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio")).to_have_count(0)
    work()
    page.reload()
    expect(page.get_by_role("heading", name="9 guests ready")).to_be_visible()
    assert value_of(2) == "b0@example.com"


@LOOKS
def test_a_file_that_breaks_off_goes_on_with_the_rows_before_by_keyboard(
    campaign: Campaign, bea: User, page_of: PageOf, work: Callable[[], None], javascript: bool, width: int
) -> None:
    made = read(brought(campaign, f'{BAD}"Hal,hal@example.com\n', by=bea))
    page = page_of(bea, width=width, javascript=javascript)
    page.goto(address(made))
    expect(page.get_by_text("This file breaks off.")).to_be_visible()
    if javascript:
        assert_fine(page)
    page.get_by_role("button", name="Continue with the 17 rows before line 19").focus()
    page.keyboard.press("Enter")
    expect(page.locator("summary", has_text="Cancel")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("link", name="Continue with 12 of 17")).to_be_visible()
    expect(page.get_by_text("Only the 17 rows before line 19 are used.")).to_be_visible()
    if javascript:
        assert_fine(page)


@LOOKS
def test_rows_are_repaired_by_the_click_and_undone(
    june: GuestList, bea: User, page_of: PageOf, javascript: bool, width: int
) -> None:
    page = page_of(bea, width=width, javascript=javascript)
    page.goto(address(june))
    page.get_by_role("button", name="Write the @ sign").click()
    expect(page.get_by_text("Wrote the @ sign: 1 row.")).to_be_visible()
    expect(page.get_by_role("link", name="Continue with 13 of 17")).to_be_visible()
    assert value_of(12) == "bob@example.com"
    page.get_by_label("Country").select_option("GB")
    page.get_by_role("button", name="Treat as numbers of it").click()
    expect(page.get_by_role("heading", name="2 invalid rows need you")).to_be_visible()
    assert value_of(16) == "+447400123456"
    page.get_by_role("button", name="Undo Wrote the @ sign").click()
    expect(page.get_by_role("heading", name="3 invalid rows need you")).to_be_visible()
    assert RowError.objects.get(row=12).cells[1] == "bob at example.com"
    assert page.url.endswith("?show=invalid")


@pytest.mark.parametrize("width", [1280, 390])
def test_row_after_row_is_repaired_without_touching_the_mouse(
    june: GuestList, bea: User, page_of: PageOf, width: int
) -> None:
    page = page_of(bea, width=width)
    page.goto(address(june))
    page.get_by_role("link", name="Edit row 12").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email, row 12")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("still wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#row-12").get_by_text("it has no @ sign")).to_be_visible()
    expect(page.get_by_label("Email, row 12")).to_be_focused()
    assert_fine(page)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("bob@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email, row 16")).to_be_focused()
    assert value_of(12) == "bob@example.org"
    page.keyboard.press("Escape")
    expect(page.get_by_label("Email, row 16")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit row 16")).to_be_focused()


def test_a_row_is_edited_without_script(june: GuestList, bea: User, page_of: PageOf) -> None:
    page = page_of(bea, javascript=False)
    page.goto(address(june))
    page.get_by_role("link", name="Edit row 12").click()
    page.get_by_label("Email, row 12").fill("nope")
    page.get_by_role("button", name="Save row 12").click()
    expect(page.get_by_label("Email, row 12")).to_have_value("nope")
    page.get_by_label("Email, row 12").fill("bob@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email, row 16")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="3 invalid rows need you")).to_be_visible()
    assert value_of(12) == "bob@example.org"


@LOOKS
def test_bad_rows_go_out_and_come_back_in_a_file(
    june: GuestList, bea: User, page_of: PageOf, tmp_path: Path, javascript: bool, width: int
) -> None:
    page = page_of(bea, width=width, javascript=javascript)
    page.goto(address(june))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the invalid rows").click()
    repaired = tmp_path / "repaired.csv"
    repaired.write_text(Path(download.value.path()).read_text().replace("gus.example.com", "gus@example.com"))
    page.get_by_text("Repair them in a spreadsheet instead").click()
    page.get_by_label("The repaired file").set_input_files(repaired)
    page.get_by_role("button", name="Upload the repaired rows").click()
    expect(page.get_by_text("Took repaired rows from a file: 1 row.")).to_be_visible()
    assert value_of(18) == "gus@example.com"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_bucket_is_accessible_and_continues_to_the_review(
    june: GuestList, ana: User, page_of: PageOf, width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    page.goto(address(june))
    for tab, words in {
        "Ready": "12 guests ready",
        "Fixed for you": "1 guest fixed for you",
        "Duplicate": "1 row repeats a guest",
        "Already rewarded": "Nobody is left out",
        "Needs you": "4 invalid rows need you",
    }.items():
        page.get_by_role("link", name=re.compile(f"^{tab} ?\\d")).click()
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        expect(page.get_by_role("link", name=re.compile(f"^{tab} ?\\d"))).to_be_focused()
        assert_fine(page)
    page.get_by_role("link", name="Continue with 12 of 17").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
