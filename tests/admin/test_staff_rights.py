"""Staff see only pages made for them, ask them nothing that they don't show, and let nobody in behind a team's back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, reverse

from issuance.models import GuestList, RevocationPlan
from tests import cast
from thanxportal.accounts.models import Activity, Invitation, Kind, Membership, Merchant, Notification, Role, User
from thanxportal.accounts.team import invite, join

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OURS = {"accounts", "partner", "campaigns", "issuance", "outgoing"}
NEVER_SHOWN = {"body", "file", "file_info", "mapping", "raw", "image_url", "password", "cached_counts", "repair_order"}
PLAN = "/admin/issuance/revocationplan/add/?cause=wrong_list&list={}"
NO_ROLES = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def in_group(name: str) -> User:
    person = cast.person(f"{name.lower()}@example.com", is_staff=True)
    person.groups.add(Group.objects.get(name=name))
    return person


def change(member: Membership) -> str:
    return reverse("admin:accounts_membership_change", args=[member.pk])


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person, kind=Kind.TEAM_CHANGED).values_list("sentence", flat=True))


def test_no_page_is_a_packages_own(staff: Client) -> None:
    assert {model._meta.app_label for model in admin.site._registry} == OURS
    for name in ("mfa_authenticator", "account_emailaddress", "auth_group"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}_changelist")
    assert staff.get("/admin/mfa/authenticator/").status_code == 404


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.model_name)
def test_every_page_names_its_fields_and_none_holds_guests(model: type, sam: User, rf: object) -> None:
    page = admin.site._registry[model]
    assert page.fields or page.fieldsets, "Name the fields."
    request = rf.get("/")  # type: ignore[attr-defined]
    request.user = sam
    row = model()
    shown = {name for part in page.get_fieldsets(request, row) for name in part[1]["fields"]}
    assert not shown & NEVER_SHOWN


@pytest.mark.parametrize(
    "question",
    ["body__regex=ann", "body__contains=ann", "guests__value__startswith=a", "guest_list__file_info__icontains=a",
     "state__regex=c", "idempotency_key__gt=0", "guest_list__guests__value=ann@example.com"],
)  # fmt: skip
def test_no_question_spells_out_what_a_page_keeps_to_itself(question: str, staff: Client, finished: GuestList) -> None:
    assert staff.get(f"/admin/issuance/issuancejob/?{question}").status_code == 400


@pytest.mark.parametrize(
    "page", ["accounts/user/?password__startswith=a", "issuance/guestlist/?guests__value__contains=a",
             "accounts/membership/?user__password__contains=a", "accounts/invitation/?email__regex=a"]
)  # fmt: skip
def test_no_other_page_answers_such_a_question_either(page: str, staff: Client) -> None:
    assert staff.get(f"/admin/{page}").status_code == 400


def test_every_link_of_every_filter_works(staff: Client, finished: GuestList, ana: User) -> None:
    invite(merchant=finished.merchant, email="dora@example.com", role=Role.VIEWER, actor=ana)
    request = staff.get("/admin/issuance/issuancejob/").wsgi_request
    for model, page in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        changelist = page.get_changelist_instance(request)
        for spec in changelist.filter_specs:
            for choice in spec.choices(changelist):
                assert staff.get(address + choice["query_string"]).status_code == 200


def test_migrate_makes_three_groups() -> None:
    rights = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert set(rights) == {"Support", "Operations", "Administrator"}
    assert all(right.startswith(("view_", "look_")) for right in rights["Support"])
    assert {"confirm_revocationplan", "confirm_resolution", "resume_sendingpause"} <= rights["Operations"]
    assert "change_user" not in rights["Operations"]
    assert rights["Support"] < rights["Operations"] < rights["Administrator"]


def test_support_looks_at_every_page_and_does_nothing(finished: GuestList, client_of: ClientOf) -> None:
    browser, job = client_of(in_group("Support")), finished.jobs.get(number=1)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert browser.get(reverse(f"{name}_changelist")).status_code == 200
        assert browser.get(reverse(f"{name}_add")).status_code == 403
    browser.post(PLAN.format(job.guest_list_id), {"job": job.pk, "propose": "1", "reason": "They asked us to do it."})
    assert not RevocationPlan.objects.exists()


def test_operations_plan_to_revoke_but_touch_no_team(finished: GuestList, ben: User, client_of: ClientOf) -> None:
    browser, job = client_of(in_group("Operations")), finished.jobs.get(number=1)
    plan = {"job": job.pk, "propose": "1", "reason": "They asked us to do it."}
    seen = browser.post(PLAN.format(job.guest_list_id), {"job": job.pk}).context["seen"]
    browser.post(PLAN.format(job.guest_list_id), plan | {"seen": seen})
    assert list(RevocationPlan.objects.get().jobs.all()) == [job]
    assert browser.post(change(ben.memberships.get()), {"role": "manager"}).status_code == 403


def test_a_role_changed_by_staff_is_in_the_merchants_log_and_told_to_its_managers(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf
) -> None:
    client_of(in_group("Administrator")).post(change(ben.memberships.get()), {"role": "sender"})
    assert ben.memberships.get().role == Role.SENDER
    assert Activity.objects.for_merchant(harbor).get().sentence == "Made Ben Sender, before Viewer."
    assert told(ana) == ["Administrator, partner staff: made Ben Sender, before Viewer."]
    assert told(ben) == []


def test_the_last_manager_stays_whoever_asks(ana: User, client_of: ClientOf) -> None:
    browser, mine = client_of(in_group("Administrator")), ana.memberships.get()
    answers = [
        browser.post(change(mine), {"role": "viewer"}, follow=True),
        browser.post(reverse("admin:accounts_membership_delete", args=[mine.pk]), {"post": "yes"}, follow=True),
    ]
    assert all("A team needs a manager" in answer.content.decode() for answer in answers)
    assert ana.memberships.get().role == Role.MANAGER
    assert not Activity.objects.exists()


def test_removing_a_member_goes_through_the_team(ana: User, ben: User, client_of: ClientOf) -> None:
    browser = client_of(in_group("Administrator"))
    browser.post(reverse("admin:accounts_membership_delete", args=[ben.memberships.get().pk]), {"post": "yes"})
    assert not ben.memberships.exists()
    assert told(ana) == ["Administrator, partner staff: removed Ben from the team."]


def test_staff_invite_and_withdraw_as_the_team_page_does(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(in_group("Administrator"))
    form = {"merchant": harbor.pk, "email": "Dora@example.com", "role": "sender"}
    browser.post(reverse("admin:accounts_invitation_add"), form)
    invitation = Invitation.objects.get(email="dora@example.com")
    assert invitation.usable
    act = {"action": "withdraw", "_selected_action": invitation.pk}
    browser.post(reverse("admin:accounts_invitation_changelist"), act)
    invitation.refresh_from_db()
    assert not invitation.usable
    assert len(told(ana)) == 2


def test_staff_let_nobody_approve_where_a_manager_can_be_asked(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf
) -> None:
    browser = client_of(in_group("Administrator"))
    form = {"merchant": harbor.pk, "email": "dora@example.com", "role": "approver"}
    answers = [
        browser.post(reverse("admin:accounts_invitation_add"), form, follow=True),
        browser.post(change(ben.memberships.get()), {"role": "manager"}, follow=True),
    ]
    assert all("A manager of this merchant has to ask for that" in answer.content.decode() for answer in answers)
    assert not Invitation.objects.exists()
    assert ben.memberships.get().role == Role.VIEWER


@pytest.mark.parametrize("whom", ["administrator@example.com", "sam@example.com"])
def test_no_staff_account_gets_a_role_from_staff(whom: str, harbor: Merchant, sam: User, client_of: ClientOf) -> None:
    browser = client_of(in_group("Administrator"))
    form = {"merchant": harbor.pk, "email": whom, "role": "manager"}
    answer = browser.post(reverse("admin:accounts_invitation_add"), form, follow=True)
    assert "Partner staff can’t give a role" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_account_that_became_staff_meanwhile_can_not_use_the_invitation(harbor: Merchant, sam: User) -> None:
    invitation = invite(merchant=harbor, email="dora@example.com", role=Role.MANAGER, actor=sam)
    assert not join(invitation=invitation, user=cast.person("dora@example.com", is_staff=True))
    assert not Membership.objects.exists()


def test_staff_who_are_members_are_raised_by_no_staff(harbor: Merchant, sam: User, client_of: ClientOf) -> None:
    own = Membership.objects.create(user=sam, merchant=harbor, role=Role.VIEWER)
    client_of(sam).post(change(own), {"role": "manager"})
    own.refresh_from_db()
    assert own.role == Role.VIEWER


def test_who_has_a_role_at_a_merchant_does_not_become_staff(ana: User, client_of: ClientOf, sam: User) -> None:
    form = NO_ROLES | {"name": "Ana", "is_active": "on", "is_staff": "on"}
    answer = client_of(sam).post(reverse("admin:accounts_user_change", args=[ana.pk]), form)
    assert "Partner staff have no role at a merchant" in answer.content.decode()
    ana.refresh_from_db()
    assert not ana.is_staff


def test_staff_take_over_nobodys_account(ana: User, client_of: ClientOf) -> None:
    browser, page = client_of(in_group("Administrator")), reverse("admin:accounts_user_change", args=[ana.pk])
    before = ana.password
    browser.post(page, NO_ROLES | {"email": "mallory@example.com", "name": "Anna", "is_active": "on", "password": "x"})
    assert browser.get(f"/admin/accounts/user/{ana.pk}/password/").status_code in (302, 404)
    ana.refresh_from_db()
    assert (ana.name, ana.email, ana.password) == ("Anna", "ana@example.com", before)


def test_a_locked_account_is_told_at_its_merchants(ana: User, ben: User, client_of: ClientOf) -> None:
    page = reverse("admin:accounts_user_change", args=[ben.pk])
    client_of(in_group("Administrator")).post(page, NO_ROLES | {"name": "Ben"})
    ben.refresh_from_db()
    assert not ben.is_active
    assert told(ana) == ["Administrator, partner staff: locked the account of Ben."]


def test_staff_set_no_threshold(harbor: Merchant, ana: User, sam: User, client_of: ClientOf) -> None:
    Merchant.objects.update(approval_threshold=5)
    form = {"time_zone": "UTC", "country": "US", "preferred_identifier": "email", "repeat_days": "30"}
    page = reverse("admin:accounts_merchant_change", args=[harbor.pk])
    client_of(sam).post(page, NO_ROLES | form | {"approval_threshold": ""})
    harbor.refresh_from_db()
    assert (harbor.time_zone, harbor.approval_threshold) == ("UTC", 5)
    assert told(ana)[0].startswith("Sam, partner staff: changed the settings: time zone from")
