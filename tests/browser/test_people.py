"""Two people decide about a large list, and a team is invited and joined: with JavaScript, without it, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from campaigns.models import Campaign
from issuance.launching.launch import launch_list
from issuance.models import GuestList
from tests import cast
from tests.browser.looks import assert_fit_for_everybody
from tests.issuance.factories import checked
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import Invitation, Kind, Membership, Merchant, Role, User
from thanxportal.accounts.notifications import notify
from thanxportal.accounts.team import change_role, invite

GUESTS = "\n".join(["email", *(f"guest{number}@example.com" for number in range(8))])
WAYS = [(True, 1280), (True, 390), (False, 1280), (False, 390)]


@pytest.fixture
def large(campaign: Campaign) -> GuestList:
    """A checked list above the threshold of its merchant."""
    Merchant.objects.filter(pk=campaign.merchant_id).update(approval_threshold=2)
    made = checked(campaign, GUESTS)
    return GuestList.objects.select_related("merchant", "campaign").get(pk=made.pk)


@pytest.mark.parametrize(("javascript", "width"), WAYS)
def test_two_people_decide_about_a_large_list(
    large: GuestList, sid: User, abe: User, page_of: Callable[..., Page], javascript: bool, width: int
) -> None:
    rewards = f"{large.waiting_count} rewards"
    asker = page_of(sid, width=width, javascript=javascript)
    asker.goto(reverse("issuance:list_review", args=[large.merchant.handle, large.pk]))
    asker.get_by_role("button", name=f"Ask for approval of {rewards}").click()
    expect(asker.get_by_text("You asked for approval")).to_be_visible()
    expect(asker.get_by_role("heading", name="Who can approve")).to_be_visible()
    approver = page_of(abe, width=width, javascript=javascript)
    approver.goto("/notifications/")
    approver.get_by_role("link", name="Sid asks you to approve").click()
    approver.get_by_role("button", name="Send it back").click()
    approver.get_by_label("What has to change first?").fill("Please wait until Monday")
    approver.get_by_role("button", name="Send it back").click()
    expect(approver.get_by_text("Nothing was issued")).to_be_visible()
    asker.goto(reverse("issuance:list_review", args=[large.merchant.handle, large.pk]))
    expect(asker.get_by_text("Please wait until Monday")).to_be_visible()
    asker.get_by_role("button", name=f"Ask for approval of {rewards}").click()
    expect(asker.get_by_role("heading", name="Who can approve")).to_be_visible()
    approver.goto(reverse("issuance:list_approval", args=[large.merchant.handle, large.pk]))
    approver.get_by_role("button", name=f"Approve and issue {rewards}").click()
    expect(approver.get_by_role("heading", name="June guests")).to_be_visible()
    large.refresh_from_db()
    assert (large.state, large.launched_by, large.approved_by) == ("held", sid, abe)


@pytest.mark.parametrize(("javascript", "width"), WAYS)
def test_a_manager_invites_somebody_who_joins(
    harbor: Merchant,
    ana: User,
    page_of: Callable[..., Page],
    browser: Browser,
    live_server: Any,
    javascript: bool,
    width: int,
) -> None:
    manager = page_of(ana, width=width, javascript=javascript)
    manager.goto(reverse("accounts:team", args=[harbor.handle]))
    manager.get_by_label("Email", exact=True).fill("dora@example.com")
    manager.get_by_label("Role", exact=True).select_option("sender")
    manager.get_by_role("button", name="Send invitation").click()
    expect(manager.get_by_text("Invited dora@example.com")).to_be_visible()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=javascript)
    dora = context.new_page()
    dora.goto(reverse("accounts:invitation", args=[Invitation.objects.get().token]))
    dora.get_by_label("Your name").fill("Dora")
    dora.get_by_label("A password").fill("correct horse battery")
    dora.get_by_role("button", name="Create my account and join").click()
    expect(dora.get_by_role("heading", name="Harbor Grill")).to_be_visible()
    context.close()
    manager.reload()
    manager.locator("tr", has_text="Dora").locator("summary").click()
    manager.get_by_label("Role of Dora").select_option("builder")
    manager.get_by_role("button", name="Change the role of Dora").click()
    expect(manager.get_by_text("Dora is Builder now.")).to_be_visible()
    manager.locator("tr", has_text="Dora").locator("summary").click()
    manager.get_by_role("button", name="Remove Dora from the team").click()
    expect(manager.get_by_text("Dora is no longer on the team")).to_be_visible()
    assert Membership.objects.filter(merchant=harbor).count() == 1


@pytest.fixture
def addresses(large: GuestList, ana: User, sid: User, abe: User) -> list[str]:
    """Every page about people, with something on it."""
    assert launch_list(guest_list=large, token=large.confirm_token, actor=sid, hold=True)
    token = invite(merchant=large.merchant, email="dora@example.com", role=Role.BUILDER, actor=ana).token
    mia = cast.person("mia@example.com", large.merchant, Role.MANAGER)
    change_settings(merchant=large.merchant, values={"approval_threshold": 500}, actor=mia)
    change_role(member=sid.memberships.get(), role=Role.APPROVER, actor=ana)
    facts = [("rows in file", 8), ("rewarded", 8)]
    path, words = "/m/harbor-grill/", "“June guests” has finished."
    notify(merchant=large.merchant, kind=Kind.FINISHED, key="x", sentence=words, facts=facts, path=path)
    handle = large.merchant.handle
    return [
        reverse("accounts:team", args=[handle]),
        reverse("accounts:settings", args=[handle]),
        reverse("accounts:profile"),
        reverse("accounts:notifications"),
        reverse("accounts:invitation", args=[token]),
        reverse("issuance:list_approval", args=[handle, large.pk]),
        reverse("mfa_index"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    addresses: list[str], page_of: Callable[..., Page], ana: User, width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    for address in addresses:
        assert_fit_for_everybody(page, address)


def test_a_connection_that_breaks_is_told_and_taken_back_when_it_works_again(
    large: GuestList, sid: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    """A polled page goes on asking by itself; nobody has to reload it."""
    GuestList.objects.filter(pk=large.pk).update(state="reading", lease_until=None)
    page = page_of(sid)
    page.goto(reverse("issuance:list_detail", args=[large.merchant.handle, large.pk]))
    page.route("**/progress/*", lambda route: route.abort())
    expect(page.get_by_text("The portal can’t be reached.")).to_be_visible()
    page.unroute("**/progress/*")
    expect(page.get_by_text("The portal can’t be reached.")).to_be_hidden(timeout=20_000)
    complaints.clear()  # The browser itself notes each request that failed.


def test_who_is_offline_is_told_at_once_and_what_goes_on_regardless(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], complaints: list[str]
) -> None:
    page = page_of(ana)
    page.goto(f"/m/{harbor.handle}/team/")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. What was started goes on without you")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#announcer")).to_have_text("You are online again.")
    expect(page.locator("#announcer.toast")).to_have_count(0)
    complaints.clear()  # The browser notes whatever it could not ask for meanwhile.
