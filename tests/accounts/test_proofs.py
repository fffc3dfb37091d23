"""Who issues, approves, sees guests in full or runs the team has lately proven in this very session who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from tests import cast
from tests.issuance.browsing import looked_at
from tests.issuance.factories import checked
from tests.signing_in import code, is_in, signed_in, with_factor, with_password
from tests.world import World
from thanxportal.accounts.models import Invitation, Membership, Merchant, Role, User
from thanxportal.accounts.team import invite

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
REVIEW, ONE_GUEST = "issuance:list_review", "/m/harbor-grill/guest/"
HANDLE = "harbor-grill"


@pytest.fixture(autouse=True)
def asked_for(world: World, settings: Any) -> None:
    """As in production: second factors are asked for."""
    settings.SECOND_FACTOR = True


@pytest.fixture
def june(campaign: Campaign) -> GuestList:
    return checked(campaign, "\n".join(f"guest{number}@example.com" for number in range(20)))


@pytest.fixture
def ended(campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> GuestList:
    guest_list = launched(campaign, "refused@example.com\n" + "\n".join(f"g{n}@example.com" for n in range(20)))
    world.drive()
    return guest_list


@pytest.fixture
def manager(harbor: Merchant) -> User:
    return with_password(cast.person("mia@example.com", harbor, Role.MANAGER))


@pytest.fixture
def secret(manager: User) -> str:
    return with_factor(manager)


def launch(browser: Client, june: GuestList) -> Any:
    form = looked_at(browser, "list_launch", june)
    return browser.post(reverse("issuance:list_launch", args=[HANDLE, june.pk]), form)


def state(guest_list: GuestList) -> str:
    return GuestList.objects.get(pk=guest_list.pk).state


def prove(browser: Client, answer: Any, secret: str) -> Any:
    """Follows to the proof, gives a code, and returns the page to which that leads."""
    return browser.post(answer["Location"], {"code": code(secret)}, follow=True)


def acts(ended: GuestList, person: User) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Each guarded act: its address, what is sent there, and the page to which a proof leads back."""
    listed, team = reverse("issuance:list_detail", args=[HANDLE, ended.pk]), f"/m/{HANDLE}/team/"
    member = person.memberships.get().pk
    invitation = Invitation.objects.get().pk

    def of_list(name: str) -> str:
        return reverse(f"issuance:{name}", args=[HANDLE, ended.pk])

    return {
        "retry": (of_list("list_retry"), {}, listed),
        "send the rest": (of_list("list_send_unsent"), {}, listed),
        "issue now": (of_list("list_issue_now"), {}, listed),
        "continue": (of_list("list_continue"), {}, listed),
        "one guest": (ONE_GUEST, {"guest": "a@example.com"}, ONE_GUEST),
        "see in full": (of_list("reveal"), {}, of_list("guests")),
        "export one guest": (f"/m/{HANDLE}/privacy/export/", {"guest": "g1@example.com"}, f"/m/{HANDLE}/privacy/"),
        "erase one guest": (f"/m/{HANDLE}/privacy/erase/", {"guest": "g1@example.com"}, f"/m/{HANDLE}/privacy/"),
        "invite": (team, {"email": "dora@example.com", "role": "sender"}, team),
        "role": (f"{team}{member}/role/", {"role": "viewer"}, team),
        "remove": (f"{team}{member}/remove/", {}, team),
        "withdraw": (f"{team}invitations/{invitation}/withdraw/", {}, team),
        "settings": (f"/m/{HANDLE}/settings/", {"country": "GB"}, f"/m/{HANDLE}/settings/"),
    }


def test_a_session_from_before_the_factor_issues_nothing(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    with_factor(sid)
    older = client_of(sid)  # Signed in, but the factor was never given there.
    for client in (browser, older):
        assert launch(client, june).status_code == 302
    assert state(june) == "checked"


def test_who_has_no_factor_is_led_to_turn_one_on(june: GuestList, sid: User) -> None:
    browser = signed_in(with_password(sid))
    answer = launch(browser, june)
    assert answer["Location"] == reverse("mfa_index")
    assert "Turn it on first" in browser.get(answer["Location"]).content.decode()
    assert state(june) == "checked"


def test_no_guarded_act_is_done_without_proof_and_each_leads_back_to_a_page(
    ended: GuestList, manager: User, secret: str, client_of: ClientOf, world: World, ben: User
) -> None:
    invite(merchant=ended.merchant, email="old@example.com", role=Role.VIEWER, actor=manager)
    before = (list(Membership.objects.values_list()), list(Invitation.objects.values_list()), GuestList.objects.count())
    for name, (url, sent, back) in acts(ended, ben).items():
        world.advance(30)
        browser = client_of(manager)
        answer = browser.post(url, sent)
        assert answer.status_code == 302, name
        assert unquote(answer["Location"]) == f"{reverse('mfa_reauthenticate')}?next={back}", name
        page = prove(browser, answer, secret)
        assert (page.status_code, page.request["PATH_INFO"]) == (200, back), name
    after = (list(Membership.objects.values_list()), list(Invitation.objects.values_list()), GuestList.objects.count())
    assert before == after


@pytest.mark.parametrize("name", ["report", "bad_rows"])
def test_no_guest_is_downloaded_in_full_without_proof(
    name: str, ended: GuestList, manager: User, secret: str, client_of: ClientOf, ben: User
) -> None:
    browser, url = client_of(manager), reverse(f"issuance:{name}", args=[HANDLE, ended.pk])
    page = prove(browser, browser.get(url), secret)
    assert page.request["PATH_INFO"] == reverse("issuance:list_detail", args=[HANDLE, ended.pk])
    assert browser.get(url).streaming
    masked = client_of(ben).get(reverse("issuance:report", args=[HANDLE, ended.pk]))
    assert b"g1@example.com" not in b"".join(masked.streaming_content)  # type: ignore[arg-type]


def test_who_gave_the_factor_at_the_entrance_issues(june: GuestList, manager: User, secret: str) -> None:
    assert launch(signed_in(manager, secret), june)["Location"] == reverse(
        "issuance:list_detail", args=[HANDLE, june.pk]
    )
    assert state(june) == "held"


def test_a_proof_that_grows_old_in_the_middle_of_a_launch_loses_nothing(
    june: GuestList, manager: User, secret: str, world: World
) -> None:
    GuestList.objects.filter(pk=june.pk).update(name="June guests of Harbor Grill")
    browser = signed_in(manager, secret)
    browser.get(reverse(REVIEW, args=[HANDLE, june.pk]))
    world.advance(15 * 60 + 1)
    answer = launch(browser, june)
    assert state(june) == "checked"
    wrong = browser.post(answer["Location"], {"code": "000000"})
    assert wrong.status_code == 200
    assert launch(browser, june).status_code == 302
    assert state(june) == "checked"
    page = prove(browser, answer, secret)
    assert page.request["PATH_INFO"] == reverse(REVIEW, args=[HANDLE, june.pk])
    assert 'name="seen"' in page.content.decode()
    launch(browser, june)
    assert state(june) == "held"


def test_what_was_typed_for_one_guest_is_there_again(
    one_arm: Campaign, manager: User, secret: str, world: World
) -> None:
    browser = signed_in(manager, secret)
    world.advance(16 * 60)
    token = "0b9f6c1e-6c0e-4b57-8a3e-000000000001"
    typed = {
        "token": token,
        "guest": "a@example.com",
        "reward": str(one_arm.variants.get().pk),
        "reason": "A long wait",
    }
    page = prove(browser, browser.post(ONE_GUEST, typed | {"note": "table 4"}), secret).content.decode()
    assert 'value="a@example.com"' in page
    assert 'value="table 4"' in page
    assert token in page
    assert "a@example.com" not in browser.get(ONE_GUEST).content.decode()
    assert not GuestList.objects.exists()
    browser.post(ONE_GUEST, typed)
    assert GuestList.objects.get().one_guest


def test_two_tabs_do_not_mix_what_was_typed(june: GuestList, manager: User, secret: str, world: World) -> None:
    browser = signed_in(manager, secret)
    world.advance(16 * 60)
    first = browser.post(ONE_GUEST, {"guest": "a@example.com"})
    second = launch(browser, june)
    page = prove(browser, second, secret)
    assert page.request["PATH_INFO"] == reverse(REVIEW, args=[HANDLE, june.pk])
    assert "a@example.com" not in page.content.decode()
    assert browser.get(unquote(first["Location"]).partition("next=")[2]).status_code == 200
    assert state(june) == "checked"


def test_a_factor_that_was_replaced_has_to_be_given_anew(june: GuestList, manager: User, secret: str) -> None:
    browser = signed_in(manager, secret)
    factor = Authenticator.objects.filter(user=manager, type="totp")
    factor.update(id=factor.get().pk + 1_000)
    assert launch(browser, june).status_code == 302
    assert state(june) == "checked"


def test_the_approver_proves_as_well(
    june: GuestList, manager: User, secret: str, client_of: ClientOf, sid: User
) -> None:
    GuestList.objects.filter(pk=june.pk).update(state="awaiting_approval", launched_by=sid)
    browser, page = client_of(manager), reverse("issuance:list_approval", args=[HANDLE, june.pk])
    form = looked_at(browser, "list_approve", june)
    answer = browser.post(reverse("issuance:list_approve", args=[HANDLE, june.pk]), form)
    assert prove(browser, answer, secret).request["PATH_INFO"] == page
    assert state(june) == "awaiting_approval"
    browser.post(reverse("issuance:list_approve", args=[HANDLE, june.pk]), form)
    assert state(june) == "held"


def test_where_a_merchant_wants_no_factor_a_fresh_password_is_enough(june: GuestList, sid: User, world: World) -> None:
    Merchant.objects.update(second_factor=False)
    browser = signed_in(with_password(sid))
    world.advance(16 * 60)
    answer = launch(browser, june)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    page = browser.post(answer["Location"], {"password": cast.PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == reverse(REVIEW, args=[HANDLE, june.pk])
    launch(browser, june)
    assert state(june) == "held"


def test_who_has_a_factor_can_not_prove_by_the_password_instead(
    manager: User, secret: str, client_of: ClientOf
) -> None:
    browser = client_of(manager)
    answer = browser.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    assert answer["Location"] == reverse("mfa_reauthenticate")


def test_strangers_and_viewers_learn_nothing_of_proofs(
    june: GuestList, cleo: User, ben: User, client_of: ClientOf
) -> None:
    assert launch(client_of(cleo), june).status_code == 404
    assert launch(client_of(ben), june).status_code == 403


def test_a_demo_asks_nobody(june: GuestList, sid: User, sam: User, client_of: ClientOf, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    assert client_of(sam).get(reverse("admin:index")).status_code == 200
    launch(client_of(sid), june)
    assert state(june) == "held"


def test_a_page_that_asks_in_the_background_is_led_away_as_a_whole(
    ended: GuestList, manager: User, secret: str, client_of: ClientOf
) -> None:
    url = reverse("issuance:reveal", args=[HANDLE, ended.pk])
    answer = client_of(manager).post(url, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(reverse("mfa_reauthenticate"))


def test_staff_reach_the_admin_by_a_session_that_gave_the_factor(sam: User, client_of: ClientOf) -> None:
    browser, index = client_of(with_password(sam)), reverse("admin:index")
    assert browser.get(index)["Location"] == reverse("mfa_index")
    secret = with_factor(sam)
    browser = client_of(sam)
    page = prove(browser, browser.get(index), secret)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, index)


def test_staff_act_only_by_a_fresh_proof_and_come_back_to_their_page(sam: User, ben: User, world: World) -> None:
    browser = signed_in(with_password(sam), secret := with_factor(sam))
    world.advance(16 * 60)
    page = reverse("admin:accounts_user_change", args=[ben.pk])
    assert browser.get(page).status_code == 200
    rest = {"name": "Bob", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", "is_active": "on"}
    answer = browser.post(page, rest)
    assert prove(browser, answer, secret).request["PATH_INFO"] == page
    browser.post(page, rest)
    ben.refresh_from_db()
    assert ben.name == "Bob"


def test_staff_prove_before_they_write_something_new_and_sign_out_without(sam: User, world: World) -> None:
    browser = signed_in(with_password(sam), with_factor(sam))
    world.advance(16 * 60)
    assert browser.get(reverse("admin:accounts_invitation_add")).status_code == 302
    browser.post(reverse("admin:logout"))
    assert not is_in(browser)
