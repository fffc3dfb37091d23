"""No merchant ever sees another's data: every address of the portal, tried by everybody who has no business there.

New addresses are found by themselves; one whose parameters this file can't fill fails the test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from tests import cast
from tests.routes import ROUTES
from thanxportal.accounts.models import Merchant, Role, User

pytestmark = pytest.mark.django_db
SECRETS = ("Win-back June", "June guests", "guest1@example.com", "Harbor Grill")


def answers(browser: Client, url: str) -> list[tuple[str, int, str]]:
    found = []
    for method in ("get", "post"):
        response = getattr(browser, method)(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found.append((method, response.status_code, body.decode()))
    return found


def test_there_are_addresses_to_try() -> None:
    assert len(ROUTES) > 15


def test_a_stranger_gets_404_everywhere_and_learns_nothing(
    addresses: Callable[[str], list[str]], harbor: Merchant, cleo: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(cleo)
    for url in addresses(harbor.handle):
        for method, status, body in answers(browser, url):
            assert status in (404, 405), f"{method} {url} answers {status}"
            assert not any(secret in body for secret in SECRETS), url


def test_a_strangers_own_address_does_not_open_anothers_objects(
    addresses: Callable[[str], list[str]],
    sunny: Merchant,
    cleo: User,
    client_of: Callable[[User], Client],
) -> None:
    browser = client_of(cleo)
    for url in addresses(sunny.handle):
        for _, status, body in answers(browser, url):
            assert status < 500, url
            assert not any(secret in body for secret in SECRETS), url
    assert Campaign.objects.filter(merchant__handle="harbor-grill").count() == 1
    assert GuestList.objects.exclude(merchant__handle="harbor-grill").count() == 0


def test_anonymous_people_are_sent_to_the_entrance(addresses: Callable[[str], list[str]], harbor: Merchant) -> None:
    for url in addresses(harbor.handle):
        for method, status, _ in answers(Client(), url):
            assert status in (302, 405), f"{method} {url} answers {status}"


def test_partner_staff_without_membership_are_strangers_on_merchant_pages(
    addresses: Callable[[str], list[str]], harbor: Merchant, sam: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(sam)
    for url in addresses(harbor.handle):
        for method, status, _ in answers(browser, url):
            assert status in (404, 405), f"{method} {url} answers {status}"


SEARCHES = "/guests/"  # By POST, as an address must not name whom somebody looks for.


def test_a_viewer_changes_nothing(
    addresses: Callable[[str], list[str]], harbor: Merchant, ben: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(ben)
    for url in addresses(harbor.handle):
        status = browser.post(url).status_code
        assert status in (403, 405) or url.endswith(SEARCHES), f"post {url} answers {status}"


# Addresses that need more than looking, with the least role that they open to.
LEAST_ROLE = {
    "accounts:settings": Role.MANAGER,
    "accounts:team": Role.MANAGER,
    "accounts:member_role": Role.MANAGER,
    "accounts:member_remove": Role.MANAGER,
    "accounts:invitation_withdraw": Role.MANAGER,
    "accounts:loosening_confirm": Role.MANAGER,
    "accounts:loosening_withdraw": Role.MANAGER,
    "issuance:list_approve": Role.APPROVER,
    "issuance:list_send_back": Role.APPROVER,
    "issuance:list_launch": Role.SENDER,
    "issuance:list_withdraw": Role.SENDER,
    "issuance:list_discard": Role.BUILDER,
}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_may_and_nothing_above(
    role: Role, harbor: Merchant, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(cast.person("mallory@example.com", harbor, role))
    for name, least in LEAST_ROLE.items():
        parameters = next(parameters for namespace, route, parameters in ROUTES if f"{namespace}:{route}" == name)
        values = {"handle": harbor.handle, "pk": 999}
        url = reverse(name, kwargs={key: values[key] for key in parameters})
        for _, status, _ in answers(browser, url):
            refused = status in (403, 405) if role.rank < least.rank else status == 403
            assert refused == (role.rank < least.rank), f"{role} gets {status} from {url}"
