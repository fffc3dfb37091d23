"""What every page has to be, whatever is on it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def assert_fit_for_everybody(page: Page, address: str) -> None:
    """Opens the page: axe finds nothing, and nothing is wider than the window."""
    page.goto(address)
    assert_shown_fit(page)


def assert_shown_fit(page: Page) -> None:
    """The same of the page as it stands."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"
