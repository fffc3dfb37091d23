"""From signing in to rewarded guests by hand: few clicks lead there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from campaigns.publishing import publish_campaign
from issuance.models import GuestList
from tests.cast import PASSWORD
from tests.signing_in import with_password
from thanxportal.accounts.models import Merchant, User

MOST_CLICKS = 14
FILE = "Email\n" + "".join(f"guest{number}@example.com\n" for number in range(20))


def test_few_clicks_lead_from_sign_in_to_a_finished_list(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], work: Callable[[], None], tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(FILE)
    page, clicks = page_of(ana), list[str]()
    page.expose_function("noteClick", lambda told: clicks.append(told))
    page.add_init_script("addEventListener('pointerdown', ({ target }) => noteClick(target.innerText || target.id))")
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_label("Email").fill(with_password(ana).email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Start a campaign").click()
    page.get_by_label("Name", exact=True).fill("June")
    page.get_by_role("button", name="Now, for 30 days").click()
    page.get_by_role("button", name="Choose a reward").click()
    page.locator("#choices-0 .reward").first.click()
    page.get_by_role("button", name="Add Control").click()
    expect(page.locator("[name=arm1-weight]")).to_be_visible()
    page.get_by_role("button", name="Review and publish").click()
    page.get_by_role("button", name="Publish the campaign").click()
    expect(page.get_by_text("Thanx is creating the campaign").first).to_be_visible()
    work()
    publish()
    page.get_by_role("link", name="Bring guests").first.click()
    with page.expect_file_chooser() as chooser:
        page.locator("input[type=file]").click()
    chooser.value.set_files(tmp_path / "june.csv")
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("summary", has_text="Cancel")).to_be_visible()
    work()
    page.get_by_role("link", name="Continue with 20 of 20").click()
    made = GuestList.objects.get()
    page.get_by_role("button", name=f"Issue {made.waiting_count} rewards").click()
    for _ in range(30):
        work()
        page.wait_for_timeout(300)
        if GuestList.objects.filter(ended_at__isnull=False).exists():
            break
    expect(page.get_by_text("Finished").first).to_be_visible()
    assert len(clicks) <= MOST_CLICKS, clicks


def publish() -> None:
    """What a worker does about a campaign that is to be published."""
    for campaign in Campaign.objects.filter(state="publishing"):
        publish_campaign(campaign.pk)
