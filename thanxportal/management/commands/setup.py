"""Makes an installation ready: `.env` (before Django starts, see `manage.py`), tables, administrator, merchants."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from campaigns.partner_check import webhook_address
from thanxportal.accounts.models import Merchant, User
from thanxportal.stored_files import stores_of_guests

NEXT = """
Next: start web, both workers and beat (docs/install.md), then open {portal} and sign in.
Give Thanx this address for its webhooks: {webhooks}
"""
KEEPS = (
    "The bucket of {} has versioning on, so deleted files of guests would stay in it. Take a bucket without versioning "
    "and without object lock, or suspend versioning and delete the older versions."
)
UNTOLD = (
    "The store of {} doesn't tell whether it keeps deleted files. Allow the keys s3:GetBucketVersioning, or make sure "
    "yourself that versioning is off."
)


class Command(BaseCommand):
    help = "Completes .env, makes tables, static files and the first administrator, and reads the merchants of Thanx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-input", action="store_false", dest="ask", help="take all from the environment")
        parser.add_argument("--administrator", metavar="EMAIL", help="who runs the portal at first")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check", deploy=settings.HTTPS_ONLY)
        call_command("migrate", interactive=False, verbosity=0)
        if os.access(Path(settings.STATIC_ROOT).parent, os.W_OK):  # An image brings them.
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Tables and static files are ready.")
        self._bucket()
        self._forgets()
        self._administrator(options["administrator"], options["ask"])
        self._merchants()
        try:
            call_command("check_partner", stdout=self.stdout)
        except SystemExit:
            self.stdout.write("Something is still missing. Correct it, then run: python manage.py check_partner")
        self.stdout.write(NEXT.format(portal=settings.PORTAL_URL, webhooks=webhook_address()))
        people = User.objects.filter(is_superuser=True).count()
        self.stdout.write(json.dumps({"administrators": people, "merchants": Merchant.objects.count()}))

    def _bucket(self) -> None:
        """Where uploads are in a folder, there is nothing to make."""
        if not settings.UPLOADS_URL:
            return
        try:
            default_storage.make_bucket()  # type: ignore[attr-defined]
        except OSError as trouble:
            raise CommandError(f"The store of UPLOADS_URL can't be used: {trouble}.") from trouble
        self.stdout.write("The bucket for uploads is ready.")

    def _forgets(self) -> None:
        """Refuses a bucket in which files of guests outlive their deletion."""
        for setting, store in stores_of_guests().items():
            try:
                kept = store.keeps_deleted()
            except OSError as trouble:
                raise CommandError(f"The store of {setting} can't be used: {trouble}.") from trouble
            if kept:
                raise CommandError(KEEPS.format(setting))
            if kept is None:
                self.stderr.write(UNTOLD.format(setting))

    def _administrator(self, email: str | None, ask: bool) -> None:
        """Makes the first one, who chooses a password by a link. Whoever came first invites the others."""
        if User.objects.filter(is_superuser=True).exists():
            return
        email = email or (input("Email of the first administrator: ").strip() if ask else "")
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("Nobody runs the portal yet. Name the first one: --administrator EMAIL") from error
        link = _link_to_password(User.objects.create_superuser(email))
        self.stdout.write(f"{email} chooses a password within three days at:\n  {link}")
        if settings.SECOND_FACTOR:
            self.stdout.write("The admin then asks to turn on a second factor: a passkey, or a code from an app.")

    def _merchants(self) -> None:
        try:
            call_command("sync_partner", stdout=StringIO())
        except CommandError as trouble:
            self.stderr.write(f"Not all merchants were read: {trouble}")


def _link_to_password(user: User) -> str:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return f"{settings.PORTAL_URL}{get_adapter().get_reset_password_from_key_url(key)}"
