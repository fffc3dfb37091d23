"""The pages of hooks: managers make and change them, everybody of the merchant looks at them masked, others never."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.hooks.making import facts_of_rules
from issuance.models import EventBatch, Hook, HookEvent
from issuance.outcomes.glance import Glance
from issuance.outcomes.needs import needs_of
from tests import cast
from tests.issuance.hooks.tools import MAPPING, UNHAPPY, Tool
from tests.world import World
from thanxportal.accounts.models import Activity, ApiToken, Kind, Merchant, Notification, User
from thanxportal.accounts.tokens import token_by
from thanxportal.reviewed import sign

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def url(name: str, row: Hook | HookEvent | None = None, merchant: str = "harbor-grill") -> str:
    return reverse(f"issuance:{name}", args=[merchant, *([row.pk] if row else [])])


def rules(*conditions: tuple[str, str, str], **mapping: str) -> dict[str, Any]:
    """A form of the page on which fields are chosen."""
    form: dict[str, Any] = {"c-TOTAL_FORMS": len(conditions) + 2, "c-INITIAL_FORMS": 0} | mapping
    for at, condition in enumerate(conditions):
        form |= {f"c-{at}-{name}": value for name, value in zip(("field", "operator", "value"), condition, strict=True)}
    return form


def seen(hook: Hook) -> dict[str, str]:
    """What a form carries of what its page showed."""
    hook.refresh_from_db()
    return {"seen": sign(hook.target, facts_of_rules(hook))}


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def test_a_manager_makes_a_hook_whose_address_is_shown_once(
    one_arm: Campaign, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    form = {"name": "Survey hook", "campaign": one_arm.pk, "guests_per_day": 50}
    shown = browser.post(url("hook_new"), form).content.decode()
    (secret,) = re.findall(r"<code>[^<]*/hooks/in/(tpk_\w+)</code>", shown)
    hook = Hook.objects.get()
    assert token_by(secret) == hook.token
    assert (hook.campaign, hook.token.guests_per_day, hook.label) == (one_arm, 50, "Not set up")
    for page in ("hooks", "integrations", "home"):
        assert secret not in browser.get(url(page)).content.decode()
    assert secret not in browser.get(url("hook", hook)).content.decode()
    assert secret not in str([*ApiToken.objects.values(), *Hook.objects.values(), *Activity.objects.values()])
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.actor, line.target, line.path) == (ana, hook.target, url("hook", hook))


def test_a_campaign_that_takes_no_guests_or_is_anothers_gets_no_hook(
    campaign: Campaign, sunny: Merchant, ana: User, client_of: ClientOf, one_arm: Campaign
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state="draft")
    Campaign.objects.filter(pk=one_arm.pk).update(merchant=sunny)
    for pk in (campaign.pk, one_arm.pk, 0, ""):
        refused = client_of(ana).post(url("hook_new"), {"name": "x", "campaign": pk, "guests_per_day": 5})
        assert refused.status_code == 422
    assert not ApiToken.objects.exists()


def acts(hook: Hook, event: HookEvent) -> Iterator[str]:
    names = ("switch", "try_again", "drop_all", "renew", "signature", "rules", "campaign")
    yield from (url(f"hook_{name}", hook) for name in names)
    yield from (url(f"hook_event_{name}", event) for name in ("reveal", "pass", "drop", "take_up"))
    yield url("hook_new")


def test_who_is_no_manager_looks_masked_and_changes_nothing(
    tool: Tool, ben: User, abe: User, client_of: ClientOf
) -> None:
    tool.send(UNHAPPY | {"guest": {"mail": "ann@example.com"}})
    before = (Hook.objects.values()[0], HookEvent.objects.values()[0], ApiToken.objects.values()[0])
    for person in (ben, abe):
        browser = client_of(person)
        page = browser.get(url("hook_event", tool.event()))
        assert "ann@" not in page.content.decode()
        assert "a•••@example.com" in page.content.decode()
        assert "<button" not in page.content.decode().partition("<main")[2]
        for address in acts(tool.hook, tool.event()):
            assert browser.post(address, {"on": "yes"} | rules(email="/guest/mail")).status_code == 403, address
    assert (Hook.objects.values()[0], HookEvent.objects.values()[0], ApiToken.objects.values()[0]) == before


def test_a_hook_of_another_merchant_does_not_exist(tool: Tool, cleo: User, client_of: ClientOf) -> None:
    tool.send({"id": 1})
    browser, event = client_of(cleo), tool.event()
    for handle in ("harbor-grill", "sunny-side-coffee"):
        for name in ("hook", "hook_rules"):
            assert browser.get(url(name, tool.hook, handle)).status_code == 404
        assert browser.get(url("hook_event", event, handle)).status_code == 404
        for address in acts(tool.hook, event):
            asked = address.replace("harbor-grill", handle)
            assert browser.post(asked, rules(email="/id")).status_code in (404, 422), asked
    assert "Survey hook" not in browser.get(url("hooks", merchant="sunny-side-coffee")).content.decode()
    assert Hook.objects.count() == 1


def test_fields_are_chosen_on_the_event_that_came_and_all_is_logged(
    one_arm: Campaign, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    tool, browser = Tool(one_arm, ana, mapped=False), client_of(ana)
    tool.send(UNHAPPY)
    page = browser.get(url("hook_rules", tool.hook)).content.decode()
    assert 'name="email" value="/guest/email" checked' in page, "It is proposed."
    assert 'name="external_id" value="/id"' in page
    assert "ann@" not in page
    form = rules(("/score", "at_most", "2"), email="/guest/email", external_id="/id")
    assert browser.post(url("hook_rules", tool.hook), form | seen(tool.hook)).status_code == 302
    tool.hook.refresh_from_db()
    assert (tool.hook.mapping, tool.hook.conditions) == (MAPPING, [["/score", "at_most", "2"]])
    line = Activity.objects.for_merchant(harbor)[0].sentence
    assert "email from guest › email, external id from id; only if score is at most 2" in line
    shown = text_of(browser.get(url("hook", tool.hook)))
    assert "score is at most 2" in shown
    assert "Try 1 event again" in shown
    browser.post(url("hook_try_again", tool.hook))
    assert tool.event().state == "waits", "Nobody said what was seen."
    browser.post(url("hook_try_again", tool.hook), {"newest": tool.event().pk})
    assert tool.event().state == "passed"


@pytest.mark.parametrize(
    "form",
    [
        rules(), rules(reason="/guest/name"), rules(email="guest"), rules(email="/ann@example.com"),
        rules(email="/" + "a" * 500), {"email": "/guest/email"}, rules(("/score", "at_most", "x"), email="/a"),
        rules(("/score", "is", ""), email="/a"), rules(("/score", "is", "ann@example.com"), email="/a"),
        rules(("/ann@example.com", "is", "x"), email="/a"), rules(("/score", "like", "x"), email="/a"),
        rules(*[("/score", "is", "2")] * 11, email="/a"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_rules_is_said_and_nothing_is_saved(
    form: dict[str, Any], tool: Tool, ana: User, client_of: ClientOf
) -> None:
    tool.send(UNHAPPY)
    assert client_of(ana).post(url("hook_rules", tool.hook), form | seen(tool.hook)).status_code == 422
    tool.hook.refresh_from_db()
    assert (tool.hook.mapping, tool.hook.conditions) == (MAPPING, [])


def test_what_another_manager_changed_meanwhile_is_not_overwritten(tool: Tool, ana: User, client_of: ClientOf) -> None:
    old, browser = seen(tool.hook), client_of(ana)
    tool.reads(MAPPING, ("/score", "at_most", "1"))
    for form in (old, {"seen": ""}):
        refused = browser.post(url("hook_rules", tool.hook), rules(email="/guest/email") | form)
        assert refused.status_code == 409
    tool.hook.refresh_from_db()
    assert tool.hook.conditions == [["/score", "at_most", "1"]]
    assert browser.post(url("hook_rules", tool.hook), rules(email="/id") | seen(tool.hook)).status_code == 302


def test_all_that_waits_is_dropped_by_one_act_that_is_logged(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    for number in range(3):
        tool.send({"id": number})
    page = client_of(ana).get(url("hook", tool.hook))
    assert "Drop 3 events Yes, nobody is rewarded for them" in text_of(page)
    (newest,) = set(re.findall(r'name="newest" value="(\d+)"', page.content.decode()))
    tool.send({"id": "later"})
    for _ in range(2):
        client_of(ana).post(url("hook_drop_all", tool.hook), {"newest": newest})
    assert [event.state for event in HookEvent.objects.order_by("pk")] == ["dropped"] * 3 + ["waits"]
    line = Activity.objects.for_merchant(harbor)[0].sentence
    assert line == "Dropped 3 events of the hook “Survey hook”: nobody is rewarded."


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        (json.dumps(UNHAPPY), "Its guest would be rewarded"),
        (
            json.dumps(UNHAPPY | {"score": 5}),
            "Nobody would be rewarded. It doesn’t meet the condition “score is at most 2”.",
        ),
        (json.dumps(UNHAPPY | {"score": "?"}), "It would wait for you."),
        (json.dumps([UNHAPPY]), "Its guest would be rewarded"),
        ("{", "no JSON"),
        ("[]", "The list is empty"),
        ("", "This field is required"),
    ],
)
def test_a_sample_says_what_would_become_of_it_and_does_nothing(
    sample: str, says: str, tool: Tool, ana: User, client_of: ClientOf
) -> None:
    form = rules(("/score", "at_most", "2"), email="/guest/email", external_id="/id")
    browser, lines = client_of(ana), Activity.objects.count()
    page = browser.post(url("hook_rules", tool.hook), form | {"sample": sample, "test": "yes"})
    assert says in text_of(page)
    assert not HookEvent.objects.exists()
    assert not EventBatch.objects.exists()
    assert Activity.objects.count() == lines
    tool.hook.refresh_from_db()
    assert tool.hook.conditions == []


def test_a_manager_sees_an_event_in_full_and_the_log_says_so(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    tool.send(UNHAPPY)
    browser = client_of(ana)
    assert "ann@" not in browser.get(url("hook_event", tool.event())).content.decode()
    assert "ann@example.com" in browser.post(url("hook_event_reveal", tool.event())).content.decode()
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.actor, line.sentence) == (ana, "Looked at an event of the hook “Survey hook” unmasked.")


def test_who_chooses_fields_sees_the_event_in_full_once_the_log_says_so(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    tool.send(UNHAPPY)
    browser = client_of(ana)
    assert "Show it in full" in text_of(browser.get(url("hook_rules", tool.hook)))
    shown = browser.post(url("hook_rules", tool.hook), {"reveal": "yes"})
    assert "ann@example.com" in shown.content.decode()
    assert 'name="email" value="/guest/email" checked' in shown.content.decode()
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.actor, line.sentence) == (ana, "Looked at an event of the hook “Survey hook” unmasked.")


def test_an_event_is_let_through_or_dropped_on_its_page(tool: Tool, ana: User, client_of: ClientOf) -> None:
    for number in range(2):
        tool.send({"id": number, "mail": f"guest{number}@example.com"})
    browser, (first, second) = client_of(ana), HookEvent.objects.order_by("pk")
    assert "Reward this guest" in text_of(browser.get(url("hook_event", first)))
    assert browser.post(url("hook_event_pass", first), {}).status_code == 422
    assert browser.post(url("hook_event_pass", first), {"email": "/id"}).status_code == 302
    assert EventBatch.objects.count() == 0
    for _ in range(2):
        assert browser.post(url("hook_event_pass", first), {"email": "/mail"}).status_code == 302
        assert browser.post(url("hook_event_drop", second)).status_code == 302
    assert [event.state for event in HookEvent.objects.order_by("pk")] == ["passed", "dropped"]
    assert EventBatch.objects.count() == 1
    shown = text_of(browser.get(url("hook", tool.hook)))
    assert "Waits to be gathered" in shown
    assert "Dropped" in shown


def test_an_event_that_was_left_out_is_decided_on_again_on_its_page(tool: Tool, ana: User, client_of: ClientOf) -> None:
    tool.reads(MAPPING, ("/score", "at_least", "5"))
    tool.send(UNHAPPY)
    browser = client_of(ana)
    assert "Decide on it again" in text_of(browser.get(url("hook_event", tool.event())))
    for _ in range(2):
        assert browser.post(url("hook_event_take_up", tool.event())).status_code == 302
    assert tool.event().state == "waits"
    assert "Reward this guest" in text_of(browser.get(url("hook_event", tool.event())))


def test_a_signature_is_set_without_being_shown_and_its_secret_kept(tool: Tool, ana: User, client_of: ClientOf) -> None:
    browser, address = client_of(ana), url("hook_signature", tool.hook)
    form = {"kind": "hmac", "header": "X-Signature", "encoding": "base64", "before": "sha256=", "secret": "shared-77"}
    for wrong in ({"secret": ""}, {"header": ""}, {"header": "a b"}, {"kind": "x"}, {"kind": "standard"}):
        assert browser.post(address, form | wrong).status_code == 422, wrong
    assert browser.post(address, form).status_code == 302
    assert "shared-77" not in browser.get(url("hook", tool.hook)).content.decode()
    assert browser.post(address, form | {"secret": "", "before": ""}).status_code == 302
    tool.hook.refresh_from_db()
    assert tool.hook.signature == form | {"before": ""}
    assert tool.send(UNHAPPY).status_code == 401
    assert "1 request refused so far" in text_of(browser.get(url("hook", tool.hook)))
    assert browser.post(address, {"kind": ""}).status_code == 302
    assert tool.send(UNHAPPY).status_code == 202
    assert "shared-77" not in str([*Activity.objects.values()])


def test_a_signature_with_its_time_needs_its_header_and_keeps_nothing_else(
    tool: Tool, ana: User, client_of: ClientOf
) -> None:
    browser, address = client_of(ana), url("hook_signature", tool.hook)
    form = {"kind": "timed", "header": "X-Signature", "encoding": "base64", "before": "sha256=", "secret": "whsec_x"}
    for wrong in ({"secret": ""}, {"header": ""}):
        assert browser.post(address, form | wrong).status_code == 422, wrong
    assert browser.post(address, form).status_code == 302
    tool.hook.refresh_from_db()
    assert tool.hook.signature == {"kind": "timed", "header": "X-Signature", "secret": "whsec_x"}


def test_managers_hear_once_a_day_that_what_a_tool_sends_is_signed_wrongly(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    browser, address = client_of(ana), url("hook_signature", tool.hook)
    form = {"kind": "hmac", "header": "X-Signature", "encoding": "hex", "before": "", "secret": "old"}
    browser.post(address, form)
    for _ in range(3):
        assert tool.send(UNHAPPY, X_Signature="00").status_code == 401
    told = Notification.objects.filter(person=ana, kind=Kind.HOOK).order_by("pk")
    assert "“Survey hook” has refused 1 request, as the signature is wrong" in told.get().sentence
    assert told.get().path == url("hook", tool.hook)
    (need,) = (need for need in needs_of(Glance(harbor)) if "hook" in need.url)
    assert need.title == "One of your hooks is refusing what its tool sends."
    assert "The signature of the last 3 requests was wrong" in text_of(browser.get(url("hook", tool.hook)))
    world.advance(86_400)
    tool.send(UNHAPPY, X_Signature="00")
    assert [one.sentence.partition(",")[0] for one in told][1:] == ["“Survey hook” has refused 4 requests"]
    signed = hmac.digest(b"old", json.dumps(UNHAPPY).encode(), "sha256").hex()
    assert tool.send(UNHAPPY, X_Signature=signed).status_code == 202
    assert not [need for need in needs_of(Glance(harbor)) if "hook" in need.url]
    tool.send(UNHAPPY, X_Signature="00")
    client_of(ana).post(address, form | {"secret": "new"})
    assert not [need for need in needs_of(Glance(harbor)) if "hook" in need.url]


def test_a_manager_gives_a_hook_another_campaign_of_the_merchant_that_takes_guests(
    tool: Tool, harbor: Merchant, sunny: Merchant, one_arm: Campaign, ana: User, client_of: ClientOf
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    browser, address = client_of(ana), url("hook_campaign", tool.hook)
    shown = text_of(browser.get(url("hook", tool.hook)))
    assert "Campaign ended" in shown
    assert "Its campaign has ended" in shown
    draft = cast.draft_campaign(harbor, weights=(100,), name="Draft")
    others = cast.draft_campaign(sunny, weights=(100,), name="Others", state="published", thanx_id="others")
    for pk in (draft.pk, others.pk, one_arm.pk, 0, ""):
        assert browser.post(address, {"campaign": pk}).status_code == 422
    other = cast.draft_campaign(harbor, weights=(100,), name="Cake", state="published", thanx_id="cake")
    for _ in range(2):
        assert browser.post(address, {"campaign": other.pk}).status_code == 302
    assert Hook.objects.get().campaign == other
    lines = Activity.objects.for_merchant(harbor).filter(target=tool.hook.target, sentence__contains="instead of")
    assert [line.sentence for line in lines] == [
        "The hook “Survey hook” rewards guests from the campaign “Cake” instead of “Coffee for everybody”."
    ]


def test_switching_and_renewing_are_acts_of_managers_that_are_logged(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    for on, label in (("no", "Off"), ("no", "Off"), ("yes", "On")):
        browser.post(url("hook_switch", tool.hook), {"on": on})
        assert Hook.objects.get().label == label
    shown = browser.post(url("hook_renew", tool.hook)).content.decode()
    (secret,) = re.findall(r"/hooks/in/(tpk_\w+)</code>", shown)
    assert secret != tool.secret
    assert f"<code>{secret[-4:]}</code>" in shown
    assert [line.sentence for line in Activity.objects.for_merchant(harbor)[:3]] == [
        "Renewed the address of the hook “Survey hook”.", "Turned the hook “Survey hook” on.",
        "Turned the hook “Survey hook” off.",
    ]  # fmt: skip


def test_the_pages_of_a_hook_ask_the_database_no_more_the_more_came(
    tool: Tool, ana: User, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        tool.send({"id": number, "guest": {"email": f"guest{number}@example.com"} if number % 2 else {}})
    browser = client_of(ana)
    for address in (url("hooks"), url("hook", tool.hook), url("hook_rules", tool.hook), url("home")):
        with django_assert_max_num_queries(11):
            assert browser.get(address).status_code == 200
    older = re.search(r'href="(\?before=\d+)"', browser.get(url("hook", tool.hook)).content.decode())
    assert older
    assert browser.get(url("hook", tool.hook) + older[1]).content.decode().count('class="need"') == 3
