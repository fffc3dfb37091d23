"""The builder saves itself in passing, and each button works the same with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from campaigns.models import Campaign
from tests import cast
from tests.campaigns.filling import filled, publish, seen_on
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NEW = "/m/harbor-grill/campaigns/new/"
HTMX = {"HX-Request": "true"}


def edit(campaign: Campaign) -> str:
    return f"/m/harbor-grill/campaigns/{campaign.pk}/edit/"


def test_a_save_in_passing_answers_with_pieces_and_the_drafts_own_address(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    answer = client_of(ana).post(NEW, filled(harbor, expected_guests="9347"), headers=HTMX)
    html, campaign = answer.content.decode(), Campaign.objects.get()
    assert answer.status_code == 200
    assert answer["HX-Reswap"] == "none"
    assert answer["HX-Replace-Url"] == edit(campaign)
    assert "Saved 5:00" in html  # 12:00 UTC in Los Angeles
    assert "5,608" in html
    assert not re.search(r'<input type="(?!hidden)', html)  # Nothing that somebody may be typing into is replaced.
    assert len(html) < 10_000


def test_what_cannot_be_saved_is_said_and_nothing_is_lost(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    answer = browser.post(edit(draft), filled(harbor, start_at="2027-03-14T02:30", name="New name"), headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Not saved yet" in html
    assert "there is no 2:30" in html
    assert "HX-Replace-Url" not in answer
    draft.refresh_from_db()
    assert draft.name == "Win-back June"


def test_a_time_that_comes_twice_is_refused_as_well(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(NEW, filled(harbor, redeemable_to="2026-11-01T01:30"))
    assert "comes twice" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_saving_a_new_page_twice_makes_one_campaign(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser, uuid = client_of(ana), str(uuid4())
    for name in ("First", "Second"):
        browser.post(NEW, filled(harbor, uuid=uuid, name=name), headers=HTMX)
    assert Campaign.objects.get().name == "Second"
    assert Activity.objects.filter(sentence__startswith="Drafted").count() == 1


@pytest.mark.parametrize("uuid", ["", "rubbish"])
def test_a_page_without_its_number_still_saves(uuid: str, harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(NEW, filled(harbor, uuid=uuid))
    assert answer.status_code == (422 if uuid else 302)


def test_what_a_browser_sends_does_not_decide_who_falls_into_which_arm(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    uuid = uuid4()
    client_of(ana).post(NEW, filled(harbor, uuid=str(uuid)))
    assert bytes(Campaign.objects.get(uuid=uuid).salt) != uuid.bytes


def test_the_number_of_anothers_draft_opens_nothing(
    harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf
) -> None:
    theirs = cast.draft_campaign(sunny, name="Secret")
    answer = client_of(ana).post(NEW, filled(harbor, uuid=str(theirs.uuid)), follow=True)
    theirs.refresh_from_db()
    assert theirs.name == "Secret"
    assert "Secret" not in answer.content.decode()


@pytest.mark.parametrize("act", ["add", "control", "remove-0", "equal", "preset-two-weeks", "pick-1"])
def test_every_button_works_with_and_without_javascript(
    act: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    values = filled(harbor, act=act) | {"arm2-reward": "", "arm2-weight": ""}
    by_htmx = browser.post(NEW, values, headers=HTMX).content.decode()
    without = browser.post(NEW, values, follow=True)
    assert without.redirect_chain[0][0].startswith(edit(Campaign.objects.order_by("pk")[1]))
    for html in (by_htmx, without.content.decode()):
        assert 'id="builder"' in html
        assert "Saved 5:00" in html or "Find a reward" in html
    assert "<html" not in by_htmx
    first, second = (
        [(arm.name, arm.weight) for arm in campaign.variants.all()] for campaign in Campaign.objects.order_by("pk")
    )
    assert first == second


def test_the_save_button_saves_with_and_without_javascript(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser, values = client_of(ana), filled(harbor, act="save", uuid=str(uuid4()))
    assert "Saved 5:00" in browser.post(NEW, values, headers=HTMX).content.decode()
    answer = browser.post(NEW, values, follow=True)
    assert "Saved 5:00" in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{edit(Campaign.objects.get())}?saved=1"


def test_a_button_on_a_page_without_a_name_keeps_what_was_typed(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    answer = client_of(ana).post(NEW, filled(harbor, name="", act="preset-two-weeks"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the campaign a name" in html
    assert 'value="2026-06-15T23:59"' in html
    assert "Bring guests back" in html


def test_rewards_are_laid_out_a_few_at_a_time_and_found_by_words(
    harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views_builder.CHOICES", 1)
    first, second = harbor.reward_templates.order_by("name")
    browser, address = client_of(ana), "/m/harbor-grill/rewards/choices/"
    browser.defaults["HTTP_HX_REQUEST"] = "true"
    page = browser.get(address, {"arm": "2"}).content.decode()
    assert f"choose-2-{first.pk}" in page
    assert f"choose-2-{second.pk}" not in page
    assert f"after={first.pk}" in page
    assert f"choose-2-{second.pk}" in browser.get(address, {"arm": "2", "after": first.pk}).content.decode()
    assert "No reward matches" in browser.get(address, {"arm": "2", "q": "zzz"}).content.decode()
    del browser.defaults["HTTP_HX_REQUEST"]
    values = filled(harbor, act=f"pick-1-{first.pk}")
    assert f"choose-1-{second.pk}" in browser.post(NEW, values, follow=True).content.decode()


def test_a_chosen_reward_names_its_arm_unless_somebody_named_it(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    first, second = harbor.reward_templates.order_by("pk")
    browser = client_of(ana)
    values = {"name": "Summer", "arm0-reward": str(first.pk), "arm0-weight": "100"}
    browser.post(NEW, values | {"act": f"choose-0-{second.pk}"})
    browser.post(NEW, values | {"act": f"choose-0-{second.pk}", "arm0-name": "Mine"})
    names = [campaign.variants.get().name for campaign in Campaign.objects.order_by("pk")]
    assert names == [second.name, "Mine"]


def test_locks_and_expected_guests_are_kept_and_copied(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    browser.post(NEW, filled(harbor, expected_guests="9347") | {"arm2-locked": "on"})
    draft = Campaign.objects.get()
    browser.post(f"/m/harbor-grill/campaigns/{draft.pk}/duplicate/")
    for campaign in Campaign.objects.all():
        assert campaign.expected_guests == 9347
        assert [arm.locked for arm in campaign.variants.all()] == [False, False, True]
        boxes = re.findall(r'<input type="checkbox"[^>]*>', browser.get(edit(campaign)).content.decode())
        assert ["checked" in box for box in boxes] == [False, False, True]


def test_the_split_says_people_cost_and_what_it_can_show(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    harbor.reward_templates.update(discount_type="dollars", discount_value="5.0")
    browser = client_of(ana)
    browser.post(NEW, filled(harbor, expected_guests="9347"))
    page = browser.get(edit(Campaign.objects.get())).content.decode()
    assert "$28,040" in page  # 5,608 guests
    assert "With 935 guests in “Control” and 2,804 in “Second”" in page
    assert "a difference of about 3.4 points or more stands out from chance." in page
    assert "1 guest in 10 would come anyway" in page


def test_what_all_arms_cost_names_the_rewards_that_have_no_amount(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    first = harbor.reward_templates.order_by("pk")[0]
    harbor.reward_templates.filter(pk=first.pk).update(discount_type="dollars", discount_value="10")
    browser = client_of(ana)
    browser.post(NEW, filled(harbor, expected_guests="1000"))
    page = browser.get(edit(Campaign.objects.get())).content.decode()
    assert "$6,000 and 300 rewards without an amount" in page


def test_nobody_is_promised_a_difference_that_the_arms_cannot_show(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    browser.post(NEW, filled(harbor, expected_guests="20"))
    assert "no difference would stand out from chance" in browser.get(edit(Campaign.objects.get())).content.decode()


def test_a_draft_published_meanwhile_is_not_changed_by_an_open_page(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    publish(browser, draft)
    world.drive()
    answer = browser.post(edit(draft), filled(harbor), headers=HTMX)
    assert answer["HX-Redirect"] == f"/m/harbor-grill/campaigns/{draft.pk}/"
    draft.refresh_from_db()
    assert draft.name == "Win-back June"
    assert [arm.weight for arm in draft.variants.all()] == [45, 45, 10]


def test_the_builder_costs_the_same_however_many_rewards_there_are(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    browser.get(edit(draft))
    with django_assert_num_queries(9):
        browser.get(edit(draft))
    seen = seen_on(browser, edit(draft))
    with django_assert_num_queries(16):
        browser.post(edit(draft), filled(harbor) | seen, headers=HTMX)


def test_leaving_for_the_review_waits_its_turn_among_the_saves(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    refused = browser.post(NEW, filled(harbor, act="review", start_at="2027-03-14T02:30"), headers=HTMX)
    assert refused.status_code == 422
    assert "there is no 2:30" in refused.content.decode()
    answer = browser.post(NEW, filled(harbor, act="review"), headers=HTMX)
    assert answer["HX-Redirect"] == f"/m/harbor-grill/campaigns/{Campaign.objects.get().pk}/"


def carried(html: str, name: str = "seen") -> str:
    """What a piece of the page carries in a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def test_a_later_tab_overwrites_nothing_and_is_told_what_changed(
    harbor: Merchant, ana: User, bea: User, client_of: ClientOf
) -> None:
    draft, anas, beas = cast.draft_campaign(harbor), client_of(ana), client_of(bea)
    seen = seen_on(anas, edit(draft))
    assert (
        beas.post(edit(draft), filled(harbor, name="Bea’s") | seen_on(beas, edit(draft)), headers=HTMX).status_code
        == 200
    )
    answer = anas.post(edit(draft), filled(harbor, name="Ana’s") | seen, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Name was “Win-back June” and is “Bea’s” now." in html
    assert "Saved " not in html
    assert "HX-Replace-Url" not in answer
    draft.refresh_from_db()
    assert draft.name == "Bea’s"
    again = anas.post(edit(draft), filled(harbor, name="Ana’s!") | {"seen": carried(html)}, headers=HTMX)
    assert again.status_code == 409, "Typing on is no consent."


def test_a_tab_that_has_not_seen_a_locked_share_unlocks_nothing(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    seen = seen_on(browser, edit(draft))
    draft.variants.filter(name="Control").update(locked=True)
    answer = browser.post(edit(draft), filled(harbor) | seen, headers=HTMX)
    assert answer.status_code == 409
    assert "The share of “Control”" in answer.content.decode()
    assert draft.variants.get(name="Control").locked


def test_who_has_seen_what_a_colleague_saved_may_save_their_own_all_the_same(
    harbor: Merchant, ana: User, bea: User, client_of: ClientOf
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    mine = filled(harbor, name="Ana’s") | seen_on(browser, edit(draft))
    client_of(bea).post(edit(draft), filled(harbor, name="Bea’s"))
    html = browser.post(edit(draft), mine, headers=HTMX).content.decode()
    kept = mine | {"act": "mine", "seen_now": carried(html, "seen_now")}
    saved = browser.post(edit(draft), kept, headers=HTMX)
    assert saved.status_code == 200
    draft.refresh_from_db()
    assert draft.name == "Ana’s"
    more = filled(harbor, name="Ana’s, longer") | {"seen": carried(saved.content.decode())}
    assert browser.post(edit(draft), more, headers=HTMX).status_code == 200


def test_without_javascript_the_page_comes_back_with_what_was_typed_and_both_ways_on(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    mine = filled(harbor, name="Ana’s") | seen_on(browser, edit(draft))
    Campaign.objects.filter(pk=draft.pk).update(objective="Something else", updated_at=draft.created_at)
    answer = browser.post(edit(draft), mine)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Ana’s"' in html
    assert "Save what I typed" in html
    assert "Take theirs" in html


def test_one_tab_saves_again_and_again_and_the_same_save_twice_is_no_conflict(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    first = browser.get(NEW)
    form = filled(harbor) | {"uuid": str(first.context["form"]["uuid"].value()), "seen": first.context["seen"]}
    answer = browser.post(NEW, form, headers=HTMX)
    assert browser.post(NEW, form, headers=HTMX).status_code == 200, "The answer to the first was lost."
    draft = Campaign.objects.get()
    for name in ("One", "Two", "Three"):
        answer = browser.post(
            edit(draft), form | {"name": name, "seen": carried(answer.content.decode())}, headers=HTMX
        )
        assert answer.status_code == 200
