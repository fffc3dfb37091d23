"""A token of partner staff asks for every merchant that it names, as a token of that merchant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.reward_value import DOLLARS
from issuance.launching.approval import approve_list
from issuance.models import EventBatch, GuestList
from tests import cast
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.factories import known_at_thanx
from tests.world import World
from thanxportal.accounts import partner_tokens
from thanxportal.accounts.models import Activity, ApiToken, Merchant, Notification, PartnerToken, Scope, User
from thanxportal.accounts.partner_tokens import end_partner_token, make_partner_token
from thanxportal.accounts.team import let_sign_in
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
GUESTS = {"guests": [{"email": "ann@example.com"}, {"email": "bob@example.com"}]}
FORM = {"name": "Our CRM", "scopes": ["read", "reward"], "guests_per_day": 3, "days": 90}
ADD = "/admin/accounts/partnertoken/add/"


class OfPartner(Program):
    """Names a merchant with each request."""

    def __init__(self, maker: User, handle: str = "harbor-grill", **fields: Any) -> None:
        values = {
            "name": "Our CRM", "scopes": [*Scope], "guests_per_day": 3,
            "expires_at": timezone.now() + timedelta(days=90),
        }  # fmt: skip
        self.own, self.secret = make_partner_token(actor=maker, **values | fields)
        self.client, self.handle = Client(), handle

    def _headers(self) -> dict[str, str]:
        return super()._headers() | ({"X-Merchant": self.handle} if self.handle else {})


@pytest.fixture
def program(sam: User, harbor: Merchant) -> OfPartner:
    return OfPartner(sam)


@pytest.fixture
def theirs(sunny: Merchant, simulator: Simulator) -> Campaign:
    return known_at_thanx(cast.draft_campaign(sunny, weights=(100,)), simulator)


def ask(program: Program, campaign: Campaign, **more: Any) -> Any:
    return program.post(f"/campaigns/{campaign.pk}/rewards", GUESTS, **more)


def test_who_names_no_merchant_or_none_that_is_there_gets_nothing(program: OfPartner) -> None:
    program.handle = ""
    refused = program.get("/health")
    assert (refused.status_code, "X-Merchant" in refused.json()["detail"]) == (400, True)
    program.handle = "nobody"
    assert program.get("/health").status_code == 404
    assert not ApiToken.objects.exists()


def test_without_a_good_token_nobody_learns_which_merchants_there_are(program: OfPartner, sam: User) -> None:
    assert end_partner_token(token=program.own, actor=sam)
    for handle in ("harbor-grill", "nobody"):
        program.handle = handle
        assert program.get("/health").status_code == 401


def test_a_token_of_one_merchant_names_no_other(harbor: Merchant, sunny: Merchant, ana: User) -> None:
    program = Program(harbor, ana)
    named = {handle: program._headers() | {"X-Merchant": handle} for handle in (harbor.handle, sunny.handle, "nobody")}
    answers = {handle: program.client.get("/api/v1/health", headers=headers) for handle, headers in named.items()}
    assert [answer.status_code for answer in answers.values()] == [200, 403, 403]
    assert answers[sunny.handle].json()["detail"] == "This token is of another merchant than X-Merchant names."


def test_each_merchant_is_asked_counted_and_told_by_itself(
    program: OfPartner, one_arm: Campaign, theirs: Campaign, world: World
) -> None:
    assert ask(program, one_arm, key="a").status_code == 202
    assert ask(program, theirs).status_code == 404, "That campaign is of another merchant."
    program.handle = "sunny-side-coffee"
    assert ask(program, theirs, key="a").status_code == 202, "Three guests a day are for each merchant."
    assert ask(program, theirs).status_code == 429
    world.drive()
    assert {made.merchant.handle: made.rewarded_count for made in GuestList.objects.all()} == {
        "harbor-grill": 2, "sunny-side-coffee": 2,
    }  # fmt: skip
    assert [each["size"] for each in program.get("/batches").json()["items"]] == [2]
    assert {part.asked_count for part in ApiToken.objects.all()} == {2}


def test_the_same_key_at_two_merchants_is_two_requests(program: OfPartner, one_arm: Campaign, theirs: Campaign) -> None:
    ask(program, one_arm, key="a")
    program.handle = "sunny-side-coffee"
    ask(program, theirs, key="a")
    assert {batch.merchant.handle for batch in EventBatch.objects.all()} == {"harbor-grill", "sunny-side-coffee"}


def test_the_threshold_of_the_merchant_holds_and_its_approver_decides(
    program: OfPartner, one_arm: Campaign, harbor: Merchant, abe: User, sam: User, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    ask(program, one_arm)
    world.drive(hours=0.1)
    made = GuestList.objects.get()
    assert (made.state, made.launched_by) == ("awaiting_approval", sam)
    assert not approve_list(guest_list=made, token=made.confirm_token, actor=sam)
    assert approve_list(guest_list=made, token=made.confirm_token, actor=abe)


def test_managers_are_told_see_and_end_it(
    program: OfPartner, harbor: Merchant, ana: User, client_of: Callable[[User], Client], one_arm: Campaign
) -> None:
    for _ in range(3):
        program.get("/campaigns")
    (told,) = Notification.objects.filter(person=ana)
    assert told.sentence.startswith("“Our CRM”, a program of partner staff, asks for you from now on. It may read")
    assert " and read" not in told.sentence
    assert "batches; reward guests" in told.sentence
    said = Activity.objects.for_merchant(harbor).filter(target__startswith="token:").values_list("sentence", flat=True)
    assert [*said] == [
        "“Our CRM”, a program of partner staff, looked at your campaigns and what it asked for.", told.sentence,
    ]  # fmt: skip
    browser, page = client_of(ana), reverse("issuance:integrations", args=[harbor.handle])
    assert "Our CRM" in browser.get(page).content.decode()
    browser.post(reverse("issuance:token_end", args=[harbor.handle, ApiToken.objects.get().pk]))
    assert program.get("/health").status_code == 401
    assert ApiToken.objects.count() == 1, "It isn’t made anew."


def test_it_makes_campaigns_at_the_merchant_that_it_names(
    program: OfPartner, harbor: Merchant, sunny: Merchant, sam: User
) -> None:
    reward = harbor.reward_templates.order_by("pk")[0]
    sent = {"name": "Autumn", "arms": [{"reward_template_id": reward.pk}]}
    assert program.post("/campaigns", sent, key="a").status_code == 201
    program.handle = sunny.handle
    assert program.post("/campaigns", sent, key="a").status_code == 422, "The reward is another merchant’s."
    made = Campaign.objects.get()
    assert (made.merchant, made.created_by, made.asked_by) == (harbor, sam, ApiToken.objects.get(merchant=harbor).name)


def test_it_rewards_on_the_fly_where_a_manager_allows_it(
    program: OfPartner, harbor: Merchant, sunny: Merchant, ana: User, world: World
) -> None:
    preset_of(harbor, ana)
    for merchant, status in ((harbor, 202), (sunny, 409)):
        program.handle = merchant.handle
        reward = merchant.reward_templates.order_by("pk")[0]
        asked = program.post("/rewards", {"email": "ann@example.com", "reward_template_id": reward.pk}, key="a")
        assert asked.status_code == status
    world.drive()
    assert [(made.merchant, made.rewarded_count) for made in GuestList.objects.all()] == [(harbor, 1)]


def test_what_it_asked_for_is_taken_back_from_its_day_and_from_the_period(
    sam: User, harbor: Merchant, ana: User
) -> None:
    program, preset = OfPartner(sam, dollars_per_day=5), preset_of(harbor, ana)
    reward = harbor.reward_templates.order_by("pk")[0]
    reward.discount_type, reward.discount_value = DOLLARS, "5"
    reward.save()
    asked = program.post("/rewards", {"email": "ann@example.com", "reward_template_id": reward.pk}).json()["id"]
    more = program.post("/rewards", {"email": "bob@example.com", "reward_template_id": reward.pk})
    assert more.status_code == 429
    program.delete(f"/batches/{asked}")
    part = ApiToken.objects.get(merchant=harbor)
    preset.refresh_from_db()
    assert (part.asked_count, part.asked_cents, preset.asked_count) == (0, 0, 0)


def test_it_reads_again_after_half_an_hour_and_the_log_says_so(
    program: OfPartner, harbor: Merchant, world: World
) -> None:
    for _ in range(2):
        program.get("/campaigns")
        world.advance(1_801)
    assert Activity.objects.for_merchant(harbor).filter(sentence__contains="looked at").count() == 2


def test_scopes_networks_and_time_hold_as_for_others(sam: User, harbor: Merchant, world: World) -> None:
    assert OfPartner(sam, scopes=["read"]).post("/guests/lookup", {"email": "a@example.com"}).status_code == 403
    assert OfPartner(sam, networks=["203.0.113.0/24"]).get("/health").status_code == 403
    short = OfPartner(sam, expires_at=timezone.now() + timedelta(hours=1))
    assert short.get("/health").status_code == 200
    world.advance(3_601)
    assert short.get("/health").status_code == 401


def test_it_ends_with_the_account_of_who_made_it_also_at_merchants_where_it_asked(
    program: OfPartner, sam: User, rob: User, harbor: Merchant, sunny: Merchant
) -> None:
    program.get("/health")
    let_sign_in(user=sam, active=False, actor=rob)
    assert program.get("/health").status_code == 401
    program.handle = sunny.handle
    assert program.get("/health").status_code == 401
    assert not ApiToken.objects.good().exists()
    assert PartnerToken.objects.get().ended_by == rob


def test_a_part_that_is_made_while_its_token_ends_is_none(
    program: OfPartner, sam: User, harbor: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = partner_tokens._made

    def meanwhile(token: PartnerToken, merchant: Merchant) -> ApiToken | None:
        end_partner_token(token=token, actor=sam)
        return made(token, merchant)

    monkeypatch.setattr(partner_tokens, "_made", meanwhile)
    assert program.get("/health").status_code == 401
    assert not ApiToken.objects.exists()


def test_ending_it_once_more_ends_what_is_left_of_it(program: OfPartner, sam: User) -> None:
    program.get("/health")
    PartnerToken.objects.update(ended_at=timezone.now())
    assert not end_partner_token(token=program.own, actor=sam)
    assert not ApiToken.objects.good().exists()


def test_nothing_is_made_at_a_merchant_for_whom_it_is_not_taken(sam: User, harbor: Merchant) -> None:
    assert OfPartner(sam, networks=["203.0.113.0/24"]).get("/health").status_code == 403
    assert OfPartner(sam, scopes=["read"]).post("/guests/lookup", {"email": "a@example.com"}).status_code == 403
    assert not ApiToken.objects.exists()
    assert not Activity.objects.for_merchant(harbor).exists()


def test_it_ends_when_who_made_it_is_no_administrator_any_more(
    rob: User, harbor: Merchant, client_of: Callable[[User], Client]
) -> None:
    ada = cast.person("ada@example.com", is_staff=True)
    groups = {group.name: group.pk for group in Group.objects.all()}
    ada.groups.set([groups["Administrator"]])
    program = OfPartner(ada)
    form = {"name": "Ada", "is_active": "on", "is_staff": "on"}
    form |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    page = reverse("admin:accounts_user_change", args=[ada.pk])
    client_of(rob).post(page, form | {"groups": [groups["Administrator"]]})
    assert program.get("/health").status_code == 200
    client_of(rob).post(page, form | {"groups": [groups["Operations"]]})
    assert program.get("/health").status_code == 401


def test_it_ends_when_who_made_it_is_no_staff_any_more(
    program: OfPartner, sam: User, rob: User, client_of: Callable[[User], Client]
) -> None:
    page = reverse("admin:accounts_user_change", args=[sam.pk])
    form = {"name": "Sam", "is_active": "on", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client_of(rob).post(page, form).status_code == 302
    assert program.get("/health").status_code == 401


def test_administrators_make_it_in_the_admin_and_see_its_secret_once(
    sam: User, client_of: Callable[[User], Client], harbor: Merchant
) -> None:
    browser = client_of(sam)
    shown = browser.post(ADD, FORM).content.decode()
    (secret,) = re.findall(r"<code>(tpp_\w+)</code>", shown)
    token = PartnerToken.objects.get()
    page = browser.get(reverse("admin:accounts_partnertoken_change", args=[token.pk])).content.decode()
    assert secret not in page
    assert token.digest not in page
    answer = Client().get("/api/v1/health", headers={"Authorization": f"Bearer {secret}", "X-Merchant": harbor.handle})
    assert answer.json()["merchant"] == "harbor-grill"
    listing = reverse("admin:accounts_partnertoken_changelist")
    browser.post(listing, {"action": "end", "_selected_action": [token.pk]})
    answer = Client().get("/api/v1/health", headers={"Authorization": f"Bearer {secret}", "X-Merchant": harbor.handle})
    assert answer.status_code == 401


def test_a_form_that_is_sent_again_makes_no_second_one(
    sam: User, client_of: Callable[[User], Client], harbor: Merchant
) -> None:
    browser = client_of(sam)
    (once,) = re.findall(r'name="once" value="([\w-]+)"', browser.get(ADD).content.decode())
    assert "<code>tpp_" in browser.post(ADD, FORM | {"once": once}).content.decode()
    again = browser.post(ADD, FORM | {"once": once}, follow=True).content.decode()
    assert "“Our CRM” has its token already." in again
    assert "tpp_" not in again
    assert PartnerToken.objects.count() == 1


def test_staff_see_a_week_before_that_one_expires_and_a_day_after_that_it_did(
    sam: User, client_of: Callable[[User], Client], world: World
) -> None:
    soon = "1 token for all merchants expires or has just expired"
    OfPartner(sam, expires_at=timezone.now() + timedelta(days=8))
    OfPartner(sam, name="Their CRM")
    for days, told in ((0, False), (2, True), (6, True), (2, False)):
        world.advance(days * 86_400)
        browser = client_of(sam)  # Sessions end meanwhile.
        needs = {need.words: need.address for need in browser.get("/admin/").context["needs"]}
        assert (soon in needs) is told
        if told:
            listed = browser.get(needs[soon]).context["cl"].result_list
            assert [token.name for token in listed] == ["Our CRM"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"guests_per_day": 0}, {"networks": "home"}])
def test_what_is_wrong_with_it_is_said_beside_its_field(
    wrong: dict[str, Any], sam: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(sam).post(ADD, FORM | wrong).status_code == 422
    assert not PartnerToken.objects.exists()


def test_who_only_looks_makes_and_ends_none(program: OfPartner, client_of: Callable[[User], Client], db: None) -> None:
    olga = cast.person("olga@example.com", is_staff=True)
    olga.groups.add(Group.objects.get(name="Operations"))
    browser = client_of(olga)
    assert browser.post(ADD, FORM).status_code == 403
    listing = reverse("admin:accounts_partnertoken_changelist")
    browser.post(listing, {"action": "end", "_selected_action": [program.own.pk]})
    assert PartnerToken.objects.good().count() == 1
