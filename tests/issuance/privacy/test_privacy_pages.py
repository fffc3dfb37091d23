"""The pages on which a merchant's managers answer a guest, and those of partner staff."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from campaigns.models import Campaign
from issuance.models import Erasure, Guest, GuestList
from issuance.privacy.erasing import erase_ordered
from tests import cast
from tests.issuance.factories import published, read_file
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Role, User
from thanxportal.staff_site import make_groups

pytestmark = pytest.mark.django_db
HERE, ADMIN, GUEST = "/m/harbor-grill/privacy/", "/admin/issuance/erasure/add/", "ann@example.com"
ClientOf = Callable[[User], Client]


@pytest.fixture
def june(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> GuestList:
    guest_list = launched(one_arm, f"{GUEST} bob@example.com")
    world.drive()
    return guest_list


@pytest.fixture
def elsewhere(sunny: Merchant) -> GuestList:
    campaign = published(cast.draft_campaign(sunny, weights=(100,)))
    return read_file(campaign, f"Email,Note\n{GUEST},at Sunny Side\n")


@pytest.fixture
def manager(june: GuestList, ana: User, client_of: ClientOf) -> Client:
    return client_of(ana)


def test_nobody_below_a_manager_asks_about_guests(june: GuestList, harbor: Merchant, client_of: ClientOf) -> None:
    for role in (Role.VIEWER, Role.BUILDER, Role.SENDER, Role.APPROVER):
        browser = client_of(cast.person(f"{role}@example.com", harbor, role))
        answers = [browser.get(HERE), *(browser.post(HERE + act, {"guest": GUEST}) for act in ACTS)]
        assert {answer.status_code for answer in answers} == {403}
    assert not Erasure.objects.exists()


ACTS = ("look/", "export/", "erase/")


@pytest.mark.parametrize("act", ACTS)
def test_what_is_no_guest_is_said_and_nothing_done(manager: Client, act: str) -> None:
    answer = manager.post(HERE + act, {"guest": "ann@example"})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Erasure.objects.exists()


def test_the_first_look_counts_and_shows_nothing_but_what_was_typed(manager: Client) -> None:
    page = manager.post(HERE + "look/", {"guest": "ANN@example.com"}).content.decode()
    assert "Rows of guests" in page
    assert "1 reward promised" in page
    assert "bob@example.com" not in page
    unknown = manager.post(HERE + "look/", {"guest": "nobody@example.com"}).content.decode()
    assert "Nothing here tells who this guest is." in unknown
    assert "Download as a file" not in unknown
    assert "1 uploaded file goes as a whole" in unknown


def test_an_erasure_is_ordered_once_and_its_page_says_what_was_removed(
    manager: Client, june: GuestList, ana: User
) -> None:
    for _ in range(2):
        answer = manager.post(HERE + "erase/", {"guest": GUEST})
        assert GUEST not in answer["Location"]
    erasure = Erasure.objects.get()
    assert "Not everything is removed yet" in manager.get(answer["Location"]).content.decode()
    erase_ordered()
    page = manager.get(answer["Location"]).content.decode()
    assert "Not everything is removed yet" not in page
    proof = json.loads(manager.get(answer["Location"] + "certificate.json").content)
    assert (proof["state"], proof["ordered by"], proof["removed"]["Rows of guests"]) == ("done", "Ana", 1)
    first = june.guests.order_by("row").first()
    assert first is not None
    assert proof["keyed hash of the guest"] == bytes(first.identity).hex() == erasure.guest_hash
    assert GUEST not in page + str(proof)
    grid = manager.get(f"/m/harbor-grill/lists/{june.pk}/guests/").content.decode()
    assert "(removed)" in grid
    assert "b•••@example.com" in grid


def test_the_log_says_who_asked_and_never_about_whom(manager: Client, ana: User) -> None:
    before = Activity.objects.count()
    manager.post(HERE + "export/", {"guest": GUEST})
    manager.post(HERE + "erase/", {"guest": GUEST})
    erase_ordered()
    lines = Activity.objects.order_by("pk")[before:]
    assert [line.sentence for line in lines] == [
        "Exported what is held about one guest.",
        "Ordered the erasure of one guest.",
        "One guest is erased, as was ordered.",
    ]
    assert {line.actor for line in lines} == {ana}
    assert all(GUEST not in f"{line.sentence} {line.target} {line.path}" for line in lines)
    assert manager.get(lines[1].path).status_code == 200


def test_the_copy_for_the_guest_has_everything_about_this_guest_alone(
    manager: Client, one_arm: Campaign, june: GuestList
) -> None:
    read_file(one_arm, f"Email,items,Friend\nbob@example.com,secret,{GUEST}\nann(at)example.com,,\n")
    answer = manager.post(HERE + "export/", {"guest": GUEST})
    assert answer["Content-Disposition"] == 'attachment; filename="guest-of-harbor-grill.json"'
    document: dict[str, Any] = json.loads(answer.content)
    assert document["guest"] == GUEST
    (row,) = document["Rows of lists"]
    assert (row["list"], row["identifier"], row["outcome"]) == ("June guests", GUEST, "Rewarded")
    assert ["Friend", GUEST] in document["Rows of others, and rows without a guest"][0]["row of another guest"]
    assert len(document["Rows of others, and rows without a guest"]) == 2
    assert document["Rewards promised, kept as a keyed hash"][0]["campaign"] == one_arm.name
    assert "bob@example.com" not in answer.content.decode()
    assert "secret" not in answer.content.decode()
    page = manager.post(HERE + "export/", {"guest": GUEST, "page": "yes"}).content.decode()
    assert "Friend" in page
    assert "bob@example.com" not in page


def test_after_the_erasure_the_copy_still_says_what_is_kept(manager: Client) -> None:
    manager.post(HERE + "erase/", {"guest": GUEST})
    erase_ordered()
    document = json.loads(manager.post(HERE + "export/", {"guest": GUEST}).content)
    assert document["Rows of lists"][0]["identifier"] == "(removed)"
    assert document["Erasures, kept as a keyed hash"][0]["done"]
    page = manager.post(HERE + "look/", {"guest": GUEST}).content.decode()
    assert "1 more row of the guest, without a name by now" in page


def test_a_guest_of_another_merchant_is_nobody_here(manager: Client, elsewhere: GuestList) -> None:
    document = manager.post(HERE + "export/", {"guest": GUEST}).content.decode()
    assert "Sunny" not in document
    manager.post(HERE + "erase/", {"guest": GUEST})
    erase_ordered()
    assert Guest.objects.filter(guest_list=elsewhere, value=GUEST).exists()


def test_a_strangers_erasure_has_no_page(manager: Client, sunny: Merchant, cleo: User) -> None:
    theirs = Erasure.objects.create(merchant=sunny, guest_hash="0" * 32, identifier=GUEST, ordered_by=cleo)
    assert manager.get(f"{HERE}{theirs.pk}/").status_code == 404
    assert manager.get(f"{HERE}{theirs.pk}/certificate.json").status_code == 404


def test_staff_erase_a_guest_at_all_merchants(
    june: GuestList, elsewhere: GuestList, sam: User, client_of: ClientOf
) -> None:
    staff = client_of(sam)
    page = staff.post(ADMIN, {"guest": GUEST}).content.decode()
    assert "Harbor Grill" in page
    assert "Sunny Side" in page
    copy = staff.post(ADMIN, {"guest": GUEST, "export": "yes"})
    assert {each["merchant"] for each in json.loads(copy.content)["merchants"]} == {
        june.merchant.name, elsewhere.merchant.name
    }  # fmt: skip
    answer = staff.post(ADMIN, {"guest": GUEST, "erase": "yes"}, follow=True)
    assert GUEST not in answer.request["PATH_INFO"] + answer.request["QUERY_STRING"]
    assert erase_ordered() == 2
    assert not Guest.objects.filter(value=GUEST).exists()
    for erasure in Erasure.objects.all():
        assert GUEST not in staff.get(f"/admin/issuance/erasure/{erasure.pk}/change/").content.decode()


def test_staff_need_a_right_for_each_act(june: GuestList, client_of: ClientOf) -> None:
    make_groups(using="default")
    olga = cast.person("olga@example.com", is_staff=True)
    olga.groups.add(Group.objects.get(name="Operations"))
    assert client_of(olga).post(ADMIN, {"guest": GUEST, "erase": "yes"}).status_code == 403
    olga.user_permissions.add(Permission.objects.get(codename="add_erasure"))
    assert client_of(olga).post(ADMIN, {"guest": GUEST, "export": "yes"}).status_code == 403
    olga.groups.add(Group.objects.get(name="Administrator"))
    assert client_of(olga).post(ADMIN, {"guest": GUEST, "export": "yes"}).status_code == 200
