"""docs/integrations.md shows each message as it is sent, and how to check it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from campaigns.models import Campaign
from issuance.engine.settlement import end_job
from issuance.guests.reasons import reason_in_words
from issuance.lifecycle.transitions import move_job
from issuance.models import IssuanceJob
from issuance.models.states import JobState
from issuance.worker.messenger import tell_what_happened
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.factories import published
from tests.outgoing.receivers import Receiver
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.outgoing import delivering
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.outgoing.models import MessageType
from thanxportal.outgoing.signing import secret_of

pytestmark = pytest.mark.django_db
TEXT = Path(settings.BASE_DIR, "docs", "integrations.md").read_text("utf-8")
SECTION = TEXT[TEXT.index("## Be told what happened") :]
EXAMPLES = {body["type"]: body for body in map(json.loads, re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL))}


@pytest.fixture
def received(harbor: Merchant, one_arm: Campaign, ana: User, world: World, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """A system that was told everything there is to tell."""
    receiver = Receiver()
    monkeypatch.setattr(delivering, "network", lambda: receiver.network)
    made, _ = add_endpoint(merchant=harbor, actor=ana, address="https://hooks.example.com/", types=MessageType.values)
    monkeypatch.setenv("WEBHOOK_SECRET", secret_of(made.seed))
    program = Program(harbor, ana)
    for names in (["a", "refused"], ["b"]):
        guests = [{"email": f"{name}@example.com", "external_id": f"survey-{name}"} for name in names]
        assert program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": guests}).status_code == 202
        world.drive(hours=0.5)
        Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=0)
    assert tell_what_happened() == 0
    job = IssuanceJob.objects.get()
    assert move_job(job, JobState.REVOKING)
    assert end_job(job, JobState.REVOKED, revoked_at=timezone.now())
    published(cast.draft_campaign(harbor))
    assert tell_what_happened() == 0
    delivering.serve(made.pk)
    return receiver


def shape(value: Any) -> Any:
    """Names and kinds of values; of numbers by name, such as outcomes, only that they are numbers."""
    if isinstance(value, dict):
        return {name: "outcomes" if name == "outcomes" else shape(part) for name, part in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


def test_every_type_is_shown_as_it_is_sent(received: Receiver) -> None:
    sent: dict[str, Any] = {}
    for request in received.requests:
        body = json.loads(request.content)
        sent.setdefault(body["type"], body)
    assert {*EXAMPLES} == {*MessageType.values} == {*sent}
    for kind, example in EXAMPLES.items():
        assert shape(example) == shape(sent[kind]), kind
        assert list(example["data"]) == list(sent[kind]["data"]), kind


def test_the_detail_that_is_shown_is_what_the_code_says() -> None:
    (guest,) = EXAMPLES["guest.refused"]["data"]["guests"]
    assert guest["detail"] == reason_in_words(guest["code"])


def test_the_example_takes_each_message_once_and_no_forged_one(received: Receiver) -> None:
    names: dict[str, Any] = {}
    code = re.search(r"```python\n(.*?)```", SECTION, re.DOTALL)
    assert code
    exec(code[1], names)  # noqa: S102 - our own document
    for request in received.requests:
        assert names["receive"](request.headers, request.content)["type"] in EXAMPLES
        assert names["receive"](request.headers, request.content) is None
    forged = received.requests[0].content.replace(b"survey-a", b"survey-z")
    with pytest.raises(WebhookVerificationError):
        names["receive"](received.requests[0].headers, forged)


def test_the_distances_that_are_told_are_those_that_are_kept() -> None:
    assert delivering.WAITS[:5] == (5, 30, 120, 600, 1_800)
    assert "after 5 and 30 seconds, 2, 10, 30 minutes and so on up to 12 hours" in SECTION
    assert (delivering.WAITS[-1], delivering.LONGEST_REST) == (12 * 3600, 300)
