"""Of the same guests, a list on the pages and a program's request make the same: each gets the same reward of the same
arm, or nothing for the same reason."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from django.conf import settings as portal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, RewardTemplate
from issuance.engine.sending_pauses import pause_sending
from issuance.models.states import ListState
from issuance.privacy.erasing import erase_ordered, order_erasure
from tests import cast
from tests.crash import as_often
from tests.issuance.api.both_doors import Became, Doors, held_out, placed, rewarded_before
from tests.issuance.factories import known_at_thanx, make_list
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.repeats]
EXAMPLES = int(os.environ.get("VERDICTS", as_often(usually=10, ci=100, full=10_000)))
OFTEN = (
    "nobody", "asked", "rewarded", "refused", "control", "waiting", "already_rewarded", "invalid", "duplicate"
)  # fmt: skip
CLOSED = ("draft", "publishing", "refused", "ended", "opted out")

EMAILS = [f"{name}@example.com" for name in ("ann", "bob", "cyd", "dan", "eve.o'hara", "fay+x", "refused1")]
PHONES = [f"+1202555010{digit}" for digit in range(5)]
emails = st.sampled_from([*EMAILS, *EMAILS, "breaks-the-job@example.com", "spoils-the-job@example.com"])
phones = st.sampled_from(PHONES)
# The ways in which people, programs and spreadsheets write the same.
spelled_emails = st.builds(
    lambda write, email: write(email),
    st.sampled_from([
        str, str, str, str.upper, str.title, "  {} ".format, "mailto:{}".format, "Ann <{}>".format, "{}.".format,
        "\u00a0{}".format, "\u200b{}".format, "'{}".format, "{};".format, "<{}>".format, "{}\n".format, "\t{}".format,
        lambda email: email.replace("@", " @ "), lambda email: email.replace("@", "＠"), "=HYPERLINK(\"{}\")".format,
    ]),
    emails,
)  # fmt: skip
spelled_phones = st.builds(
    lambda write, phone: write(phone),
    st.sampled_from([
        str, str, lambda phone: phone[2:], lambda phone: f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}",
        lambda phone: "00" + phone[1:], "{}.0".format, "tel:{}".format, "{} ext. 5".format, "{} (home)".format,
        lambda phone: "0" + phone[3:], "\u200e{}".format, "'{}".format, lambda phone: f"{phone[1:3]} {phone[3:]}",
        lambda phone: f"{float(phone):.9E}", "{}/2025550199".format,
    ]),
    phones,
)  # fmt: skip
odd = st.one_of(
    st.sampled_from([
        "", " ", "-", "n/a", "none", "@", "ann@", "@example.com", "ann@example", "ann example.com", "ann@@example.com",
        "ann@example.com, bob@example.com", "ann@exаmple.com", "аnn@example.com", "a***@example.com", "12", "555-0101",
        "202555010", "20255501011", "2025550101 2025550102", "1.2025550101E+10", "2026-06-01", "10.0.0.1", "#REF!",
        "=A1", "0", "true", "ann@example..com", "x" * 60, "ünal@example.com", "٢٠٢٥٥٥٠١٠١", "VIP", "Total",
        "Contact: ann@example.com",
    ]),
    # No text at all, and what ends a row of a file, is left out.
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\u2028\u2029\x85"), max_size=12),
)  # fmt: skip
nothing = st.just("")
guests = st.one_of(
    st.tuples(spelled_emails, nothing), st.tuples(nothing, spelled_phones), st.tuples(spelled_emails, spelled_phones),
    st.tuples(spelled_emails, nothing), st.tuples(odd, st.one_of(nothing, odd, spelled_phones)),
    st.tuples(st.one_of(spelled_phones, spelled_emails), st.one_of(odd, spelled_emails, spelled_phones)),
)  # fmt: skip
situations = st.fixed_dictionaries({
    "state": st.sampled_from(["published"] * 20 + ["coming", *CLOSED]),
    "requests": st.sampled_from([1, 1, 2, 3]),
    "uuid": st.uuids(),
    "shares": st.sampled_from([
        ((100,), False), ((50, 50), False), ((45, 45, 10), True), ((50, 50), True), ((1, 99), True),
        ((25, 25, 25, 25), True), ((34, 33, 33), False),
    ]),
    "threshold": st.sampled_from([None, None, None, 0, 1, 3, 8]),
    "answer": st.sampled_from(["approve", "approve", "send back", ""]),
    "alone": st.sampled_from([0, 0, 0, 1, 5]),
    "repeat_days": st.sampled_from([0, 1, 30]),
    "prefer": st.sampled_from(["email", "phone"]),
    "country": st.sampled_from(["US", "US", "GB", "DE"]),
    "canaries": st.sampled_from([0, 0, 0, 1, 2]),
    "paused": st.sampled_from([False] * 9 + [True]),
    "withdrawn": st.sampled_from([False] * 9 + [True]),
    "before": st.lists(
        st.tuples(st.one_of(emails, phones), st.booleans(), st.sampled_from([0.5, 5, 20, 40])),
        max_size=4, unique_by=lambda earlier: earlier[0],
    ),
    "erased": st.sampled_from([False, False, True]),
    "held_out": st.lists(st.one_of(emails, phones), max_size=2, unique=True),
})  # fmt: skip


@pytest.fixture
def doors(
    harbor: Merchant, ana: User, abe: User, client_of: Any, world: World, simulator: Simulator, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Doors:  # fmt: skip
    monkeypatch.setattr(portal, "PROGRAM_RATE", (10**9, 10**9))
    return Doors(merchant=harbor, manager=ana, approver=abe, browser=client_of(ana), world=world, simulator=simulator)


def arranged(doors: Doors, situation: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Everything that was before the guests come."""
    merchant = doors.merchant
    campaign = placed(merchant, situation, doors.simulator)
    other = known_at_thanx(cast.draft_campaign(merchant, name="May"), doors.simulator)
    for who, own, days in situation["before"]:
        rewarded_before(campaign if own else other, who, days)
    for who in situation["held_out"]:
        held_out(other, who)
    if situation["alone"]:
        make_list(other, ListState.FINISHED, by=doors.manager, rewarded=situation["alone"])
    if situation["erased"] and situation["before"]:
        order_erasure(merchant=merchant, value=situation["before"][0][0], actor=doors.manager)
        erase_ordered()
    if situation["withdrawn"]:
        RewardTemplate.objects.filter(merchant=merchant).update(withdrawn_at=merchant.visited_at)
    if situation["paused"]:
        pause_sending(actor=None, reason="A test")
    monkeypatch.setattr(portal, "CANARY_ABOVE", 1 if situation["canaries"] else 1_000)
    monkeypatch.setattr(portal, "CANARY_SIZE", situation["canaries"] or 50)
    changed = {"approval_threshold": situation["threshold"], "repeat_days": situation["repeat_days"]}
    changed |= {"preferred_identifier": situation["prefer"], "country": situation["country"]}
    if situation["state"] == "opted out":
        changed["withdrawn_at"] = merchant.visited_at
    Merchant.objects.filter(pk=merchant.pk).update(**changed)
    merchant.refresh_from_db()
    return campaign


@pytest.mark.usefixtures("undrawn", "refusals_unsaid", "at_once")
def test_page_and_api_give_each_guest_the_same(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Counter[str]()

    @settings(
        max_examples=EXAMPLES, database=None, phases=[Phase.generate]
    )  # To shrink one takes longer than to read it.
    @given(situation=situations, written=st.lists(guests, min_size=1, max_size=12))
    def same(situation: dict[str, Any], written: list[tuple[str, str]]) -> None:
        asked = [
            {"email": email, "phone": phone, "reason": "Cold soup", "external_id": f"g{at}"}
            for at, (email, phone) in enumerate(written)
        ]
        with doors.undone():
            campaign = arranged(doors, situation, monkeypatch)
            with doors.undone():
                by_page = doors.by_page(campaign, asked, situation)
            with doors.undone():
                by_api = doors.by_api(campaign, asked, situation)
        assert by_api == by_page, (situation, written)
        seen.update(verdicts_of(by_page))

    same()
    assert EXAMPLES < 1_000 or seen.keys() >= {*OFTEN}, seen


def verdicts_of(became: Became | None) -> set[str]:
    if became is None:
        return {"nobody"}
    return {row[2] for row in became.guests.values()} | ({"asked"} if became.needs_approval else set())
