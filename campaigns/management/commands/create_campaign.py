"""Creates a campaign from a JSON file, and publishes it if asked to."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from campaigns.allocation import equal_shares
from campaigns.drafts import DraftArm, save_draft
from campaigns.models import CONTROL, Campaign, CampaignState
from campaigns.publishing import publish_campaign, request_publication
from campaigns.publishing_rules import DATES, problems
from thanxportal.accounts.models import Merchant
from thanxportal.moments import year_problem
from thanxportal.partner.models import Credential

WORDS = {"name": 120, "objective": 300, "fine_print": 2000}  # and how long each may be
LONGEST_WAIT = timedelta(minutes=20)
sleep = time.sleep  # Tests turn the clock here instead.


class Command(BaseCommand):
    help = "Creates a campaign from a JSON file; prints one JSON object with our id, its state and Thanx's id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, metavar="HANDLE")
        parser.add_argument("--file", required=True, type=Path, help="a JSON object, as README.md shows")
        parser.add_argument("--publish", action="store_true", help="publish it at Thanx now, without a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(handle=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant “{options['merchant']}”. Run sync_partner first?")
        campaign = _draft(merchant, _read(options["file"]), complete=options["publish"])
        if options["publish"]:
            _publish(campaign)
        summary = {"campaign": campaign.pk, "state": campaign.state, "thanx_id": campaign.thanx_id}
        self.stdout.write(json.dumps(summary))
        if options["publish"] and campaign.state != CampaignState.PUBLISHED:
            raise CommandError(campaign.problem or _still_publishing(campaign))


@transaction.atomic
def _draft(merchant: Merchant, document: dict[str, Any], *, complete: bool) -> Campaign:
    """Saves the draft. Saves nothing if it has to be complete and isn't."""
    values = {key: _words(document, key) for key in WORDS} | {key: _date(document, key) for key in DATES}
    arms = _arms(merchant, document)
    campaign = save_draft(merchant=merchant, campaign=None, values=values, arms=arms, actor=None)
    assert campaign is not None  # noqa: S101 - a new draft is never published meanwhile
    missing = problems(campaign, list(campaign.variants.all()), now=timezone.now()) if complete else []
    if missing:
        raise CommandError("\n".join(missing))
    return campaign


def _publish(campaign: Campaign) -> None:
    """Tries until Thanx accepts or refuses it, refuses the credentials, or gives no answer for a long time."""
    request_publication(campaign=campaign, actor=None)
    give_up = timezone.now() + LONGEST_WAIT
    while True:
        publish_campaign(campaign.pk)
        campaign.refresh_from_db()
        due = campaign.next_attempt_at
        if due is None or due > give_up or Credential.current().refused_at:
            return
        sleep(max(0.05, (due - timezone.now()).total_seconds()))


def _still_publishing(campaign: Campaign) -> str:
    reason = Credential.current().refusal or f"Thanx gives no usable answer ({campaign.problem_code or 'it is busy'})."
    return (
        f"{reason} Campaign {campaign.pk} stays on its way: a worker goes on publishing it, so don't create it again."
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}.") from error
    if not isinstance(document, dict):
        raise CommandError(f"{path} has to hold one JSON object.")
    return document


def _words(document: dict[str, Any], key: str) -> str:
    value = document.get(key) or ""
    if not isinstance(value, str):
        raise CommandError(f"“{key}” has to be text.")
    if len(value) > WORDS[key]:
        raise CommandError(f"“{key}” may have {WORDS[key]:,} characters at most, and has {len(value):,}.")
    return value.strip()


def _date(document: dict[str, Any], key: str) -> datetime | None:
    value = document.get(key)
    if not value:
        return None
    try:
        moment = parse_datetime(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"“{key}” has to be a date and time with its offset, such as 2027-06-01T09:00:00-07:00.")
    if problem := year_problem(moment.year):
        raise CommandError(f"“{key}”: {problem}")
    return moment


def _arms(merchant: Merchant, document: dict[str, Any]) -> list[DraftArm]:
    variants = document.get("variants")
    if not isinstance(variants, list) or not 1 <= len(variants) <= 4 or not all(isinstance(v, dict) for v in variants):
        raise CommandError("“variants” has to be a list of one to four objects.")
    weights = [variant.get("weight") for variant in variants]
    if weights == [None] * len(weights):
        weights = list(equal_shares(len(variants)))
    arms = [_arm(merchant, variant, weight) for variant, weight in zip(variants, weights, strict=True)]
    if len({arm.name for arm in arms}) < len(arms):
        raise CommandError("Each variant needs a name of its own.")
    return arms


def _arm(merchant: Merchant, variant: dict[str, Any], weight: Any) -> DraftArm:
    name = str(variant.get("name") or "").strip()
    if not 1 <= len(name) <= 80:
        raise CommandError("Each variant needs a name, of at most 80 characters.")
    if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= 100:
        raise CommandError(f"The weight of “{name}” has to be a whole number from 1 to 100. Give all of them, or none.")
    template_id = variant.get("reward_template_id")
    if name == CONTROL and not template_id:
        return DraftArm(CONTROL, None, weight)
    if name.casefold() == CONTROL.casefold() or not template_id:
        raise CommandError("“Control” has no reward_template_id; every other variant needs one.")
    template = merchant.reward_templates.filter(thanx_id=template_id).first()
    if template is None:
        raise CommandError(f"{merchant} has no reward template {template_id}. Run sync_partner, then look again.")
    return DraftArm(name, template, weight)
