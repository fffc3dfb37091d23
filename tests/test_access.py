"""Who may ask what of which address: every address, by every method, by everybody.

Addresses are found in the URLs. One that isn't declared here fails the test, as does one that answers anybody else
than it says, or by another method. Pages aren't drawn for that; what stands on them is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.checking.repairs import recipe_for, repair_rows
from issuance.hooks.making import make_hook
from issuance.models import (
    FolderFile,
    GuestList,
    HookEvent,
    Rehearsal,
    RevocationPlan,
    RevocationRequest,
    Stream,
    WatchedFolder,
)
from issuance.models.states import Outcome
from issuance.privacy.erasing import order_erasure
from tests import cast
from tests.crash import as_often
from tests.issuance.api.programs import token_of_program
from tests.issuance.factories import read_file
from tests.routes import ROUTES, Route
from thanxportal.accounts.looking import begin_look
from thanxportal.accounts.models import Kind, Loosening, Membership, Notification, Role, User
from thanxportal.accounts.proofs import FRESH
from thanxportal.accounts.team import invite
from thanxportal.outgoing.endpoints import add_endpoint

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS")
EVERY_METHOD = bool(as_often(usually=0, ci=1, full=1))
HOOK = "https://hooks.example.com/portal"
SECRETS = ("Win-back June", "June guests", "guest1@example.com", "Harbor Grill")

Rule = Callable[[str, str], str]  # the answer to a person who asks by a method

# Who asks. All but two have a second factor, and gave it in the very session just now, if nothing else is said.
OUTSIDE = ("nobody", "locked")  # not signed in, or in a session of an account that was locked since
MEMBERS = [role.value for role in Role]
GROUPS = ("support", "operations", "administrator")
OLDER = "older"  # a manager in a session from before the second factor
STALE, UNPROVEN = "stale", "unproven"  # administrators who gave it long ago, and who have none
LOOKING = "looking"  # support who look at the merchant’s pages: they see what a viewer sees, and change nothing
STAFF = (*GROUPS, STALE, UNPROVEN, LOOKING)
PEOPLE = (*OUTSIDE, "stranger", "former", *MEMBERS, OLDER, *STAFF)
OFTEN = {
    "nobody",
    "stranger",
    "viewer",
    "sender",
    "manager",
    "support",
    LOOKING,
}  # in `make test`, all in `make test-slow`
WITH_FACTOR = {*PEOPLE} - {*OUTSIDE, "former", UNPROVEN}

# Addresses of a merchant: by which methods, from which role on (or whom alone), names. Whoever is no member gets 404.
OF_A_MERCHANT = """
    GET       viewer    issuance:home issuance:dock issuance:running issuance:list_index issuance:campaign_lists
    GET       viewer    issuance:list_detail issuance:list_progress issuance:list_review issuance:list_approval
    GET       viewer    issuance:stream issuance:hooks issuance:hook issuance:hook_event
    GET       viewer    issuance:lineage issuance:jobs issuance:report issuance:proof
    GET       viewer    issuance:read_out issuance:read_out_numbers issuance:read_outs
    GET       viewer    campaigns:template_list campaigns:template_age campaigns:template_detail
    GET       viewer    campaigns:location_list campaigns:campaign_list campaigns:campaign_detail accounts:activity
    GET,POST  viewer    issuance:guests
    GET       builder   campaigns:reward_choices
    GET,POST  builder   campaigns:campaign_new campaigns:campaign_edit issuance:list_new
    POST      builder   campaigns:refresh_templates campaigns:duplicate campaigns:delete
    POST      builder   issuance:list_discard issuance:list_columns issuance:list_reread issuance:list_use_rows
    POST      builder   issuance:list_repair issuance:row_edit issuance:rows_upload issuance:repair_undo
    POST      builder   issuance:list_job_cutting issuance:list_correct
    GET,POST  sender    issuance:one_guest
    POST      sender    campaigns:publish issuance:list_launch issuance:list_stop issuance:list_issue_now
    POST      sender    issuance:list_continue issuance:list_include issuance:list_retry issuance:list_send_unsent
    POST      approver  issuance:list_approve issuance:list_send_back
    GET,POST  manager   accounts:settings accounts:team issuance:reveal issuance:guest_story issuance:exports
    GET,POST  manager   issuance:integrations issuance:reward_preset issuance:folders
    GET       manager   issuance:folder
    POST      manager   issuance:token_end issuance:reward_preset_end issuance:folder_end
    GET,POST  manager   issuance:hook_new issuance:hook_rules
    POST      manager   issuance:hook_switch issuance:hook_try_again issuance:hook_renew issuance:hook_drop_all
    POST      manager   issuance:hook_campaign
    POST      manager   issuance:hook_signature issuance:hook_event_reveal issuance:hook_event_pass
    POST      manager   issuance:hook_event_drop issuance:hook_event_take_up
    GET,POST  manager   issuance:endpoints issuance:endpoint
    POST      manager   issuance:endpoint_secret issuance:endpoint_test issuance:endpoint_off
    POST      manager   issuance:endpoint_on issuance:endpoint_remove issuance:message_again
    GET       manager   issuance:message
    POST      manager   issuance:list_ask_back issuance:read_out_date issuance:read_out_open issuance:read_out_costs
    POST      manager   accounts:member_role accounts:member_remove accounts:invitation_withdraw
    POST      manager   accounts:loosening_confirm accounts:loosening_withdraw
    GET       manager   issuance:privacy issuance:privacy_erasure issuance:privacy_certificate
    POST      manager   issuance:privacy_look issuance:privacy_export issuance:privacy_erase
    GET       =builder,manager   issuance:bad_rows
    POST      =sender            issuance:list_withdraw
"""
# What needs a second factor, given lately in the very session: all that issues, shows guests in full or runs the team.
# An approval does, too, of a list that still waits for one.
GUARDED = {
    "issuance:list_launch", "issuance:list_continue", "issuance:list_issue_now", "issuance:list_retry",
    "issuance:list_send_unsent", "issuance:one_guest", "issuance:reveal", "issuance:report", "issuance:bad_rows",
    "accounts:team", "accounts:member_role", "accounts:member_remove", "accounts:invitation_withdraw",
    "accounts:settings", "accounts:loosening_confirm", "issuance:privacy_export", "issuance:privacy_erase",
    "issuance:guest_story", "issuance:integrations", "issuance:reward_preset", "issuance:folders",
    "issuance:hook_new", "issuance:hook_rules", "issuance:hook_try_again", "issuance:hook_renew",
    "issuance:hook_drop_all", "issuance:hook_campaign", "issuance:hook_signature",
    "issuance:hook_event_reveal", "issuance:hook_event_pass",
    "issuance:endpoints", "issuance:endpoint", "issuance:endpoint_secret",
}  # fmt: skip
# For programs, which show a token: by which methods people ask in vain. See issuance/api/test_rights.py.
OF_PROGRAMS = """
    GET       -  api-1:health api-1:campaign api-1:reward_templates
    GET       -  api-1:batches api-1:batch_guests
    GET,POST  -  api-1:campaigns api-1:make_campaign
    GET,DELETE  -  api-1:batch api-1:withdraw_batch
    POST      -  api-1:reward api-1:reward_on_the_fly api-1:lookup
"""
# Other addresses: the methods that answer who is outside, those that answer who is signed in, names.
OF_A_PERSON = f"""
    -         GET       accounts:start accounts:notifications accounts:sessions
    -         POST      accounts:read_all accounts:end_others accounts:look_leave
    -         GET,POST  accounts:profile accounts:address
    GET,POST  GET,POST  accounts:invitation
    {",".join(METHODS)}  {",".join(METHODS)}  healthz readyz
"""
# The same of allauth, whose views are classes: they answer HEAD like GET, and PUT like POST. Where they lead elsewhere
# they do so by any method.
ANY, PAGE, OUT = ",".join(METHODS), "GET,HEAD,OPTIONS", "GET,HEAD,POST,OPTIONS"
FORM = f"{OUT},PUT"
OF_ALLAUTH = f"""
    {FORM}  {ANY}   account_login
    {OUT}   {OUT}   account_logout
    {FORM}  {FORM}  account_reset_password
    {ANY}   {ANY}   account_reset_password_from_key
    {PAGE}  {PAGE}  account_inactive account_reset_password_done
    -       {FORM}  account_change_password
    -       {ANY}   mfa_authenticate mfa_activate_totp mfa_generate_recovery_codes mfa_list_webauthn mfa_add_webauthn
    -       {ANY}   mfa_edit_webauthn mfa_remove_webauthn mfa_reauthenticate_webauthn
    -       {PAGE}  mfa_index
"""
OF_WHO_HAS_A_FACTOR = f"""
    {ANY}   - mfa_deactivate_totp
    {ANY}   - mfa_download_recovery_codes
"""
# In the admin: which groups may add, change or delete. All of them look at everything, and nobody else at anything.
ALL, ACT, RUN = GROUPS, GROUPS[1:], GROUPS[2:]
MAY_ADD = {
    "user": RUN,
    "invitation": RUN,
    "erasure": RUN,
    "resolution": ACT,
    "revocationplan": ACT,
    "partnertoken": RUN,
    "sendingpause": ACT,
    "thanxstatement": ACT,
}
MAY_CHANGE = {"user": RUN, "merchant": RUN, "membership": RUN}
MAY_DELETE = {"membership": RUN}
OF_THE_ADMIN = (
    "index", "app_list", "issuance_gate", "issuance_find", "password_change", "issuance_onboarding",
    "issuance_certification", "issuance_certification_lately", "issuance_rehearsal_certification",
    "issuance_rehearsal_pack", "issuance_failures", "issuance_training",
)  # fmt: skip


def declared(table: str) -> Iterator[tuple[set[str], str, str]]:
    """(methods, who or methods of others, name) of each address in a table."""
    for line in filter(str.strip, table.splitlines()):
        methods, who, *names = line.split()
        yield from ((set(methods.split(",")) - {"-"}, who, name) for name in names)


def merchant_rule(methods: set[str], who: str, guarded: bool = False) -> Rule:
    look = "GET" if "POST" in methods else ""
    alone = who.removeprefix("=").split(",") if who[0] == "=" else MEMBERS[MEMBERS.index(who) :]

    def rule(person: str, method: str) -> str:
        if person in OUTSIDE:
            return "sign in"
        if method not in methods:
            return "in" if method == "GET" else "405"  # It leads to the page that has the button.
        if person == LOOKING:
            return "in" if method == "GET" and "viewer" in alone else "403"
        role = "manager" if person == OLDER else person
        opens = "factor" if person == OLDER and guarded and method != look else "in"
        return opens if role in alone else "403" if role in MEMBERS else "404"

    return rule


def personal_rule(outside: set[str], inside: set[str]) -> Rule:
    def rule(person: str, method: str) -> str:
        if person in OUTSIDE and not outside:
            return "sign in"
        leads = method == "GET" and person not in OUTSIDE
        return "in" if leads or method in (outside if person in OUTSIDE else inside) else "405"

    return rule


def staff_rule(looks: tuple[str, ...], acts: tuple[str, ...], methods: str = ANY, fresh: str = "POST") -> Rule:
    """Who `looks` may ask by any method, as most of Django's views of the admin look at none but POST; by `fresh` ones
    only who gave the second factor lately."""

    def rule(person: str, method: str) -> str:
        if person not in STAFF:
            return "sign in"
        if person == UNPROVEN or (person == STALE and method in fresh.split(",")):
            return "factor"
        if method not in methods.split(","):
            return "405"
        group = {STALE: "administrator", LOOKING: "support"}.get(person, person)
        return "in" if group in (acts if method == "POST" else looks) else "403"

    return rule


def admin_rules() -> Iterator[tuple[str, Rule]]:
    for model in admin.site._registry:
        name, page = model._meta.model_name or "", f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield f"{page}_changelist", staff_rule(ALL, ALL)
        yield f"{page}_history", staff_rule(ALL, ALL)
        yield f"{page}_add", staff_rule(MAY_ADD.get(name, ()), MAY_ADD.get(name, ()), fresh=ANY)
        yield f"{page}_change", staff_rule(ALL, MAY_CHANGE.get(name, ()))
        yield f"{page}_delete", staff_rule(MAY_DELETE.get(name, ()), MAY_DELETE.get(name, ()))
        yield f"admin:admin/{model._meta.app_label}/{name}/<path:object_id>/", staff_rule(ALL, ALL)
    yield from ((f"admin:{name}", staff_rule(ALL, ALL)) for name in OF_THE_ADMIN)


RULES = dict(admin_rules())
RULES |= {name: merchant_rule(methods, who, name in GUARDED) for methods, who, name in declared(OF_A_MERCHANT)}
RULES |= {name: personal_rule(out, set(own.split(","))) for out, own, name in declared(OF_A_PERSON + OF_ALLAUTH)}


def program_rule(methods: set[str]) -> Rule:
    return lambda person, method: "401" if method in methods else "405"


def answering(answer: str, but: str, rule: Rule, *methods: str) -> Rule:
    """A rule where those who are signed in and would get `answer`, by these methods or by any, get `but`."""

    def changed(person: str, method: str) -> str:
        own = rule(person, method)
        return but if own == answer and person not in OUTSIDE and method in (methods or METHODS) else own

    return changed


def owners_rule(methods: set[str], *owners: str) -> Rule:
    """What is one person's alone; others learn nothing of it."""

    def rule(person: str, method: str) -> str:
        if person in OUTSIDE:
            return "sign in"
        if method not in methods:
            return "in" if method == "GET" else "405"
        return "in" if person in owners else "404"

    return rule


RULES |= {name: program_rule(methods) for methods, _, name in declared(OF_PROGRAMS)}
RULES |= {name: owners_rule(methods, *WITH_FACTOR) for methods, _, name in declared(OF_WHO_HAS_A_FACTOR)} | {
    "account_reauthenticate": lambda person, method: (
        "sign in" if person in OUTSIDE else "405" if person not in WITH_FACTOR and method == "DELETE" else "in"
    ),
    "mfa_reauthenticate": lambda person, method: (
        "sign in" if person in OUTSIDE else "405" if person in WITH_FACTOR and method == "DELETE" else "in"
    ),
    "mfa_view_recovery_codes": answering("404", "in", owners_rule(set(PAGE.split(",")), *WITH_FACTOR), "OPTIONS"),
    "admin:login": answering("sign in", "403", staff_rule(ALL, ALL, FORM)),  # Once signed in there is no other way in.
    "admin:logout": lambda person, method: (
        "in"
        if person not in STAFF
        else staff_rule(ALL, ALL, OUT, fresh="")(person, method)  # In the portal again, that is.
    ),
    **{
        f"admin:issuance_{name}": answering("405", "in", staff_rule(ALL, ACT, "POST"), "GET")
        for name in ("ask", "rehearse", "webhook_test", "train", "confirm_plan", "withdraw_plan", "refuse_request")
    },
    "admin:accounts_look": answering("405", "in", staff_rule(ALL, ALL, "POST"), "GET"),
    "admin:jsi18n": staff_rule(ALL, ALL, PAGE),
    "admin:password_change_done": staff_rule(ALL, ALL, PAGE),
    # No page of ours completes anything.
    "admin:autocomplete": answering("in", "403", staff_rule(ALL, ALL, PAGE), "GET", "HEAD"),
    "admin:view_on_site": answering("in", "404", staff_rule(ALL, ALL)),
    "admin:admin/(?P<url>.*)$": answering("in", "404", staff_rule(ALL, ALL)),
    "accounts:switch": merchant_rule({"POST"}, "viewer"),
    "accounts:notification": owners_rule({"GET"}, "viewer"),
    "accounts:read_one": owners_rule({"POST"}, "viewer"),
    "accounts:end_session": owners_rule({"POST"}, "viewer"),
    "accounts:address_confirm": owners_rule({"GET", "POST"}),  # A link that nobody of them was sent.
    "api-1:docs": lambda person, method: "in" if method == "GET" else "405",
    "api-1:openapi-json": lambda person, method: "in",
    "api-1:api-root": lambda person, method: "404",
    "styleguide": owners_rule({"GET"}),  # For who works on the portal, with DEBUG.
    "metrics": lambda person, method: "404",  # As long as there is no token.
    "webhook": lambda person, method: "401" if method == "POST" else "405",  # By its signature alone.
    "hook": lambda person, method: "404" if method == "POST" else "405",  # By its secret alone.
}


class Stage:
    """Harbor Grill with a list that its builder has brought and its sender has asked to launch, and everybody with a
    session."""

    def __init__(self, campaign: Campaign, stranger: User) -> None:
        self.campaign, self.harbor = campaign, campaign.merchant
        self.people = {role: cast.person(f"{role}@example.com", self.harbor, Role(role)) for role in MEMBERS}
        for name in ("former", "locked", OLDER):
            self.people[name] = cast.person(f"{name}@example.com", self.harbor, Role.MANAGER)
        for name in STAFF:
            self.people[name] = cast.person(f"{name}@example.com", is_staff=True)
            group = name if name in GROUPS else "support" if name == LOOKING else "administrator"
            self.people[name].groups.add(Group.objects.get(name=group.title()))
        self.people["stranger"] = stranger
        self.list = self._list(self.people["builder"], self.people["sender"])
        self.invitation = invite(
            merchant=self.harbor, email="dora@example.com", role=Role.VIEWER, actor=self.people["manager"]
        )
        viewer = self.people["viewer"]
        self.told = Notification.objects.create(
            merchant=self.harbor, person=viewer, kind=Kind.FINISHED, key="x", sentence="Finished.", path="/"
        )
        self.loosening = Loosening.objects.create(
            merchant=self.harbor, subject="member:1", values={}, sentence="do so", asked_by=self.people["locked"]
        )
        manager = self.people["manager"]
        self.erasure = order_erasure(merchant=self.harbor, value="zoe@example.com", actor=manager)
        Rehearsal.objects.create(environment="simulation", started_by=self.people["operations"])
        self.token = token_of_program(self.harbor, manager)[0]
        self.stream = Stream.objects.create(
            merchant=self.harbor, campaign=self.campaign, token=self.token, day=timezone.localdate()
        )
        self.hook, _ = make_hook(campaign=self.campaign, name="Survey hook", guests_per_day=5, actor=manager)
        self.event = HookEvent.objects.create(hook=self.hook, fields=[["/mail", "ann@example.com"]], body_key="x")
        self.endpoint = add_endpoint(merchant=self.harbor, actor=manager, address=HOOK, types=["batch.finished"])[0]
        self.message = self.endpoint.messages.create(type="test", body="{}")
        folder = WatchedFolder.objects.create(
            merchant=self.harbor, campaign=self.campaign, path="harbor-grill/campaign-1", made_by=manager
        )
        FolderFile.objects.create(folder=folder, name="june.csv", guest_list=self.list)
        RevocationRequest.objects.create(guest_list=self.list, reason="A mistake.", asked_by=manager)
        RevocationPlan.objects.create(merchant=self.harbor, cause="other", note="A mistake.", proposed_by=manager)
        self.sessions = {name: self._session(name, person) for name, person in self.people.items()}
        Membership.objects.filter(user=self.people["former"]).delete()
        User.objects.filter(pk=self.people["locked"].pk).update(is_active=False)

    def _list(self, builder: User, sender: User) -> GuestList:
        """Checked, with a repair, and with guests whom the campaign had rewarded."""
        made = read_file(self.campaign, "Email\nann@example.com\nbob at example.com\n", by=builder)
        recipe = recipe_for(made, "at", "")
        assert recipe
        assert repair_rows(guest_list=made, recipe=recipe, actor=builder)
        earlier = {"outcome": "already_rewarded", "earlier_campaign": self.campaign, "earlier_at": timezone.now()}
        made.guests.filter(row=2).update(**earlier)
        counts = {f"{term}_count": made.guests.filter(outcome=term).count() for term in Outcome.values}
        GuestList.objects.filter(pk=made.pk).update(launched_by=sender, **counts)
        return made

    def _session(self, name: str, person: User) -> str:
        browser = Client()
        browser.force_login(person)
        if name in WITH_FACTOR:
            factor = TOTP.activate(person, generate_totp_secret()).instance
            RecoveryCodes.activate(person)
            request = RequestFactory().get("/")
            request.session = session = browser.session
            if name != OLDER:
                record_authentication(request, person, "mfa", id=factor.pk)
            if name == LOOKING:
                begin_look(request, self.harbor)
            if name == STALE:
                session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= FRESH.total_seconds() + 1
            session.save()
        UserSession.objects.create(user=person, session_key=browser.session.session_key, ip="127.0.0.1")
        return browser.cookies["sessionid"].value

    def url(self, route: Route) -> str:
        """Teach this to fill an address whose parameters are new."""
        return route.url(
            handle=self.harbor.handle, pk=self._pk(route), object_id=self._row(route.pattern), url="nothing/here",
            app_label="issuance", token=self.invitation.token, uidb36="1", key="x-y", content_type_id=1, batch_id=1,
            secret="x",
        )  # fmt: skip

    @cached_property
    def _pks(self) -> dict[str, int | None]:
        return {
            "campaign": self.campaign.pk, "list": self.list.pk, "notification": self.told.pk,
            "template": self.campaign.variants.all()[0].reward_template_id, "invitation": self.invitation.pk,
            "loosening": self.loosening.pk,
            "end": UserSession.objects.get(user=self.people["viewer"]).pk, "mfa": 1,
            "member": self.people["viewer"].memberships.get().pk,
        }  # fmt: skip

    def _pk(self, route: Route) -> int:
        page = route.name.partition(":")[2]
        if page.startswith("privacy_"):
            return self.erasure.pk
        if page.startswith("hook"):
            return self.event.pk if "event" in page else self.hook.pk
        if page in ("token_end", "stream"):
            return self.token.pk if page == "token_end" else self.stream.pk
        if page.startswith(("endpoint", "message")):
            return self.endpoint.pk if page.startswith("endpoint") else self.message.pk
        if route.of_campaign:
            return self.campaign.pk
        if route.name.startswith("issuance:"):
            return self.list.pk
        return self._pks.get({"read_one": "notification"}.get(page, page.partition("_")[0]), self.campaign.pk) or 0

    def _row(self, pattern: str) -> object:
        """A row of the model that an address of the admin names, where the stage has one."""
        rows = (model for model in admin.site._registry if f"/{model._meta.model_name}/" in pattern)
        model = next(rows, None)
        first = model._default_manager.first() if model else None
        return first.pk if first else 1


def form_of(stage: Stage) -> dict[str, Any]:
    """What acts ask for, so that none is refused for what it lacks."""
    return {
        "handle": stage.harbor.handle, "campaign": stage.campaign.pk, "repair": stage.list.repairs.get().pk,
        "role": "viewer", "skip": "1", "guest": "ann@example.com", "words": "ann@example.com",
    }  # fmt: skip


def answer_of(response: HttpResponse, url: str) -> str:
    """Pages of the own account may ask to confirm who it is, too, which is theirs to do."""
    to = response.headers.get("Location", "")
    if response.status_code == 302 and to.startswith((reverse("account_login"), reverse("admin:login"))):
        return "sign in"
    proof = to.startswith((reverse("mfa_index"), reverse("mfa_reauthenticate")))
    if response.status_code == 302 and proof and not url.startswith(("/account/", "/profile/")):
        return "factor"
    return "in" if response.status_code in (200, 301, 302, 409, 422) else str(response.status_code)


class Asking:
    """Asks as a browser does, through all the middleware, without what Django's test client records of pages."""

    def __init__(self, stage: Stage, person: str) -> None:
        self.handler, self.factory = ClientHandler(enforce_csrf_checks=False), RequestFactory()
        session = stage.sessions.get(person)
        if session:
            self.factory.cookies["sessionid"] = session
        self.handler.load_middleware()
        self.form = form_of(stage)

    def __call__(self, method: str, url: str) -> str:
        request = self.factory.post if method == "POST" else getattr(self.factory, method.lower())
        with transaction.atomic():
            response = self.handler(request(url, self.form if method == "POST" else None).environ)
            transaction.set_rollback(True)
        return answer_of(response, url)


@pytest.fixture
def stage(campaign: Campaign, cleo: User) -> Stage:
    return Stage(campaign, cleo)


@pytest.fixture
def guarded(settings: Any) -> None:
    settings.SECOND_FACTOR, settings.THANX_WEBHOOK_SECRETS = True, ["secret"]


def test_every_address_is_declared() -> None:
    assert {route.name for route in ROUTES} == set(RULES)


def methods_in_turn(at: int) -> tuple[str, ...]:
    """All in `make crash-ci`; in `make test` the two that matter most, and each of the others by some of the people."""
    first, others = METHODS[:2], METHODS[2:]
    turn, rest = divmod(at, len(others))
    return METHODS if EVERY_METHOD else first if rest else (*first, others[turn % len(others)])


@pytest.mark.repeats
@pytest.mark.usefixtures("undrawn", "refusals_unsaid", "guarded")
@pytest.mark.parametrize(
    "person", [who if who in OFTEN else pytest.param(who, marks=pytest.mark.slow) for who in PEOPLE]
)
def test_every_address_answers_everybody_as_declared(person: str, stage: Stage) -> None:
    ask, wrong = Asking(stage, person), []
    for at, route in enumerate(ROUTES, PEOPLE.index(person)):
        url = stage.url(route)
        for method in methods_in_turn(at):
            expected, answer = RULES[route.name](person, method), ask(method, url)
            if answer != expected:
                wrong.append(f"{method} {route.name} answers {person} {answer}, not {expected}")
    assert not wrong, "\n".join(wrong)


def bodies(browser: Client, url: str) -> Iterator[tuple[int, str]]:
    for ask in (browser.get, browser.post):
        response: Any = ask(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        yield response.status_code, body.decode()


@pytest.mark.parametrize("handle", ["harbor-grill", "sunny-side-coffee"])
def test_a_stranger_reads_nothing_of_a_merchant_by_either_address(
    handle: str, addresses: Callable[[str], list[str]], cleo: User, client_of: Callable[[User], Client]
) -> None:
    """Under the own merchant, what belongs to another is as little there as what doesn't exist."""
    browser = client_of(cleo)
    for url, foreign in zip(addresses(handle), addresses("harbor-grill"), strict=True):
        for status, body in bodies(browser, url):
            named = url != foreign and "<int:pk>" in url
            assert status in (302, 404, 405) or (url != foreign and not named and status < 500), (
                f"{url} answers {status}"
            )
            assert not any(secret in body for secret in SECRETS), url
    assert Campaign.objects.filter(merchant__handle="harbor-grill").count() == 1
    assert GuestList.objects.exclude(merchant__handle="harbor-grill").count() == 0
