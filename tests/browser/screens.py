"""Takes the pictures of docs/screens from a running demo: `make demo` in one terminal, `make screens` in another.

Plays the whole path as a marketer would, with the demo's logins, and then as partner staff.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS

FOLDER = Path("docs/screens")
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]


def sign_in(browser: Browser, base: str, email: str, password: str) -> Page:
    page = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main button, button.go")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def shoot(page: Page, name: str) -> None:
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(250)
        page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.jpg", type="jpeg", quality=75, full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def build_campaign(page: Page) -> None:
    page.click("nav.nav:visible >> text=Campaigns")
    page.click("text=New campaign")
    for name, value in {
        "name": "Win-back June",
        "objective": "Bring guests back who have not been here for two months",
        "fine_print": "One per guest. Not valid with other offers.",
    }.items():
        page.fill(f"[name={name}]", value)
    page.click("text=Now, for 30 days")
    page.fill("[name=expected_guests]", "9347")
    for arm in range(2):
        if arm:
            page.click("#add")
        else:
            page.click("text=Choose a reward")
        page.click(f"#choices-{arm} .reward >> nth={arm}")
        page.wait_for_selector(f"#choices-{arm}", state="detached")
    page.click("#control")
    page.wait_for_selector("[name=arm2-weight]")
    page.wait_for_timeout(1_000)
    shoot(page, "builder")
    page.click("text=Review and publish")
    shoot(page, "campaign-draft")
    page.click("text=Publish the campaign")
    page.wait_for_selector('a:text-is("Bring guests")', timeout=30_000)
    page.wait_for_selector("text=No guest lists yet")
    shoot(page, "campaign")


def issue(page: Page, file: str) -> None:
    page.click('a:text-is("Bring guests")')
    shoot(page, "bring-guests")
    page.set_input_files("input[type=file]", file)
    page.click("text=Read the list")
    page.wait_for_selector("text=/Continue with/", timeout=30_000)
    shoot(page, "check")
    page.click("text=/Continue with/")
    shoot(page, "review")
    if page.locator("input[name=count]").count():
        page.fill("input[name=count]", page.locator("button.go").inner_text().split()[1].replace(",", ""))
    page.click("button.go")
    page.wait_for_selector("#progress")
    shoot(page, "hold")
    if page.locator("text=Issue now").count():
        page.click("text=Issue now")
    page.wait_for_timeout(2_500)
    shoot(page, "progress")
    page.wait_for_selector(".badge:has-text('Finished')", timeout=120_000)
    shoot(page, "finished")
    page.click(".ledger >> text=refused")
    shoot(page, "guests")


def main(base: str, password: str, file: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(base_url=base).new_page()
        page.goto("/account/login/")
        shoot(page, "sign-in")
        page = sign_in(browser, base, "ana@example.com", password)
        page.click("nav.nav:visible >> text=Rewards")
        shoot(page, "rewards")
        page.click(".reward >> nth=0")
        shoot(page, "reward")
        build_campaign(page)
        issue(page, file)
        page.click("nav.nav:visible >> text=Home")
        shoot(page, "home")
        page.click("nav.nav:visible >> text=Activity")
        shoot(page, "activity")
        for name in ("team", "settings"):
            page.goto(f"/m/harbor-grill/{name}/")
            shoot(page, name)
        for name, address in {"notifications": "/notifications/", "profile": "/profile/"}.items():
            page.goto(address)
            shoot(page, name)
        staff = sign_in(browser, base, "sam@example.com", password)
        staff.goto("/admin/issuance/issuancejob/")
        shoot(staff, "admin-jobs")
        staff.check("input.action-select >> nth=0")
        staff.select_option("select[name=action]", label="Revoke selected jobs")
        staff.click("button[name=index]")
        shoot(staff, "admin-revoke")


if __name__ == "__main__":
    main(*sys.argv[1:4])
