"""The worked example of docs/integrations.md, done as it says and sent by its own lines to a server on a socket."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.hooks.conditions import OPERATORS
from issuance.hooks.fields import fields_in
from issuance.hooks.items import by_name
from issuance.hooks.making import facts_of_rules
from issuance.models import EventBatch, HookEvent
from tests.issuance.hooks.tools import Tool
from thanxportal.accounts.models import User
from thanxportal.reviewed import sign

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = Path(settings.BASE_DIR, "docs", "integrations.md").read_text("utf-8").partition("\n## A hook")[2]
ROLES = {"Email": "email", "Reason": "reason", "External id": "external_id"}


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def form(document: Any) -> dict[str, str]:
    """What a manager chooses by the table of the example."""
    pointers = {field.label: field.pointer for field in by_name(fields_in(document))}
    chosen = dict(re.findall(r"^\| ([\w ]+) \| `(.+?)` \|$", TEXT, re.MULTILINE))
    (only,) = re.findall(r"^\| Only if \| `(.+?)` (.+?) `(.+?)` \|$", TEXT, re.MULTILINE)
    operator = next(name for name, words in OPERATORS.items() if words == only[1])
    condition = {"c-0-field": pointers[only[0]], "c-0-operator": operator, "c-0-value": only[2]}
    roles = {ROLES[role]: pointers[label] for role, label in chosen.items() if role in ROLES}
    return {"c-TOTAL_FORMS": "1", "c-INITIAL_FORMS": "0"} | condition | roles


def test_the_example_rewards_the_unhappy_guest_once(
    one_arm: Campaign, ana: User, client_of: Callable[[User], Client], live_server: Any, monkeypatch: Any
) -> None:
    tool, body = Tool(one_arm, ana, mapped=False), block("json")
    page = reverse("issuance:hook_rules", args=["harbor-grill", tool.hook.pk])
    assert (
        client_of(ana)
        .post(page, form(json.loads(body)) | {"seen": sign(tool.hook.target, facts_of_rules(tool.hook))})
        .status_code
        == 302
    )
    header, prefix = re.findall(r"in the header `(.+?)`, behind `(.+?)`", TEXT)[0]
    said = {"kind": "hmac", "header": header, "encoding": "base64", "before": prefix, "secret": "shared"}
    tool.change(signature=said)
    for name, value in {"HOOK": f"{live_server.url}/hooks/in/{tool.secret}", "SHARED": "shared"}.items():
        monkeypatch.setenv(name, value)
    happy = body.replace('"number": 2', '"number": 5').replace("a3f9", "b4e8")
    for sent in (body, body, body.replace("01J8ZK4T", "01J8ZK5T"), happy):
        monkeypatch.setenv("BODY", sent)
        run = subprocess.run(["bash", "-ec", block("bash")], capture_output=True, text=True, check=True)
        assert run.stdout == "Received."
    assert [event.state for event in HookEvent.objects.order_by("pk")] == ["passed", "same", "left_out"]
    (guest,) = EventBatch.objects.get().guests
    assert guest[5] == ["ann@example.com", "", "Cold soup", "a3f9"]
