"""Browsers load pictures from where those of the merchant's rewards come from, and from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from campaigns.discovery import _note_picture_origins
from campaigns.models import RewardTemplate
from campaigns.pictures import origin_of
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db


def images(answer: object) -> set[str]:
    policy = re.search(r"img-src ([^;]*)", answer["Content-Security-Policy"])  # type: ignore[index]
    assert policy is not None
    return set(policy[1].split())


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://img.example.com/a/b.png?c", "https://img.example.com"),
        ("https://IMG.example.com:8443/a", "https://img.example.com:8443"),
        ("http://img.example.com/a", ""),
        ("data:image/svg+xml;utf8,<svg/>", ""),
        ("https://img.example.com; script-src */a", ""),
        ("https://img.example.com;script-src", ""),
        ("https://*.example.com/a", ""),
        ("https://user@img.example.com/a", ""),
        ("https://[::1", ""),
        ("https:", ""),
        ("https://*", ""),
        ("https://'unsafe-inline'/", ""),
        ("", ""),
    ],
)
def test_only_a_plain_host_is_an_origin(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_a_page_loads_pictures_of_its_merchant_alone(
    harbor: Merchant, sunny: Merchant, ana: User, cleo: User, client_of: Callable[[User], Client]
) -> None:
    for merchant, host in ((harbor, "img.example.com"), (sunny, "cdn.example.net")):
        RewardTemplate.objects.filter(merchant=merchant).update(image_url=f"https://{host}/dish.png")
        _note_picture_origins(merchant)
    own = {"'self'", "data:", "http://127.0.0.1:8900"}
    assert images(client_of(ana).get("/m/harbor-grill/rewards/")) == {*own, "https://img.example.com"}
    assert images(client_of(cleo).get("/m/sunny-side-coffee/rewards/")) == {*own, "https://cdn.example.net"}
    assert images(client_of(cleo).get("/m/harbor-grill/rewards/")) == own
    assert images(Client().get("/account/login/")) == own


def test_an_origin_goes_with_its_last_picture(harbor: Merchant) -> None:
    RewardTemplate.objects.filter(merchant=harbor).update(image_url="https://img.example.com/dish.png")
    _note_picture_origins(harbor)
    harbor.refresh_from_db()
    assert harbor.picture_origins == ["https://img.example.com"]
    RewardTemplate.objects.filter(merchant=harbor).update(image_url="data:,x")
    _note_picture_origins(harbor)
    harbor.refresh_from_db()
    assert harbor.picture_origins == []
