"""Mirrors merchants, locations, scopes and reward templates now, and prints how much was read."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.discovery import sync_partner
from thanxportal.partner.gated_client import CredentialPaused, GateClosed
from thanxportal.partner.models import Credential
from thanxportal.partner_api import CredentialRefused, PartnerApiError

LONGEST_WAIT = 1_000.0  # seconds for one slot: a little more than Thanx's own window of 15 minutes


class Command(BaseCommand):
    help = "Mirrors what Thanx publishes for our merchants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--believe-listing", action="store_true", help="merchants that Thanx doesn't list have opted out, even many"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = sync_partner(patience=LONGEST_WAIT, believe=options["believe_listing"])
        except CredentialPaused as closed:
            raise CommandError(Credential.current().refusal) from closed
        except GateClosed as closed:
            raise CommandError(f"The shared request budget is used up. {closed} Run this again then.") from closed
        except CredentialRefused as error:
            raise CommandError(
                f"Thanx refuses the credentials ({error.status}). Check THANX_CLIENT_ID and THANX_ACCESS_TOKEN."
            ) from error
        except PartnerApiError as error:
            raise CommandError(
                f"Thanx didn't answer usably: {error}. What was read is kept; the rest is as it was."
            ) from error
        self.stdout.write(json.dumps(counts))
        if unread := counts["unread_merchants"]:
            raise CommandError(
                f"Thanx refused or gave nothing usable about {unread} of the merchants: see API requests in the admin."
            )
        if missing := Credential.current().missing_merchants:
            raise CommandError(
                f"Thanx lists {missing} merchants fewer than before, too many to believe it. Ask Thanx; if it is true, "
                "run this again with --believe-listing."
            )
