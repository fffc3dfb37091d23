"""Takes the pictures of docs/screens: `make screens`. Starts a demo of its own on fresh data, and ends it.

Plays the whole path as a marketer would, with the demo's logins, then looks at what is seldom seen, then at the admin.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS

FOLDER, DATA = Path("docs/screens"), Path("var/screens").absolute()
FEW = [("light", 1280), ("dark", 390)]  # for what is seldom seen
LOOKS = [*FEW, ("dark", 1280), ("light", 390)]
QUALITY = 55  # of a JPEG: text stays sharp, and all pictures together stay below 10 MB
MANY = 4_000  # guests of the list that is photographed on its way


class Demo(NamedTuple):
    page: str
    password: str
    thanx: str


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A demo in a process group of its own, ready to be used."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    environment = os.environ | {"VAR_DIR": str(DATA), "PORT": "8140", "ONE_GUEST_PER_GUEST": "5", "HOLD_SECONDS": "20"}
    command = [sys.executable, "manage.py", "demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _when_ready(process)
        finally:
            process.terminate()
            process.wait(60)


def _when_ready(process: subprocess.Popen[str]) -> Demo:
    said = ""
    for line in process.stdout or ():
        said += line
        if "Ctrl-C" in line:
            found = [re.search(rf"{word}: *(\S+)", said) for word in ("Ready", "Password of all", "Thanx")]
            return Demo(*(match[1] for match in found if match))
    raise SystemExit(f"The demo didn't start:\n{said}")


def weather(demo: Demo, name: str) -> None:
    """Makes the simulated Thanx slow, so that there is time to look."""
    body = json.dumps({"weather": name}).encode()
    request = urllib.request.Request(f"{demo.thanx}/_simulator/weather", body, {"Content-Type": "application/json"})  # noqa: S310 - this machine
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - this machine


def sign_in(browser: Browser, demo: Demo, email: str) -> Page:
    page = browser.new_context(base_url=demo.page, viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", demo.password)
    page.click("main button, button.go")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def shoot(page: Page, name: str, address: str = "", looks: list[tuple[str, int]] = LOOKS) -> None:
    if address:
        page.goto(address)
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(200)
        path = FOLDER / f"{name}-{scheme}-{width}.jpg"
        page.screenshot(path=path, type="jpeg", quality=QUALITY, full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def follow(page: Page, selector: str) -> None:
    """Clicks what leads to another page, and waits for that."""
    with page.expect_navigation():
        page.click(selector)


def build_campaign(page: Page) -> None:
    follow(page, "nav.nav:visible >> text=Campaigns")
    follow(page, "text=New campaign")
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
        page.wait_for_selector(f"#choices-{arm} .reward")
        if arm:
            shoot(page, "reward-picker", looks=FEW)
        page.click(f"#choices-{arm} .reward >> nth={arm}")
        page.wait_for_selector(f"#choices-{arm}", state="detached")
    page.click("#control")
    page.wait_for_selector("[name=arm2-weight]")
    page.wait_for_timeout(1_000)
    shoot(page, "builder")
    follow(page, "text=Review and publish")
    shoot(page, "campaign-draft")
    page.click("text=Publish the campaign")
    page.wait_for_selector('a:text-is("Bring guests")', timeout=30_000)
    page.wait_for_selector("text=No guest lists yet")
    shoot(page, "campaign")


def bring(page: Page, campaign: str, file: Path) -> None:
    page.goto(campaign)
    follow(page, 'a:text-is("Bring guests")')
    page.set_input_files("input[type=file]", file)
    follow(page, "text=Read the list")


def launch(page: Page, *, at_once: bool = True) -> None:
    page.wait_for_selector("text=/Continue with/", timeout=60_000)
    follow(page, "text=/Continue with/")
    if page.locator("input[name=count]").count():
        page.fill("input[name=count]", page.locator("button.go").inner_text().split()[1].replace(",", ""))
    page.click("button.go")
    page.wait_for_selector("#progress")
    if at_once:
        page.click("text=Issue now")


def finished(page: Page) -> None:
    page.wait_for_selector(".badge:has-text('Finished')", timeout=180_000)


def play_a_list(page: Page, campaign: str) -> None:
    page.goto(campaign)
    follow(page, 'a:text-is("Bring guests")')
    shoot(page, "bring-guests")
    bring(page, campaign, DATA / "sample-guests.csv")
    page.wait_for_selector("text=/Continue with/", timeout=30_000)
    shoot(page, "check")
    follow(page, "text=/Continue with/")
    shoot(page, "review")
    page.go_back()
    launch(page, at_once=False)
    shoot(page, "hold")
    page.click("text=Issue now")
    finished(page)
    shoot(page, "finished")
    follow(page, ".ledger >> text=refused")
    shoot(page, "guests")
    page.go_back()
    follow(page, "#retry")
    page.wait_for_selector("h1:has-text('Correct and retry')")
    shoot(page, "retry")
    for number in range(3):
        line = page.locator("tr", has=page.locator(".correct")).nth(number)
        line.locator("input[type=text]").fill(f"corrected{number}@example.com")
    page.click("#save")
    page.locator("text=Corrected, was").first.wait_for()
    launch(page)
    finished(page)
    follow(page, "text=Every guest counted once")
    shoot(page, "family")


def play_a_long_one(page: Page, demo: Demo, campaign: str) -> None:
    """Photographed while Thanx works, which the simulator does slowly for that."""
    many = DATA / "summer.csv"
    many.write_text("Email\n" + "".join(f"summer{number}@example.com\n" for number in range(MANY)))
    bring(page, campaign, many)
    page.wait_for_selector("text=/Continue with/", timeout=60_000)
    weather(demo, "slow")
    launch(page)
    page.wait_for_selector("text=/[1-9][0-9]?% done/", timeout=120_000)
    shoot(page, "progress")
    shoot(page, "home", "/m/harbor-grill/")
    weather(demo, "calm")


def play_the_rest(page: Page, campaign: str) -> None:
    odd = DATA / "odd.csv"
    odd.write_text("Ours,Theirs\n" + "".join(f"a{n}@example.com,b{n}@example.com\n" for n in range(9)))
    bring(page, campaign, odd)
    page.wait_for_selector("text=Which columns hold your guests?", timeout=30_000)
    shoot(page, "columns")
    page.goto("/m/harbor-grill/guest/")
    page.fill("[name=guest]", "maria.lopez@example.com")
    page.fill("[name=note]", "table 4")
    page.locator("[name=reward]").first.check()
    shoot(page, "one-guest")
    page.click("button:has-text('Reward this guest')")
    page.wait_for_selector("#progress:not([data-poll]) h1", timeout=60_000)
    shoot(page, "one-guest-rewarded", looks=FEW)
    page.goto("/m/harbor-grill/guests/")
    page.fill("[name=guest]", "maria.lopez@example.com")
    page.click("text=Look the guest up")
    page.wait_for_selector("text=1 reward")
    shoot(page, "one-guest-story", looks=FEW)
    for name in ("campaigns", "lists", "activity", "team", "settings"):
        shoot(page, name, f"/m/harbor-grill/{name}/")
    for name in ("notifications", "profile"):
        shoot(page, name, f"/{name}/")
    shoot(page, "not-found", "/m/harbor-grill/nowhere/", FEW)


def look_at_the_scenery(browser: Browser, demo: Demo, page: Page) -> None:
    os.environ |= {"VAR_DIR": str(DATA), "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}  # Playwright runs a loop in this thread.
    django.setup()
    from campaigns.models import Campaign
    from tests.browser import scenery
    from thanxportal.accounts.models import Merchant

    campaign = Campaign.objects.get(name="Win-back June")
    safety, stopped = scenery.stopped_by_the_safety_check(campaign), scenery.stopped_by_a_person(campaign)
    shoot(page, "safety-stop", f"/m/harbor-grill/lists/{safety.pk}/")
    shoot(page, "stopped", f"/m/harbor-grill/lists/{stopped.pk}/", FEW)
    large = scenery.waiting_for_approval(Merchant.objects.get(handle="sunny-side-coffee"))
    shoot(sign_in(browser, demo, "carl@example.com"), "approval", f"/m/sunny-side-coffee/lists/{large.pk}/approval/")
    scenery.odd_merchant()
    for name in ("", "lists", "campaigns", "rewards"):
        shoot(page, f"odd-{name or 'home'}", f"/m/odd/{name}", FEW)


def look_at_the_admin(page: Page) -> None:
    shoot(page, "admin-jobs", "/admin/issuance/issuancejob/?state__exact=completed")
    page.check("input.action-select >> nth=0")
    page.select_option("select[name=action]", label="Plan to revoke selected jobs")
    follow(page, "button[name=index]")
    shoot(page, "admin-revoke", looks=FEW)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shoot(browser.new_context(base_url=demo.page).new_page(), "sign-in", "/account/login/")
        shoot(sign_in(browser, demo, "cleo@example.com"), "home-empty", looks=FEW)
        page = sign_in(browser, demo, "ana@example.com")
        shoot(page, "rewards", "/m/harbor-grill/rewards/")
        follow(page, ".reward >> nth=0")
        shoot(page, "reward")
        build_campaign(page)
        campaign = page.url
        play_a_list(page, campaign)
        play_a_long_one(page, demo, campaign)
        play_the_rest(page, campaign)
        look_at_the_admin(sign_in(browser, demo, "sam@example.com"))
        look_at_the_scenery(browser, demo, page)


if __name__ == "__main__":
    main()
