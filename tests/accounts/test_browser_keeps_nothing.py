"""What browsers and proxies may keep of the portal: nothing of a page, and less after signing out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from thanxportal.accounts.models import Merchant, User
from thanxportal.static_files import HashedFiles

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.mark.usefixtures("undrawn")
def test_no_page_of_a_merchant_is_kept(
    addresses: Callable[[str], list[str]], harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    for url in addresses(harbor.handle):
        for answer in (browser.get(url), browser.post(url)):
            assert "no-store" in answer["Cache-Control"], url


def test_no_page_of_a_person_or_of_staff_is_kept(sam: User, client_of: ClientOf) -> None:
    browser = client_of(sam)
    for name in ("accounts:profile", "accounts:notifications", "mfa_index", "admin:index", "account_change_password"):
        assert "no-store" in browser.get(reverse(name))["Cache-Control"], name
    assert "no-store" in browser.get("/nothing/here/")["Cache-Control"]


def test_signing_out_clears_what_the_browser_kept_but_knows_it_later(ana: User) -> None:
    ana.set_password("correct horse battery")
    ana.save()
    browser = Client()
    browser.post("/account/login/", {"login": ana.email, "password": "correct horse battery"})
    assert "Clear-Site-Data" not in browser.get("/m/harbor-grill/")
    answer = browser.post("/account/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookies["sessionid"].value == ""
    assert browser.cookies[f"known-{ana.pk}"].value


def test_the_list_of_static_files_is_not_among_them(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")  # Of an earlier version.
    files = HashedFiles(location=str(settings.STATIC_ROOT))
    files.save("example.css", ContentFile(b"p { color: red }"))
    list(files.post_process({"example.css": (files, "example.css")}))
    assert {path.suffix for path in settings.STATIC_ROOT.iterdir()} <= {".css", ".gz"}
    again = HashedFiles(location=str(settings.STATIC_ROOT))
    assert again.stored_name("example.css") != "example.css"
    assert again.hashed_files
