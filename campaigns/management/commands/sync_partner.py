"""Mirrors merchants, locations, scopes and reward templates now, and prints how much was read."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.discovery import sync_partner
from thanxportal.partner.gated_client import GateClosed
from thanxportal.partner_api import CredentialRefused, PartnerApiError

LONGEST_WAIT = 1_000.0  # seconds for one slot: a little more than Thanx's own window of 15 minutes


class Command(BaseCommand):
    help = "Mirrors what Thanx publishes for our merchants."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = sync_partner(patience=LONGEST_WAIT)
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
