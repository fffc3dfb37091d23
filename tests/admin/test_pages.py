"""Every page of the admin opens for staff, closes to merchants, and shows no guest."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from issuance.models import GuestList, IssuanceJob
from tests.admin.rows import MODELS, make_everything, url
from thanxportal.accounts.models import Activity, Membership, Merchant, User
from thanxportal.partner.models import ApiRequest

pytestmark = pytest.mark.django_db
ADDED = (
    "user",
    "membership",
    "invitation",
    "resolution",
    "sendingpause",
    "thanxstatement",
    "erasure",
    "revocationplan",
    "partnertoken",
)
MIRRORED = [model for model in MODELS if model._meta.model_name not in ADDED]


@pytest.fixture
def everything(finished: GuestList, ana: User) -> None:
    make_everything(finished, ana)


def test_a_merchant_signed_in_is_refused(ana: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(ana).get("/admin/", follow=True)
    assert answer.status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_a_merchant_sees_no_row_of_any_model(model: type, ana: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(ana).get(url(model, "changelist"), follow=True)
    assert answer.status_code == 403


def test_strangers_sign_in_where_everybody_does(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_page_opens(model: type, staff: Client) -> None:
    listing = staff.get(url(model, "changelist"))
    assert listing.status_code == 200
    row = model._default_manager.first()  # type: ignore[attr-defined]
    assert staff.get(url(model, "change", row.pk)).status_code == 200


@pytest.mark.usefixtures("everything")
def test_each_cell_of_a_list_says_what_it_is_where_rows_are_cards(staff: Client) -> None:
    page = staff.get(url(IssuanceJob, "changelist")).content.decode()
    row = page.partition("<tbody")[2].partition("</tr>")[0]
    assert re.findall(r'<t[dh] data-label="([^"]+)"', row) == [
        "Select", "Job", "Merchant", "Campaign", "Arm", "State", "Issued", "Refused",
        "Code of the problem", "Last news",
    ]  # fmt: skip
    assert row.count("<td") + row.count("<th") == 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_searching_for_any_words_breaks_nothing(model: type, staff: Client) -> None:
    for words in ("coffee", "7", "no-such-id'; --"):
        assert staff.get(url(model, "changelist"), {"q": words}).status_code in (200, 302)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("model", MIRRORED, ids=lambda model: model._meta.model_name)
def test_rows_of_thanx_and_of_the_engine_are_neither_added_nor_deleted(model: type, staff: Client) -> None:
    row = model._default_manager.first()  # type: ignore[attr-defined]
    assert staff.get(url(model, "add")).status_code == 403
    assert staff.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_pages_hold_nothing_that_the_content_policy_forbids(model: type, staff: Client) -> None:
    row = model._default_manager.first()  # type: ignore[attr-defined]
    text = staff.get(url(model, "change", row.pk)).content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    assert " onclick=" not in text


def test_guests_and_bodies_are_never_shown(staff: Client, finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    pages = [url(GuestList, "changelist"), url(GuestList, "change", finished.pk)]
    pages += [url(IssuanceJob, "changelist"), url(IssuanceJob, "change", job.pk)]
    for page in pages:
        assert "@example.com" not in staff.get(page).content.decode().replace("sam@example.com", "")


def test_a_job_shows_its_attempts_and_its_timeline(staff: Client, finished: GuestList) -> None:
    page = staff.get(url(IssuanceJob, "change", finished.jobs.get(number=1).pk)).content.decode()
    assert "accepted" in page
    assert "Timeline" in page


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_list_asks_for_each_of_its_rows(
    model: type, staff: Client, sam: User, rf: RequestFactory, django_assert_max_num_queries: Callable[..., object]
) -> None:
    page, request = admin.site._registry[model], rf.get("/")
    request.user = sam
    columns = {field.name: field for field in model._meta.get_fields()}  # type: ignore[attr-defined]
    shown = {name for name in page.get_list_display(request) if getattr(columns.get(name), "many_to_one", False)}
    joined = {path.split("__")[0] for path in page.get_list_select_related(request) or ()}
    assert shown <= joined
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        staff.get(url(model, "changelist"))


def test_the_longest_logs_are_searched_by_what_has_an_index(staff: Client, finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    ApiRequest.objects.create(method="GET", path=f"/partner/issuance_jobs/{job.thanx_id}", status=200, duration_ms=9)
    for words, found in ((job.thanx_id, True), ("nobody", False), (finished.merchant.thanx_id, True)):
        page = staff.get(url(ApiRequest, "changelist"), {"q": words})
        assert bool(page.context["cl"].result_count) is found, words
    for words in (finished.merchant.handle, f"list:{finished.pk}"):
        assert staff.get(url(Activity, "changelist"), {"q": words}).context["cl"].result_count


def test_staff_may_set_how_a_merchant_is_read_but_not_who_it_is(staff: Client, harbor: Merchant) -> None:
    rest = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    rest |= {"preferred_identifier": "phone", "repeat_days": "14"}
    page = url(Merchant, "change", harbor.pk)
    refused = staff.post(page, {"time_zone": "Moon/Base", "country": "XX", **rest})
    assert "No such time zone" in refused.content.decode()
    assert "No such country" in refused.content.decode()
    staff.post(page, {"time_zone": "Europe/Berlin", "country": "de", "handle": "other", "name": "Other", **rest})
    harbor.refresh_from_db()
    assert (harbor.preferred_identifier, harbor.repeat_days, harbor.approval_threshold) == ("phone", 14, None)
    assert (harbor.time_zone, harbor.country, harbor.handle) == ("Europe/Berlin", "DE", "harbor-grill")


def test_staff_make_an_account_with_one_spelling_of_the_email_and_only_the_person_opens_it(
    staff: Client, ana: User
) -> None:
    again = staff.post(url(User, "add"), {"email": "ANA@example.com", "name": ""})
    assert "Somebody already signs in" in again.content.decode()
    staff.post(url(User, "add"), {"email": "Dora@Example.com", "name": "Dora", "password1": "a long enough phrase"})
    dora = User.objects.get(email="dora@example.com")
    assert not dora.has_usable_password()
    Client().post(reverse("account_reset_password"), {"email": "dora@example.com"})
    assert [message.to for message in mail.outbox] == [["dora@example.com"]]


def test_only_a_superuser_touches_other_staff(onlooker: User, sam: User, client_of: Callable[[User], Client]) -> None:
    onlooker.user_permissions.add(Permission.objects.get(codename="change_user"))
    answer = client_of(onlooker).post(url(User, "change", sam.pk), {"email": sam.email, "name": "Mallory"})
    assert answer.status_code == 403


def test_an_onlooker_gives_nobody_staff_rights(
    onlooker: User, ben: User, client_of: Callable[[User], Client], harbor: Merchant
) -> None:
    onlooker.user_permissions.add(Permission.objects.get(codename="change_user"))
    form = {"email": ben.email, "name": "Ben", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    membership = Membership.objects.get(user=ben)
    form |= {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    form |= {"memberships-0-id": str(membership.pk), "memberships-0-user": str(ben.pk)}
    form |= {"memberships-0-merchant": str(harbor.pk), "memberships-0-role": "manager"}
    client_of(onlooker).post(url(User, "change", ben.pk), form)
    ben.refresh_from_db()
    membership.refresh_from_db()
    assert not ben.is_staff
    assert not ben.is_superuser
    assert membership.role == "viewer"
