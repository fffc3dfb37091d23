"""Who sees a guest in full, in whatever state a list is: found by visiting every address with everybody.

The lists are those of `canaries`, in which each cell of each guest is known. What somebody sees in full, that person
has brought and nobody launched; or the log says who looked at which rows. Where that may happen, and for whom, is
declared here. An address that isn't fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob
from tests import cast
from tests.canaries import IDENTIFIERS, ROWS, EveryState, Known, Seen, seen_in
from tests.crash import as_often
from tests.routes import OF_MERCHANTS
from tests.world import World
from thanxportal.accounts.models import Activity, Membership, Notification, Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unsaid")]
LOOK, OPEN, SHOW, TAKE = "look", "open", "show", "take"
# The least role that may do it, but for who brought a list. To look leaves no line in the log; all else does.
LEAST = {OPEN: Role.BUILDER, SHOW: Role.MANAGER, TAKE: Role.MANAGER}
ACTS = {
    "list_detail": {LOOK, OPEN},
    "list_progress": {LOOK},
    "one_guest": {OPEN},
    "reveal": {SHOW},
    "report": {TAKE},
    "bad_rows": {LOOK, TAKE},
}
# Changes of a list, which end on its page.
LEADS_TO_LIST = {
    "list_approve", "list_columns", "list_continue", "list_correct", "list_discard", "list_include", "list_issue_now",
    "list_ask_back", "list_job_cutting", "list_launch", "list_repair", "list_reread", "list_retry", "list_send_back",
    "list_send_unsent", "list_stop", "list_use_rows", "list_withdraw", "repair_undo", "row_edit", "rows_upload",
    "list_review", "list_approval",
}  # fmt: skip
SHOWS_NOBODY = {
    "activity", "campaign_detail", "campaign_edit", "campaign_list", "campaign_lists", "campaign_new", "delete", "dock",
    "duplicate", "guest_story", "guests", "home", "invitation_withdraw", "jobs", "lineage", "list_index", "list_new",
    "location_list", "loosening_confirm", "loosening_withdraw",
    "privacy", "privacy_certificate", "privacy_erase", "privacy_erasure", "privacy_look", "proof",
    "integrations", "stream", "token_end", "reward_preset", "reward_preset_end", "folders", "folder", "folder_end",
    "hooks", "hook", "hook_new", "hook_rules", "hook_switch", "hook_try_again",
    "hook_renew", "hook_drop_all", "hook_campaign", "hook_signature", "hook_event", "hook_event_reveal",
    "hook_event_pass", "hook_event_drop", "hook_event_take_up",
    "endpoints", "endpoint", "endpoint_secret", "endpoint_test", "endpoint_off", "endpoint_on", "endpoint_remove",
    "message", "message_again",
    "exports", "read_out", "read_out_costs", "read_out_date", "read_out_numbers", "read_out_open", "read_outs",
    "member_remove", "member_role", "publish", "refresh_templates", "reward_choices", "running",
    "settings", "team", "template_age", "template_detail", "template_list",
}  # fmt: skip
BY_NAME = {"privacy_export"}  # What is held about a guest whom a manager names, by a line of its own.
OWN_PAGES = ("/", "/notifications/", "/profile/", "/account/second-factor/")
# Columns that hold guests. Pages, mails, logs and what staff see are made of the others.
HOLDERS = {
    "Guest.value", "Guest.cells", "Guest.other", "GuestList.file_info", "RepairedRow.before", "RowError.cells",
    "SearchText.text",
}  # fmt: skip
EVERYBODY_VISITS = bool(as_often(usually=0, ci=1, full=1))
LOOKED_AT = (
    "list_detail", "list_progress", "list_review", "list_approval", "lineage", "jobs", "guests", "bad_rows", "report"
)  # fmt: skip
LINE = re.compile(r"(?:Looked at|Downloaded the)(?: row (\d+)| \d+ rows from (\d+) to (\d+)| unmasked [a-z ]+) of “")

FORM = {
    "key": "at", "choice": "US", "row": "6", "edit": "6", "value-6": "nobody@", "email": "1", "show": "invalid",
    "header_row": "1", "campaign": "1", "repair": "1", "cut_by": "most", "cell1": "nobody@", "reason": "No.",
}  # fmt: skip


class Person(NamedTuple):
    user: User
    role: Role
    browser: Client

    def owns(self, known: Known) -> bool:
        """A single guest stays known to who typed it."""
        secret = "launched" in known.tags and "typed" not in known.tags
        return known.made.created_by_id == self.user.pk and not secret and self.role.rank >= Role.BUILDER.rank


class Visit(NamedTuple):
    name: str
    query: str = ""
    form: dict[str, str] | None = None  # by POST

    def of(self, made: GuestList) -> str:
        page = [made.merchant.handle] if self.name == "one_guest" else [made.merchant.handle, made.pk]
        return reverse(f"issuance:{self.name}", args=page) + self.query


@pytest.fixture
def everybody(campaign: Campaign, bea: User, ben: User, sid: User, abe: User, ana: User) -> list[Person]:
    bob = cast.person("bob@example.com", campaign.merchant, Role.BUILDER)
    people = []
    for user in (bea, bob, ben, sid, abe, ana):
        browser = Client()
        browser.force_login(user)
        people.append(Person(user, Role(user.memberships.get().role), browser))
    return people


@pytest.fixture
def states(campaign: Campaign, everybody: list[Person], world: World, unguarded: None) -> EveryState:
    owner, colleague, _, sender, *_ = (person.user for person in everybody)
    return EveryState(campaign, owner, colleague, sender)


@pytest.fixture
def frameless(settings: Any, tmp_path: Path) -> None:
    """Draws pages without the frame around them, which says the same on all of them and takes most of the time."""
    blocks = "".join(f"{{% block {name} %}}{{% endblock %}}" for name in ("title", "header", "main"))
    (tmp_path / "base.html").write_text(f'{{% include "components/messages.html" %}}{blocks}')
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]


@contextmanager
def undone() -> Iterator[None]:
    """A visit changes nothing for the next one."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def looks(known: Known) -> Iterator[Visit]:
    """All that shows rows of a list."""
    yield from map(Visit, LOOKED_AT)
    yield Visit("reveal", form={})
    yield Visit("reveal", form={"row": "2"})
    yield Visit("guests", form={"q": "example.com"})
    if "open" in known.tags:
        for bucket in ("ready", "fixed", "duplicate", "already_rewarded"):
            yield Visit("list_detail", f"?show={bucket}&edit=6")
    if known.tags & {"open", "retry", "rest"}:
        for row in ROWS.values():
            yield Visit("list_detail", f"?edit={row}")
    if "typed" in known.tags:
        yield Visit("one_guest", f"?again={known.made.pk}")


def acts(turn: int) -> Iterator[Visit]:
    """What changes a list, and then shows it: usually one of three in turn."""
    names = sorted(LEADS_TO_LIST)
    yield from (Visit(name, form=FORM) for name in (names if EVERYBODY_VISITS else names[turn % 3 :: 3]))


class Shown(NamedTuple):
    """What a visit showed in full, and the lines that it left in the log."""

    seen: set[Seen]
    lines: list[Activity]

    def by_line(self, known: Known) -> set[Seen]:
        """What the log says was seen."""
        allowed = set()
        for line in self.lines:
            said = LINE.match(line.sentence)
            if not said or line.target != f"list:{known.made.pk}":
                continue
            one, first, last = (int(number) if number else 0 for number in said.groups())
            rows = range(one or first, (one or last) + 1) if one or first else range(1_000)
            cells = IDENTIFIERS | {"name"} if one or first else IDENTIFIERS | {"name", "note"}
            letters = [letter for letter, row in ROWS.items() if row in rows]
            allowed |= {Seen(known.number, letter, cell) for letter in letters for cell in cells}
        return allowed


def what_shows(browser: Client, url: str, form: dict[str, str] | None = None) -> Shown:
    """Everything that a browser gets: the page where a form leads, and all addresses on the way."""
    with undone():
        last = Activity.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if form is None:
            answer: Any = browser.get(url, headers={"HX-Request": "true"} if "/progress/" in url else None)
        else:
            answer = browser.post(url, form, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = f"{answer.headers} {getattr(answer, 'redirect_chain', '')} {body.decode()}"
        lines = Activity.objects.filter(pk__gt=last, sentence__regex="^(Looked|Downloaded)").order_by("pk")
        assert answer.status_code < 500, url
        return Shown(seen_in(text), list(lines))


def act_of(name: str) -> str:
    return {"reveal": SHOW, "report": TAKE, "bad_rows": TAKE}.get(name, OPEN)


def faults_of(person: Person, visit: Visit, known: Known, shown: Shown) -> Iterator[str]:
    where = f"{person.user} ({person.role}) at {visit.name}{visit.query} {visit.form or ''} of a list {known.made.name}"
    allowed = ACTS.get(visit.name, {LOOK, OPEN} if visit.name in LEADS_TO_LIST else set())
    act, own = act_of(visit.name), LOOK in allowed and person.owns(known)
    if shown.lines and (act not in allowed or person.role.rank < LEAST[act].rank):
        yield f"{where}: may not {act} anything here."
    if any(line.actor_id != person.user.pk for line in shown.lines):
        yield f"{where}: the log names somebody else."
    may = {seen for seen in shown.seen if own and seen.list == known.number} | shown.by_line(known)
    if shown.seen - may:
        yield f"{where}: shows {sorted(shown.seen - may)} without a right or a line."


def test_every_address_is_declared_once() -> None:
    declared = [*ACTS, *LEADS_TO_LIST, *SHOWS_NOBODY, *BY_NAME]
    assert sorted(declared) == sorted(route.name.partition(":")[2] for route in OF_MERCHANTS)


@pytest.mark.slow
@pytest.mark.repeats
@pytest.mark.usefixtures("frameless")
def test_whoever_sees_a_guest_in_full_has_brought_it_or_is_in_the_log(
    states: EveryState, everybody: list[Person]
) -> None:
    """Usually who brought the lists looks at everything, and one of the others in turn; one of the two asks for names
    or does one thing of three. In the long run all of them do everything."""
    faults, done, number = list[str](), set[tuple[str, str]](), 0
    for known in states.lists.values():
        brought = next((person for person in everybody if person.user == known.made.created_by), everybody[0])
        others = [person for person in everybody if person != brought]
        for visit in (*looks(known), *acts(number)):
            number += 1
            people = (brought, others[number % len(others)])
            if visit.form is not None:
                people = people[number % 2 :][:1]
            for person in everybody if EVERYBODY_VISITS else people:
                shown = what_shows(person.browser, visit.of(known.made), visit.form)
                faults += faults_of(person, visit, known, shown)
                done |= {(visit.name, act_of(visit.name) if shown.lines else LOOK)} if shown.seen else set()
    assert not faults, "\n".join(faults)
    assert done >= {(name, act) for name, acts in ACTS.items() for act in acts}, "Nobody did what is declared."


@pytest.mark.usefixtures("frameless")
def test_who_may_only_look_now_sees_nothing_of_what_that_person_brought(
    states: EveryState, everybody: list[Person]
) -> None:
    owner = everybody[0]
    Membership.objects.filter(user=owner.user).update(role=Role.VIEWER)
    for known in (known for known in states.lists.values() if "launched" not in known.tags):
        for visit in looks(known):
            shown = what_shows(owner.browser, visit.of(known.made), visit.form)
            assert not shown.seen, visit
            assert not shown.lines, visit


def test_a_guest_who_is_exported_is_seen_by_managers_and_the_log_says_so(
    states: EveryState, everybody: list[Person]
) -> None:
    known = states.lists["finished"]
    url, form = "/m/harbor-grill/privacy/export/", {"guest": f"k{known.number}amail@example.com", "page": "1"}
    for person in everybody:
        with undone():
            shown, lines = what_shows(person.browser, url, form).seen, list[str]()
            if person.role == Role.MANAGER:
                person.browser.post(url, form)
                lines = list(Activity.objects.order_by("-pk").values_list("sentence", flat=True)[:1])
        assert {(seen.list, seen.row) for seen in shown} <= {(known.number, "a"), (known.number, "d")}
        assert bool(shown) == (person.role == Role.MANAGER) == (lines == ["Exported what is held about one guest."])


@pytest.mark.slow
def test_no_other_page_shows_a_guest(states: EveryState, everybody: list[Person]) -> None:
    """Those of the merchant and of a person, whole; and all that staff can open, whoever they are."""
    campaign = states.campaign
    template = campaign.merchant.reward_templates.all()[0]
    pages = [route for route in OF_MERCHANTS if route.name.partition(":")[2] in SHOWS_NOBODY - {"guests"}]
    urls = [
        route.url(handle=campaign.merchant.handle, pk=template.pk if "template" in route.name else campaign.pk)
        for route in pages
        if not route.name.startswith("issuance:") or "pk" not in route.parameters or "campaign" in route.pattern
    ]
    for person in everybody:
        told = Notification.objects.of_person(person.user)
        for url in (*urls, *OWN_PAGES, *(f"/notifications/{one.pk}/" for one in told)):
            assert not what_shows(person.browser, url).seen, url
    staff = Client()
    staff.force_login(cast.person("sam@example.com", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        page = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = model._default_manager.order_by("-pk")[: 30 if model in (GuestList, IssuanceJob) else 3]
        for url in (reverse(f"{page}_changelist"), *(reverse(f"{page}_change", args=[row.pk]) for row in rows)):
            assert not what_shows(staff, url).seen, url


def test_guests_stand_in_no_column_but_their_own(states: EveryState) -> None:
    """So that nothing that is told, mailed, logged or shown to staff can name them."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField | JSONField):
                texts = model._default_manager.values_list(field.attname, flat=True)
                found |= {f"{model.__name__}.{field.name}"} if seen_in(str(list(texts))) else set()
    assert found == HOLDERS
