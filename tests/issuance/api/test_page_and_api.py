"""Of the same campaign, the builder's page and the API say the same: both take it, or neither."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.builder_actions import CONTROL_REWARD
from campaigns.drafts import FIELDS
from campaigns.models import CONTROL, Campaign
from campaigns.publishing_rules import DATES
from campaigns.reviewed import facts_of
from issuance.api import making
from tests.crash import as_often
from tests.issuance.api.programs import Program
from thanxportal.accounts.models import Merchant, User
from thanxportal.reviewed import sign

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.repeats]
EXAMPLES = int(os.environ.get("VERDICTS", as_often(usually=200, ci=500, full=10_000)))
MAY = datetime(2026, 5, 1, tzinfo=UTC)
GONE, FOREIGN, UNKNOWN = "gone", "foreign", "unknown"

# Any text, but what is no text: both doors take it out, each in its own way.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffd"), max_size=40)
names = st.one_of(
    st.sampled_from(["Summer", " Summer ", "", "   ", "x" * 120, "x" * 121, f"{'x' * 120} ", CONTROL]), texts
)
fine_prints = st.one_of(st.sampled_from(["", "One per guest.", "x" * 2000, "x" * 2001, "a\nb"]), texts)
objectives = st.one_of(st.sampled_from(["", "Bring guests back", "x" * 300, "x" * 301]), texts)
# As a browser sends them, by ISO 8601, and what is no date: what the page reads besides, programs may not send.
moments = st.one_of(
    st.sampled_from([
        None, None, "soon", "2026-06-01T09:00", "2026-06-01T09:00:00Z", "2026-06-01T09:00:30", "2027-03-14T02:30",
        "2026-11-01T01:30", "2026-11-01T01:30:00-07:00", "0026-06-01T09:00", "9999-12-31T23:59",
        "0001-01-01T00:00:00+14:00", "2026-13-01T09:00", "2026-06-31T09:00", "2024-01-01T00:00",
    ]),
    st.integers(0, 200_000).map(lambda minutes: f"{MAY + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"),
    texts.filter(str.strip),
)  # fmt: skip
in_order = st.lists(st.integers(1, 90), min_size=4, max_size=4).map(
    lambda days: [f"2026-{6 + day // 30:02}-{1 + day % 30:02}T09:00" for day in sorted(days)]
)
arms = st.lists(
    st.fixed_dictionaries({
        "gives": st.sampled_from(["first", "second", "first", "second", CONTROL, "", GONE, FOREIGN, UNKNOWN]),
        "name": st.one_of(st.sampled_from(["", "", "A", "B", "control", " Control ", "x" * 80, "x" * 81]), texts),
        "percent": st.one_of(
            st.sampled_from([None, 10, 25, 33, 34, 50, 100]), st.integers(-1, 102), st.integers(-(10**20), 10**20)
        ),
        "locked": st.booleans(),
    }),
    max_size=4,
)  # fmt: skip
good_arms = st.sampled_from([
    [{"gives": "first", "name": "", "percent": 100, "locked": False}],
    [{"gives": "first", "name": "A", "percent": None, "locked": True},
     {"gives": CONTROL, "name": "", "percent": 10, "locked": False}],
])  # fmt: skip
inputs = st.fixed_dictionaries({
    "name": st.one_of(st.just("Summer"), names),
    "objective": objectives,
    "fine_print": fine_prints,
    "dates": st.one_of(
        in_order.map(lambda days: [days[0], days[2], days[1], days[3]]), st.lists(moments, min_size=4, max_size=4)
    ),
    "expected_guests": st.one_of(st.none(), st.sampled_from([0, 1, 10_000_000, 10_000_001]), st.integers(-5, 10**30)),
    "arms": st.one_of(good_arms, arms),
})  # fmt: skip


class Doors:
    """Brings one campaign by both doors, and takes it away again."""

    def __init__(self, program: Program, browser: Client, ids: dict[str, int]) -> None:
        self.program, self.browser, self.ids = program, browser, ids

    def by_page(self, wanted: dict[str, Any]) -> list[Any]:
        """How the draft is kept if it is, and whether it is published."""
        form = {name: self._typed(wanted[name]) for name in ("name", "objective", "fine_print", "expected_guests")}
        form |= {name: self._typed(moment) for name, moment in zip(DATES, wanted["dates"], strict=True)}
        for position, arm in enumerate(wanted["arms"]):
            control = arm["gives"] == CONTROL
            form |= {
                f"arm{position}-reward": CONTROL_REWARD if control else self._typed(self.ids.get(arm["gives"])),
                f"arm{position}-name": "" if control else arm["name"],
                f"arm{position}-weight": self._typed(arm["percent"]),
                **({f"arm{position}-locked": "on"} if arm["locked"] else {}),
            }
        address = f"/m/{self.program.token.merchant.handle}/campaigns/new/"
        answer = self.browser.post(address, form)
        assert answer.status_code in (302, 422)
        draft = _kept()
        assert bool(draft) is (answer.status_code == 302)
        return [*draft, bool(draft) and self._published(Campaign.objects.get())]

    def _published(self, campaign: Campaign) -> bool:
        """By whoever has seen it as it is."""
        page = reverse("campaigns:publish", args=[campaign.merchant.handle, campaign.pk])
        with translation.override(campaign.merchant.locale):
            seen = sign(campaign.target, facts_of(campaign))
        answer = self.browser.post(page, {"seen": seen})
        assert answer.status_code in (302, 422)
        campaign.refresh_from_db()
        assert (campaign.state == "publishing") is (answer.status_code == 302)
        return campaign.state == "publishing"

    def by_api(self, wanted: dict[str, Any]) -> list[Any]:
        sent = {name: wanted[name] for name in ("name", "objective", "fine_print", "expected_guests")}
        sent |= dict(zip(DATES, wanted["dates"], strict=True))
        sent["arms"] = [
            {"name": CONTROL if arm["gives"] == CONTROL else arm["name"], "percent": arm["percent"],
             "reward_template_id": self.ids.get(arm["gives"]), "locked": arm["locked"]}
            for arm in wanted["arms"]
        ]  # fmt: skip
        drafted = self._asked(sent)
        published = self._asked(sent | {"publish": True}, state="publishing")
        return [*drafted, bool(published)]

    def _asked(self, sent: dict[str, Any], state: str = "draft") -> list[Any]:
        with transaction.atomic():
            answer = self.program.post("/campaigns", sent)
            assert answer.status_code in (201, 422), answer.content
            kept = _kept()
            assert bool(kept) is (answer.status_code == 201)
            assert not kept or answer.json()["state"] == state
            transaction.set_rollback(True)
        return kept

    @staticmethod
    def _typed(value: Any) -> str:
        return "" if value is None else str(value)


def _kept() -> list[Any]:
    return [
        ([getattr(campaign, name) for name in FIELDS],
         [(arm.name, arm.reward_template_id, arm.weight, arm.locked) for arm in campaign.variants.all()])
        for campaign in Campaign.objects.all()
    ]  # fmt: skip


@pytest.mark.usefixtures("world", "undrawn", "refusals_unsaid")
def test_page_and_api_give_the_same_verdict(
    harbor: Merchant, sunny: Merchant, ana: User, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_A_DAY", 10**9)
    monkeypatch.setattr(portal, "PROGRAM_RATE", (10**9, 10**9))
    first, second = harbor.reward_templates.order_by("pk")
    gone = harbor.reward_templates.create(
        thanx_id="gone", name="Gone", seen_at=first.seen_at, withdrawn_at=first.seen_at
    )
    foreign = sunny.reward_templates.order_by("pk")[0]
    ids = {"first": first.pk, "second": second.pk, GONE: gone.pk, FOREIGN: foreign.pk, UNKNOWN: 10**12}
    doors, verdicts = Doors(Program(harbor, ana), client_of(ana), ids), Counter[str]()

    @settings(max_examples=EXAMPLES, database=None)
    @given(wanted=inputs)
    def same(wanted: dict[str, Any]) -> None:
        with transaction.atomic():
            by_page = doors.by_page(wanted)
            transaction.set_rollback(True)
        assert doors.by_api(wanted) == by_page
        verdicts["published" if by_page[-1] else "drafted" if by_page[:-1] else "refused"] += 1

    same()
    assert min(verdicts[verdict] for verdict in ("published", "drafted", "refused")) > EXAMPLES / 50, verdicts
