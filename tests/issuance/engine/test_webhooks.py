"""The address for Thanx: forged webhooks leave no trace, lawful ones are always answered well."""

from __future__ import annotations

import io
import json
import random
from itertools import count, islice
from typing import Any

import pytest
from django.test import Client

from issuance.engine import incoming_webhooks
from issuance.models import IssuanceJob, WebhookDelivery
from issuance.worker import due_work
from tests.crash import as_often
from tests.issuance.webhook_posts import SECRET, URL, batch, issued, only_delivery, post
from thanxportal.partner_simulator import sign

FORGERIES = as_often(usually=200, ci=1_000, full=1_000)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("webhook_secret")]


@pytest.mark.repeats
def test_forged_webhooks_leave_no_trace(accepted: IssuanceJob) -> None:
    dice = random.Random(1)
    raw = json.dumps(issued(str(accepted.thanx_id))).encode()
    right = sign(raw, SECRET)
    before = IssuanceJob.objects.values().get(pk=accepted.pk)

    def mutated() -> tuple[bytes, str]:
        at, other = dice.randrange(64), dice.choice("0123456789abcdefABCDEFgé \t")
        body_at = dice.randrange(len(raw))
        return dice.choice(
            [
                (raw, right[:at] + other + right[at + 1 :]),
                (raw, right[:at]),
                (raw, right.upper()),
                (raw, right + other),
                (raw, f"sha256={right}"),
                (raw, sign(raw, SECRET[:-1])),
                (raw, sign(raw, "")),
                (raw[:body_at] + bytes([dice.randrange(256)]) + raw[body_at + 1 :], right),
                (raw[:body_at], right),
                (raw + b" ", right),
            ]
        )

    drawn = (mutated() for _ in count())
    forgeries = list(islice((forgery for forgery in drawn if forgery != (raw, right)), FORGERIES))
    assert {post(body, signature).status_code for body, signature in forgeries} == {401}
    due_work.drive_due_work()
    assert not WebhookDelivery.objects.exists()
    assert IssuanceJob.objects.values().get(pk=accepted.pk) == before


def test_a_webhook_without_a_signature_is_refused() -> None:
    assert Client().post(URL, b"{}", content_type="application/json").status_code == 401
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("none", [[], [""]])
def test_without_a_secret_nothing_is_taken(none: list[str], settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = none
    assert post(issued("j1"), sign(json.dumps(issued("j1")).encode(), "")).status_code == 503
    assert not WebhookDelivery.objects.exists()


def test_a_body_above_five_mebibytes_is_refused_and_one_of_exactly_that_is_taken() -> None:
    assert post(b" " * (5 * 1024 * 1024 + 1)).status_code == 413
    assert not WebhookDelivery.objects.exists()
    assert post(b" " * (5 * 1024 * 1024)).status_code == 200


@pytest.mark.parametrize("length", ["", "0", "10", "-1", "x"])
def test_a_length_that_says_too_little_is_a_wrong_signature(length: str) -> None:
    assert post(issued("j1"), CONTENT_LENGTH=length).status_code == 401
    assert not WebhookDelivery.objects.exists()


class Endless(io.RawIOBase):
    """A body that has no end, and counts how much of it was taken."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "The whole of an endless body was asked for."
        self.taken += size
        return b" " * size


def test_an_endless_body_is_cut_off() -> None:
    body = Endless()
    chunked = {"CONTENT_LENGTH": "", "wsgi.input": body, "wsgi.input_terminated": True}
    assert post(b"", **chunked).status_code == 413
    assert body.taken == 5 * 1024 * 1024 + 1


def test_a_body_in_chunks_without_a_length_is_read() -> None:
    raw = json.dumps(issued("j1")).encode()
    chunked = {"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(raw), "wsgi.input_terminated": True}
    assert post(b"", sign(raw, SECRET), **chunked).status_code == 200
    assert only_delivery().thanx_job_id == "j1"


def test_a_connection_that_breaks_in_the_body_leaves_no_trace() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("reset")

    assert post(b"{}", **{"wsgi.input": Broken()}).status_code == 400
    assert not WebhookDelivery.objects.exists()


def test_only_posts_are_answered() -> None:
    assert Client().get(URL).status_code == 405


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"event": 7}',
        b'{"event": "reward.issued", "data": []}',
        b'{"event": "reward.issued", "data": {"issuance_job_id": "a\\u0000b"}}',
        b'{"event": "reward.issued", "data": {"issuance_job_id": "\\ud800"}}',
        b'{"event": "reward.issued", "data": {"issuance_job_id": "ana@example.com"}}',
        b'{"event": "reward.issued", "data": {"issuance_job_id": "j1", "reward_id": "' + b"r" * 65 + b'"}}',
        b'{"event": "reward_batch.completed", "data": {"issuance_job_id": "j1", "merchant_id": "\\n"}}',
        b'{"event": "reward_batch.completed"}',
    ],
)
def test_what_makes_no_sense_is_put_aside_and_answered_well(raw: bytes) -> None:
    assert post(raw).status_code == 200
    delivery = only_delivery()
    assert (delivery.state, delivery.due_at, delivery.thanx_job_id) == ("quarantined", None, "")
    assert delivery.note


@pytest.mark.parametrize(
    ("event", "kept"),
    [("guest.waved", "guest.waved"), ("ana@example.com", ""), ("a\x00b", ""), ("\ud800", ""), ("x" * 500, "x" * 80)],
)
def test_an_unknown_event_is_kept_by_name_and_ignored(event: str, kept: str) -> None:
    assert post({"event": event, "data": {"issuance_job_id": "j1"}}).status_code == 200
    delivery = only_delivery()
    assert (delivery.state, delivery.event, delivery.due_at) == ("ignored", kept, None)


def test_nothing_about_a_guest_is_kept_or_logged(accepted: IssuanceJob, caplog: pytest.LogCaptureFixture) -> None:
    failures = [{"user_identifier": "ana@example.com", "reason": "ana@example.com is unknown"}]
    post(batch(str(accepted.thanx_id), failures=failures))
    post(batch(str(accepted.thanx_id), failures=failures, merchant_id="other"))
    post(b'{"event": "ana@example.com"')
    post(issued(str(accepted.thanx_id), user_id="ana@example.com"))
    due_work.drive_due_work()
    assert WebhookDelivery.objects.count() == 4
    assert "ana@" not in str(list(WebhookDelivery.objects.values())) + caplog.text


def test_both_secrets_are_good_while_they_are_changed(settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = ["old", "", "new"]
    for number, secret in enumerate(["old", "new"]):
        raw = json.dumps(issued("j1", number)).encode()
        assert post(raw, sign(raw, secret)).status_code == 200
    assert WebhookDelivery.objects.count() == 2


def test_the_same_body_again_is_only_counted(accepted: IssuanceJob) -> None:
    event = issued(str(accepted.thanx_id))
    assert [post(event).status_code for _ in range(3)] == [200, 200, 200]
    incoming_webhooks.apply_due_deliveries()
    assert post(event).status_code == 200
    assert (only_delivery().received_count, only_delivery().state) == (4, "applied")


def test_the_end_of_a_batch_calls_a_worker_and_a_reward_does_not(
    accepted: IssuanceJob, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as calls:
        post(issued(str(accepted.thanx_id)))
    assert calls == []
    with django_capture_on_commit_callbacks() as calls:
        post(batch(str(accepted.thanx_id)))
    assert len(calls) == 1


def test_a_batch_event_of_ten_thousand_refusals_is_taken(accepted: IssuanceJob) -> None:
    long = "x" * 230
    failures = [
        {"user_identifier": f"{long}{n}@example.com", "reason": "USER_EMAIL_INVALID" * 5} for n in range(10_000)
    ]
    raw = json.dumps(batch(str(accepted.thanx_id), failures=failures)).encode()
    assert len(raw) > 3_600_000
    assert post(raw).status_code == 200
    incoming_webhooks.apply_due_deliveries()
    assert only_delivery().state == "applied"
