"""The door of a hook: what isn't an event of its tool is refused before any work, and counted where it can be."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from campaigns.models import Campaign
from issuance.hooks import arriving
from issuance.hooks.fields import MOST_DEPTH, MOST_FIELDS
from issuance.hooks.making import renew_address
from issuance.models import MOST_A_MINUTE, EventBatch, HookEvent
from issuance.views.hook_door import take
from tests.issuance.api.programs import Program
from tests.issuance.api.test_rights import NEEDS, ask
from tests.issuance.hooks.tools import UNHAPPY, Tool, unhappy
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.accounts.tokens import end_token, new_secret

pytestmark = pytest.mark.django_db
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SECRET = "whsec_" + b64encode(b"a secret of a test, of 24 b").decode()


def refusals(tool: Tool) -> tuple[int, str]:
    tool.hook.refresh_from_db()
    return tool.hook.refused_count, tool.hook.refused_why


def test_an_address_that_nobody_made_leads_nowhere(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().post("/hooks/in/tpk_test_" + "a" * 38, "{}", content_type=JSON).status_code == 404
    refused = Client().post(f"/hooks/in/{new_secret()}", "{}", content_type=JSON)
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")


def test_a_renewed_or_ended_address_takes_nothing_any_more(tool: Tool, ana: User) -> None:
    old = tool.secret
    tool.secret = renew_address(tool.hook, ana) or ""
    assert tool.send(unhappy(1)).status_code == 202
    new, tool.secret = tool.secret, old
    assert tool.send(unhappy(2)).status_code == 404
    tool.secret = new
    end_token(token=tool.hook.token, actor=ana)
    assert tool.send(unhappy(3)).status_code == 404
    assert renew_address(tool.hook, ana) is None
    assert HookEvent.objects.count() == 1


def test_what_waited_to_be_gathered_survives_a_renewed_address(tool: Tool, ana: User, world: World) -> None:
    tool.send(UNHAPPY)
    renew_address(tool.hook, ana)
    world.drive()
    assert EventBatch.objects.get().guest_list is not None


def test_the_token_of_a_hook_opens_nothing_of_the_api_and_one_of_the_api_no_hook(
    tool: Tool, harbor: Merchant, ana: User, one_arm: Campaign
) -> None:
    program = Program(harbor, ana)
    program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [{"email": "ann@example.com"}]})
    batch, secret = EventBatch.objects.get(), program.secret
    program.secret = tool.secret
    for operation in NEEDS:
        assert ask(program, operation, one_arm, batch).status_code == 401, operation
    tool.secret = secret
    assert tool.send(UNHAPPY).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options", "patch"])
def test_only_a_post_is_an_event(tool: Tool, method: str) -> None:
    assert getattr(tool.client, method)(f"/hooks/in/{tool.secret}").status_code == 405


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        ("x" * (64 * 1024 + 1), JSON, 413, ""),
        (deep(MOST_DEPTH + 2), JSON, 422, "levels deep"),
        ("[" * 30_000, JSON, 400, "no JSON"),
        (json.dumps({str(number): 1 for number in range(MOST_FIELDS + 1)}), JSON, 422, "fields"),
        (json.dumps([{}] * 101), JSON, 422, "100 events"),
        ("{", JSON, 400, "no JSON"),
        ("9" * 5_000, JSON, 400, "no JSON"),
        ("7", JSON, 422, "an object"),
        ('["ann@example.com"]', JSON, 422, "an object"),
        (" ", JSON, 400, "no JSON"),
        ("<a/>", "application/xml", 415, "Content-Type"),
        ("a=1", "", 415, "Content-Type"),
        ("&".join(f"f{number}=1" for number in range(1_100)), FORM, 400, "form"),
        ("broken", "multipart/form-data", 400, "form"),
        ("broken", "multipart/form-data; boundary=x", 422, ""),
    ],
)  # fmt: skip
def test_what_is_too_much_or_no_event_is_refused_with_a_sentence(
    tool: Tool, body: str, kind: str, status: int, says: str
) -> None:
    refused = tool.post(body, kind)
    if status == 422 and not says:  # Nothing in it: an event without fields waits.
        assert refused.status_code == 202
        return
    assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    assert says in refused.json()["detail"]
    assert not HookEvent.objects.exists()


def test_a_form_with_a_file_is_refused(tool: Tool) -> None:
    file = SimpleUploadedFile("a.txt", b"x")
    refused = tool.client.post(f"/hooks/in/{tool.secret}", {"email": "ann@example.com", "file": file})
    assert (refused.status_code, HookEvent.objects.count()) == (415, 0)


def test_more_events_than_a_hook_takes_in_a_minute_come_again_later_and_are_counted(tool: Tool, world: World) -> None:
    tool.change(minute=timezone.now().replace(second=0, microsecond=0), minute_count=MOST_A_MINUTE - 1)
    assert tool.send([unhappy(1), unhappy(2)]).status_code == 429
    assert tool.send(unhappy(1)).status_code == 202
    refused = tool.send(unhappy(2))
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refusals(tool) == (2, "This hook was asked too often. Send the same again later.")
    world.advance(60)
    assert tool.send(unhappy(2)).status_code == 202


def test_who_does_not_sign_uses_up_no_place_of_who_does(tool: Tool) -> None:
    tool.change(signature={"kind": "standard", "secret": SECRET})
    for _ in range(3):
        assert tool.send(unhappy(1)).status_code == 401
    tool.hook.refresh_from_db()
    assert (tool.hook.minute_count, tool.hook.refused_count) == (0, 3)


def test_an_event_that_is_too_long_is_counted(tool: Tool) -> None:
    assert tool.post("x" * 65_537, JSON).status_code == 413
    assert refusals(tool) == (1, "An event has at most 64 KB.")


def test_a_field_whose_name_is_a_whole_question_is_read_and_one_beyond_reason_left_out(tool: Tool) -> None:
    question, endless = "How did you like it? " * 15, "x" * 500
    assert tool.send(UNHAPPY | {question: "5", endless: "6"}).status_code == 202
    assert ["/" + question, "5"] in tool.event().fields
    assert "6" not in str([text for _, text in tool.event().fields])


def test_where_thousands_wait_people_decide_before_more_comes(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "MOST_WAITING", 2)
    tool.reads({})
    for number in range(3):
        assert tool.send(unhappy(number)).status_code == 202
    refused = tool.send(unhappy(4))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")


def test_all_kinds_of_forms_are_read(tool: Tool) -> None:
    tool.reads({"email": "/email"})
    tool.post("email=ann%40example.com&score=2&tag=a&tag=b", FORM)
    tool.client.post(f"/hooks/in/{tool.secret}", {"email": "bob@example.com", "rawRequest": '{"answers": {"3": "x"}}'})
    first, second = HookEvent.objects.order_by("pk")
    assert first.fields == [["/email", "ann@example.com"], ["/score", "2"], ["/tag/0", "a"], ["/tag/1", "b"]]
    assert second.fields == [["/email", "bob@example.com"], ["/rawRequest/answers/3", "x"]]
    assert {first.state, second.state} == {"passed"}


def test_a_list_is_as_many_events(tool: Tool) -> None:
    assert tool.send([unhappy(1), unhappy(2), unhappy(1)]).status_code == 202
    assert [event.state for event in HookEvent.objects.order_by("pk")] == ["passed", "passed", "same"]
    assert tool.send([]).status_code == 202


def signed(raw: bytes, *, encoding: str, prefix: str = "", key: str = "shared") -> str:
    digest = hmac.new(key.encode(), raw, hashlib.sha256).digest()
    return prefix + (digest.hex() if encoding == "hex" else b64encode(digest).decode())


@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_a_signed_event_is_taken_and_a_wrong_one_refused_and_counted(tool: Tool, encoding: str, prefix: str) -> None:
    said = {"kind": "hmac", "header": "X-Signature", "encoding": encoding, "before": prefix, "secret": "shared"}
    tool.change(signature=said)
    raw = json.dumps(UNHAPPY)
    right = signed(raw.encode(), encoding=encoding, prefix=prefix)
    other = signed(raw.encode(), encoding="base64" if encoding == "hex" else "hex", prefix=prefix)
    wrong = ["", "x", "ä", prefix, right[:-2], right + " x", other, signed(b"{}", encoding=encoding, prefix=prefix)]
    wrong += [signed(raw.encode(), encoding=encoding, prefix=prefix, key="other"), f"md5={right}"]
    for given in wrong:
        refused = tool.post(raw, JSON, X_Signature=given)
        assert refused.status_code == 401, given
    assert tool.post(raw, JSON).status_code == 401
    assert refusals(tool) == (len(wrong) + 1, "The signature is missing or wrong.")
    assert not HookEvent.objects.exists()
    assert tool.post(raw, JSON, X_Signature=right).status_code == 202


def standard(raw: str, at: datetime, name: str = "msg_1") -> dict[str, str]:
    signature = Webhook(SECRET).sign(name, at, raw)
    return {"webhook_id": name, "webhook_timestamp": str(int(at.timestamp())), "webhook_signature": signature}


def test_standard_webhooks_are_verified_with_their_time(tool: Tool, world: World) -> None:
    tool.change(signature={"kind": "standard", "secret": SECRET})
    now, raw = timezone.now(), json.dumps(UNHAPPY)
    for at in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
        assert tool.post(raw, JSON, **standard(raw, at)).status_code == 401
    good = standard(raw, now)
    for change in ({"webhook_id": "msg_2"}, {"webhook_signature": "v1,x"}, {"webhook_signature": "v1"},
                   {"webhook_timestamp": "nan"}, {"webhook_signature": ""}):  # fmt: skip
        assert tool.post(raw, JSON, **good | change).status_code == 401, change
    assert tool.post(b"\xff", JSON, **good).status_code == 401
    assert not HookEvent.objects.exists()
    assert tool.post(raw, JSON, **good).status_code == 202
    assert tool.post(raw, JSON, **good).status_code == 202
    assert tool.event().received_count == 2


def test_svix_signs_under_names_of_its_own(tool: Tool) -> None:
    tool.change(signature={"kind": "standard", "secret": SECRET})
    raw = json.dumps(UNHAPPY)
    good = {name.replace("webhook", "svix"): value for name, value in standard(raw, timezone.now()).items()}
    old = {name.replace("webhook", "svix"): value for name, value in standard(raw, long_ago()).items()}
    half = {"svix_id": good["svix_id"], "svix_timestamp": good["svix_timestamp"]}
    mixed = half | {"webhook_signature": good["svix_signature"]}
    for given in (old, half, mixed, good | {"svix_id": "msg_2"}, good | {"webhook_signature": "v1,x"}):
        assert tool.post(raw, JSON, **given).status_code == 401, given
    assert not HookEvent.objects.exists()
    for _ in range(2):
        assert tool.post(raw, JSON, **good).status_code == 202
    assert tool.event().received_count == 2


def timed(raw: str, at: datetime, key: str = "shared") -> str:
    """As the documentation of Stripe says it is made."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={signed(f'{seconds}.{raw}'.encode(), encoding='hex', key=key)}"


def long_ago() -> datetime:
    return timezone.now() - timedelta(minutes=6)


def test_a_signature_with_its_time_is_taken_for_five_minutes(tool: Tool) -> None:
    tool.change(signature={"kind": "timed", "header": "X-Signature", "secret": "shared"})
    raw, now = json.dumps(UNHAPPY), timezone.now()
    right = timed(raw, now)
    at, _, digest = right.partition(",")
    moved = f"t={int(now.timestamp()) + 1},{digest}"
    wrong = ["", "x", "ä", "t=,v1=", at, digest, digest.upper(), f"{at},v0={digest[3:]}", moved, f"{right}x"]
    wrong += [timed(raw, long_ago()), timed(raw, now + timedelta(minutes=6)), timed(raw, now, key="other")]
    wrong += [timed("{}", now), f"t={'9' * 5_000},{digest}", f"t=-1,{digest}", f"t=nan,{digest}", f"t=²,{digest}"]
    for given in wrong:
        assert tool.post(raw, JSON, X_Signature=given).status_code == 401, given
    assert refusals(tool)[0] == len(wrong)
    assert not HookEvent.objects.exists()
    for good in (right, f"{at}, v1=00ff, {digest},v0=x", timed(raw, now - timedelta(minutes=4))):
        assert tool.post(raw, JSON, X_Signature=good).status_code == 202, good


def test_no_log_has_an_address_and_no_cookie_counts(
    tool: Tool, ana: User, client_of: Callable[[User], Client], caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    tool.client = client_of(ana)
    tool.change(signature={"kind": "standard", "secret": SECRET})
    for method in (tool.client.get, tool.client.put):
        method(f"/hooks/in/{tool.secret}")
    tool.send(UNHAPPY)
    tool.post("x" * 70_000, JSON)
    monkeypatch.setattr("issuance.views.hook_door.hook_at", lambda secret: 1 / 0)
    tool.client.raise_request_exception = False
    assert tool.send(UNHAPPY).status_code == 500
    assert "Internal Server Error: /hooks/in/" in caplog.text
    assert tool.secret not in caplog.text
    assert tool.secret[-38:] not in caplog.text


def test_a_body_that_ends_too_early_is_refused(tool: Tool, rf: Any) -> None:
    class Torn(BytesIO):
        def read(self, *args: Any) -> bytes:
            raise OSError

    request = rf.post("/hooks/in/x", "{}", content_type=JSON)
    request._stream = Torn()
    request._read_started = False
    assert take(request, tool.secret).status_code == 400
