"""Before its date a read-out tells nothing of outcomes, anywhere; from then on what was found, and how sure that is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance.models import ExportedReward, GuestList, ReadOut, read_out_of
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.browsing import ClientOf
from tests.issuance.factories import checked, published_campaign
from tests.issuance.readout.feeds import WINDOW, exported, issued, read_out_now
from tests.routes import OF_MERCHANTS, ROUTES
from thanxportal.accounts.models import Activity, Merchant, Role, User
from thanxportal.moments import LOCAL

pytestmark = pytest.mark.django_db
OUTCOMES = re.compile(
    r"\blift\b|winner|95 ?%|interval|p-value|\bp [<=≥]|stands? out|came again|visits? per|spend per|more visits"
    r"|\d redeemed|per 100 guests|compared with",
    re.IGNORECASE,
)
OTHERS = [role for role in Role if role != Role.MANAGER]
# How much a list could show, and what a word means, is no outcome.
NO_OUTCOME = re.compile(
    r"[^.<>]*(?:a difference of about|no difference would stand out|A difference that stands out|Green is p)[^.<>]*\.?"
    r"|if every guest redeems?[^.<>]*\.|Until then nobody sees[^<>]*"
)


@pytest.fixture
def campaign(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


@pytest.fixture
def told(campaign: Campaign) -> GuestList:
    made = issued(campaign, 1_000, at=timezone.now() - WINDOW)
    exported(made, lift=0.2)
    return made


@pytest.fixture
def opened(campaign: Campaign, told: GuestList) -> ReadOut:
    """Its date has come, and it was computed."""
    read_out = ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    assert read_out_now() == 1
    read_out.refresh_from_db()
    return read_out


def address(campaign: Campaign, name: str = "read_out") -> str:
    return reverse(f"issuance:{name}", args=["harbor-grill", campaign.pk])


def text(browser: Client, url: str, headers: dict[str, str] | None = None) -> str:
    answer: Any = browser.get(url, follow=True, headers=headers)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")


def outcomes_on(browser: Client, urls: Iterable[str]) -> dict[str, list[str]]:
    """What tells of outcomes, as a page and as a piece of one."""
    found = {}
    for url in urls:
        for headers in ({}, {"HX-Request": "true"}):
            said = text(browser, url, headers)
            if OUTCOMES.search(said) and (words := OUTCOMES.findall(NO_OUTCOME.sub("", said))):
                found[url] = words
    return found


@pytest.fixture
def everywhere(campaign: Campaign, told: GuestList, addresses: Callable[[str], list[str]]) -> list[str]:
    """All addresses of the merchant and of nobody, once a read-out is due to come."""
    assert read_out_now() == 0
    read_out = ReadOut.objects.get(campaign=campaign)
    assert (read_out.numbers, read_out.computed_at) == (None, None)
    of_list = [route.url(handle="harbor-grill", pk=told.pk) for route in OF_MERCHANTS if "lists/<" in route.pattern]
    own = [route.url() for route in ROUTES if not route.parameters and "account/" not in route.pattern]
    return [*addresses("harbor-grill"), *of_list, *own]


@pytest.mark.parametrize("role", [Role.MANAGER, *(pytest.param(each, marks=pytest.mark.slow) for each in OTHERS)])
def test_before_the_date_no_page_export_or_answer_tells_any_role_of_outcomes(
    role: Role, harbor: Merchant, everywhere: list[str], client_of: ClientOf
) -> None:
    person = cast.person("dora@example.com", harbor, role)
    assert outcomes_on(client_of(person), everywhere) == {}


def test_before_the_date_the_admin_tells_staff_nothing_of_outcomes(
    everywhere: list[str], sam: User, client_of: ClientOf
) -> None:
    pages = [*everywhere, reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(reverse(f"{name}_changelist"))
        pages += [
            reverse(f"{name}_change", args=[pk]) for pk in model._default_manager.values_list("pk", flat=True)[:2]
        ]
    assert outcomes_on(client_of(sam), pages) == {}


def test_before_the_date_no_answer_to_a_program_tells_of_outcomes(
    harbor: Merchant, everywhere: list[str], campaign: Campaign, ana: User
) -> None:
    program = Program(harbor, ana)
    assert (
        program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": [{"email": "a@example.com"}]}).status_code == 202
    )
    batch = program.get("/batches").json()["items"][0]["id"]
    operations = program.get("/openapi.json").json()["paths"].items()
    asked = [
        path.removeprefix("/api/v1").format(pk=campaign.pk, batch_id=batch)
        for path, acts in operations
        if "get" in acts
    ]
    answers = [program.get(path) for path in asked]
    assert {answer.status_code for answer in answers} == {200}
    assert len(answers) > 6
    assert [words for answer in answers if (words := OUTCOMES.findall(answer.content.decode()))] == []


def test_the_search_finds_outcomes_where_they_are(opened: ReadOut, ana: User, client_of: ClientOf) -> None:
    assert len(OUTCOMES.findall(NO_OUTCOME.sub("", text(client_of(ana), address(opened.campaign))))) > 10


def test_a_plain_sentence_stands_on_top(opened: ReadOut, ben: User, client_of: ClientOf) -> None:
    html = text(client_of(ben), address(opened.campaign))
    said = r"Arm A brought \d+\.\d more visits per 100 guests than no reward \(between \d+\.\d and \d+\.\d\)\."
    assert re.search(said, html)
    assert "Control: 100 guests." in html
    assert html.count("<svg") > 6
    assert "Explorations" in html
    assert "Enter what a reward costs you" not in html


def test_the_table_says_by_which_method(opened: ReadOut, ben: User, client_of: ClientOf) -> None:
    rows = list(csv.DictReader(io.StringIO(text(client_of(ben), address(opened.campaign, "read_out_numbers")))))
    assert [row["arm"] for row in rows] == ["Arm A", "Arm B", "Control", "method"]
    assert "intention to treat" in rows[-1]["guests"]
    first = rows[0]
    assert float(first["more visits per 100 from"]) < float(first["more visits per 100"])
    assert first["stands out"] == "yes"


def test_where_purchases_are_not_known_to_the_end_page_table_and_home_say_so(
    opened: ReadOut, ben: User, client_of: ClientOf
) -> None:
    ReadOut.objects.update(read_out_at=opened.read_out_at + timedelta(days=1), opened_at=timezone.now(), opened_why="-")
    browser = client_of(ben)
    assert "Purchases are known until" in text(browser, address(opened.campaign))
    assert "purchases known until," in text(browser, address(opened.campaign, "read_out_numbers"))
    assert "Purchases known until" in text(browser, reverse("issuance:read_outs", args=["harbor-grill"]))


def test_costs_are_those_of_thanx_until_somebody_enters_others(
    opened: ReadOut, ana: User, sid: User, client_of: ClientOf
) -> None:
    campaign, browser = opened.campaign, client_of(ana)
    RewardTemplate.objects.update(discount_type="dollars", discount_value="5.0")
    arm = campaign.variants.all()[0]
    used = ExportedReward.objects.filter(user_id__in=[f"u{guest.row}" for guest in told_of(campaign, arm.pk)]).count()
    assert f">${5 * used}<" in text(browser, address(campaign))
    costs = {f"cost-{arm.pk}": "2.50"}
    assert client_of(sid).post(address(campaign, "read_out_costs"), costs).status_code == 403
    browser.post(address(campaign, "read_out_costs"), costs)
    opened.refresh_from_db()
    assert opened.costs == {str(arm.pk): 250}
    html = text(browser, address(campaign))
    assert re.search(rf">\${2.5 * used:.2f}<".replace(".00", ""), html)
    assert browser.post(address(campaign, "read_out_costs"), {f"cost-{arm.pk}": "-1"}).status_code == 422


def told_of(campaign: Campaign, variant: int) -> Any:
    return GuestList.objects.get(campaign=campaign).guests.filter(variant=variant)


def test_a_manager_moves_the_date_until_outcomes_show(
    campaign: Campaign, told: GuestList, ana: User, sid: User, client_of: ClientOf, world: Any
) -> None:
    usual = read_out_of(campaign).read_out_at
    at = (usual + timedelta(days=1)).replace(second=0, microsecond=0)
    moved = {"at": timezone.localtime(at, None).strftime(LOCAL)}
    assert client_of(sid).post(address(campaign, "read_out_date"), moved).status_code == 403
    browser = client_of(ana)
    assert browser.post(address(campaign, "read_out_date"), {"at": "2020-01-01T10:00"}).status_code == 422
    earlier = {"at": timezone.localtime(usual - timedelta(days=2), None).strftime(LOCAL)}
    refused = browser.post(address(campaign, "read_out_date"), earlier)
    assert (refused.status_code, "open it early and say why" in refused.content.decode()) == (422, True)
    assert browser.post(address(campaign, "read_out_date"), moved).status_code == 302
    read_out = ReadOut.objects.get()
    assert abs(read_out.read_out_at - at) < timedelta(days=1)
    assert Activity.objects.filter(actor=ana, sentence__startswith="Set the read-out of “Win-back June” to ").exists()
    world.advance((at - timezone.now()).total_seconds() + 24 * 3600)
    later = {"at": timezone.localtime(timezone.now() + timedelta(days=9)).strftime(LOCAL)}
    browser.post(address(campaign, "read_out_date"), later)
    assert ReadOut.objects.get().read_out_at == read_out.read_out_at


def test_the_date_is_chosen_when_the_first_list_is_launched(harbor: Merchant, sid: User, client_of: ClientOf) -> None:
    campaign, browser = published_campaign(harbor, (100,)), client_of(sid)
    first, second = (checked(campaign, f"guest{number}@example.com") for number in range(2))
    review = browser.get(reverse("issuance:list_review", args=["harbor-grill", first.pk]))
    assert "Read-out on" in review.content.decode()
    launch = reverse("issuance:list_launch", args=["harbor-grill", first.pk])
    form = {"seen": review.context["seen"], "read_out_at": "2026-06-20T09:00"}
    assert browser.post(launch, form | {"read_out_at": "2020-01-01T10:00"}).status_code == 422
    scheduled = browser.post(launch, form | {"at": "2026-06-21T09:00", "later": ""})
    assert "Choose a day after rewards are issued on" in scheduled.content.decode()
    assert browser.post(launch, form).status_code == 302
    assert ReadOut.objects.get().read_out_at.isoformat() == "2026-06-20T16:00:00+00:00"  # 9:00 in Los Angeles
    review = browser.get(reverse("issuance:list_review", args=["harbor-grill", second.pk]))
    assert "Read-out on" not in review.content.decode()


def test_opening_early_takes_a_manager_and_a_reason_and_leaves_a_mark(
    campaign: Campaign, told: GuestList, ana: User, sid: User, client_of: ClientOf
) -> None:
    why, browser = {"why": "The board meets tomorrow."}, client_of(ana)
    assert client_of(sid).post(address(campaign, "read_out_open"), why).status_code == 403
    assert browser.post(address(campaign, "read_out_open"), {"why": ""}).status_code == 422
    browser.post(address(campaign, "read_out_open"), why)
    read_out_now()
    html = text(client_of(sid), address(campaign))
    assert "Opened before its date." in html
    assert "The board meets tomorrow." in html
    assert "opened before its date,The board meets tomorrow." in text(browser, address(campaign, "read_out_numbers"))
    assert Activity.objects.filter(actor=ana, sentence__contains="before its date: The board meets").exists()


@pytest.mark.parametrize(("weights", "said"), [((100,), "Nobody was held out"), ((50, 50), "There is no Control")])
def test_without_control_it_says_what_cannot_be_known(
    weights: tuple[int, ...], said: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    campaign = published_campaign(harbor, weights)
    exported(issued(campaign, 200, at=timezone.now() - WINDOW), lift=0.1)
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    read_out_now()
    html = text(client_of(ana), address(campaign))
    assert said in html
    assert "Give the next campaign a Control of 10%" in html
    assert "no reward (" not in html


def test_before_exports_are_loaded_an_open_read_out_says_so(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    assert "there is nothing to read yet" in text(client_of(ana), address(campaign))
