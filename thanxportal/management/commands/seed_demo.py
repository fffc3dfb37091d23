"""Creates what the demo needs besides the mirror of Thanx: people to sign in as, and a guest list to upload."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from thanxportal.accounts.models import Membership, Merchant, Role, User
from thanxportal.demo.sample_guests import sample_guests

PREFERRED = ("harbor-grill", "sunny-side-coffee")
STAFF = ("sam@example.com", "rob@example.com")  # What is proposed takes a second person.
APPROVAL_ABOVE = 100  # guests; the sample list has more
TEAMS: tuple[dict[str, Role], ...] = (
    {
        "ana@example.com": Role.MANAGER,
        "abe@example.com": Role.APPROVER,
        "sid@example.com": Role.SENDER,
        "bea@example.com": Role.BUILDER,
        "ben@example.com": Role.VIEWER,
    },
    {
        "cleo@example.com": Role.MANAGER,
        "carl@example.com": Role.APPROVER,
        "cody@example.com": Role.SENDER,
        "cora@example.com": Role.BUILDER,
        "cal@example.com": Role.VIEWER,
    },
)


class Command(BaseCommand):
    help = "Makes the demo's people, all with one password, and its sample guest list. Running it again keeps the data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sync", action="store_true", help="mirror Thanx first; if that fails, go on")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sync"]:
            self._sync()
        merchants = _two_merchants()
        password = _password()
        with transaction.atomic():
            _ask_for_approvals(merchants)
            people = list(_people(merchants))
            _give_password(people, password)
        if options["sync"]:
            call_command("seed_read_out", merchants[0].handle)
        for merchant, team in zip(merchants, TEAMS, strict=False):
            above = merchant.approval_threshold
            rule = f": lists above {above:,} guests need an approver" if above is not None else ""
            self.stdout.write(f"  {merchant.name}{rule}")
            for email, role in team.items():
                self.stdout.write(f"    {email:<18} {role.label}")
        self.stdout.write("  Partner staff, in the admin: what one proposes, the other confirms")
        for email in STAFF:
            self.stdout.write(f"    {email}")
        self.stdout.write(f"  Password of all: {password}")
        self.stdout.write(f"  Guests to upload: {_sample_file()}")

    def _sync(self) -> None:
        try:
            call_command("sync_partner", stdout=StringIO())
        except CommandError as trouble:
            self.stderr.write(f"{trouble}\nGoing on with what is known from before.")


def _two_merchants() -> list[Merchant]:
    live = list(Merchant.objects.filter(withdrawn_at=None))
    if not live:
        raise CommandError("No merchant of Thanx is known yet. Run: python manage.py sync_partner")
    rank = {handle: position for position, handle in enumerate(PREFERRED)}
    return sorted(live, key=lambda merchant: (rank.get(merchant.handle, len(rank)), merchant.name))[: len(TEAMS)]


def _ask_for_approvals(merchants: list[Merchant]) -> None:
    """Makes the second merchant ask for approvals, but only on the first run, so that later settings stay."""
    for merchant in merchants[1:]:
        if not merchant.memberships.exists():
            merchant.approval_threshold = APPROVAL_ABOVE
            merchant.save(update_fields=["approval_threshold"])


def _people(merchants: list[Merchant]) -> Iterator[User]:
    for merchant, team in zip(merchants, TEAMS, strict=False):
        for email, role in team.items():
            person = _person(email)
            Membership.objects.get_or_create(user=person, merchant=merchant, defaults={"role": role})
            yield person
    for email in STAFF:
        yield _person(email, is_staff=True, is_superuser=True)


def _person(email: str, **fields: Any) -> User:
    name = email.partition("@")[0].title()
    return User.objects.get_or_create(email=email, defaults={"name": name, **fields})[0]


def _give_password(people: list[User], password: str) -> None:
    """Stores one hash for all: it is one password, and hashing is slow on purpose."""
    fitting = next((hashed for hashed in {person.password for person in people} if _fits(password, hashed)), None)
    hashed = fitting or make_password(password)
    User.objects.filter(pk__in=[person.pk for person in people]).exclude(password=hashed).update(password=hashed)


def _fits(password: str, hashed: str) -> bool:
    return bool(hashed) and check_password(password, hashed)


def _password() -> str:
    """Returns the password of this demo, created at the first start and kept."""
    path: Path = settings.VAR_DIR / "demo-password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(6))
    return path.read_text()


def _sample_file() -> Path:
    path: Path = settings.VAR_DIR / "sample-guests.csv"
    if not path.exists():
        path.write_bytes(sample_guests())
    return path
