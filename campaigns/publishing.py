"""Publishing a campaign: creating it at Thanx exactly once, though creating is not idempotent there."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from campaigns.models import Campaign, CampaignState
from thanxportal.accounts.models import User, record_activity
from thanxportal.partner.client import GateClosed, Urgency, partner_client
from thanxportal.partner_api import Campaign as TheirCampaign
from thanxportal.partner_api import (
    CredentialRefused,
    InDoubt,
    NotSent,
    PartnerApiError,
    PartnerClient,
    RateLimited,
    Rejected,
)

LEASE = timedelta(seconds=90)
PATIENCE = 5.0  # seconds: looking and creating need several slots in a row


@transaction.atomic
def request_publication(*, campaign: Campaign, actor: User | None) -> bool:
    """Hands a draft over to be published; False if it is on its way or published already."""
    drafts = Campaign.objects.filter(pk=campaign.pk, state__in=(CampaignState.DRAFT, CampaignState.REFUSED))
    now = timezone.now()
    if not drafts.update(state=CampaignState.PUBLISHING, next_attempt_at=now, publish_attempts=0, updated_at=now):
        return False
    sentence = f"Published the campaign “{campaign.name}”."
    record_activity(merchant=campaign.merchant, actor=actor, sentence=sentence, target=f"campaign:{campaign.pk}")
    return True


def publish_campaign(campaign_id: int) -> None:
    """Tries once to create a due campaign at Thanx; what happens next is written in its row."""
    campaign = _claim(campaign_id)
    if campaign is None:
        return
    try:
        with partner_client(Urgency.ISSUE, patience=PATIENCE) as partner:
            theirs = _find_or_create(partner, campaign)
    except GateClosed as closed:
        _later(campaign, closed.retry_at)
    except (NotSent, RateLimited, CredentialRefused) as error:
        _later(campaign, _soon(campaign), code=_code(error))
    except Rejected as error:
        _refused(campaign, error)
    except PartnerApiError as error:
        _later(campaign, _soon(campaign), code=_code(error), doubt=True)
    else:
        _published(campaign, theirs)


def _claim(campaign_id: int) -> Campaign | None:
    """Takes the campaign's lease by moving its next attempt away; None if it isn't due."""
    campaign = Campaign.objects.with_variants().filter(pk=campaign_id, state=CampaignState.PUBLISHING).first()
    if campaign is None:
        return None
    due = Campaign.objects.due_to_publish().filter(pk=campaign_id, publish_attempts=campaign.publish_attempts)
    lease = timezone.now() + LEASE
    if not due.update(next_attempt_at=lease, publish_attempts=campaign.publish_attempts + 1):
        return None
    campaign.publish_attempts += 1
    return campaign


def _find_or_create(partner: PartnerClient, campaign: Campaign) -> TheirCampaign:
    if campaign.publish_attempts > 1:
        linked = set(Campaign.objects.exclude(thanx_id="").values_list("thanx_id", flat=True))
        for theirs in partner.iter_campaigns(campaign.merchant.thanx_id):
            if theirs.id not in linked and is_same(campaign, theirs):
                return theirs
    theirs = partner.create_campaign(creation_body(campaign))
    if not _variant_ids(campaign, theirs):
        raise InDoubt(code="VARIANTS_MISSING")
    return theirs


def creation_body(campaign: Campaign) -> dict[str, Any]:
    """What Thanx is asked to create; the Control arm is known by its name and has no template."""
    body: dict[str, Any] = {"merchant_id": campaign.merchant.thanx_id, "name": campaign.name}
    body |= {"objective": campaign.objective, "fine_print": campaign.fine_print}
    body |= {name: moment.isoformat() for name, moment in _dates(campaign).items()}
    body["variants"] = [
        {"name": variant.name}
        | ({"reward_template_id": variant.reward_template.thanx_id} if variant.reward_template else {})
        for variant in campaign.variants.all()
    ]
    return body


def _dates(campaign: Campaign) -> dict[str, datetime]:
    names = ("start_at", "end_at", "redeemable_from", "redeemable_to")
    dates = {name: getattr(campaign, name) for name in names}
    if None in dates.values():
        raise ValueError(f"Campaign {campaign.pk} lacks a date.")
    return {name: moment.replace(microsecond=0) for name, moment in dates.items()}


def is_same(campaign: Campaign, theirs: TheirCampaign) -> bool:
    """Whether a campaign found at Thanx is the one that an earlier attempt created."""
    dates = {name: parse_datetime(getattr(theirs, name) or "") for name in _dates(campaign)}
    return theirs.name == campaign.name and dates == _dates(campaign) and bool(_variant_ids(campaign, theirs))


def _variant_ids(campaign: Campaign, theirs: TheirCampaign) -> dict[int, str]:
    """Our variant's id -> Thanx's; empty unless all match by name and template."""
    known = {(one.name, one.reward_template_id or None): one.id for one in theirs.variants}
    wanted = {
        variant.pk: (variant.name, variant.reward_template.thanx_id if variant.reward_template else None)
        for variant in campaign.variants.all()
    }
    return {pk: known[key] for pk, key in wanted.items()} if set(wanted.values()) == set(known) else {}


@transaction.atomic
def _published(campaign: Campaign, theirs: TheirCampaign) -> None:
    ours = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.PUBLISHING)
    now = timezone.now()
    fields = {"thanx_id": theirs.id, "raw": theirs.raw, "problem": "", "problem_code": "", "updated_at": now}
    if not ours.update(state=CampaignState.PUBLISHED, published_at=now, next_attempt_at=None, **fields):
        return
    for pk, thanx_id in _variant_ids(campaign, theirs).items():
        campaign.variants.filter(pk=pk).update(thanx_id=thanx_id)


def _refused(campaign: Campaign, error: Rejected) -> None:
    problem = "Thanx refused this campaign. Check the dates and that every reward is still published, then try again."
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.PUBLISHING).update(
        state=CampaignState.REFUSED, problem=problem, problem_code=_code(error), next_attempt_at=None
    )


def _later(campaign: Campaign, at: datetime, *, code: str = "", doubt: bool = False) -> None:
    """Tries again at `at`. An attempt that surely did nothing doesn't count: only doubt needs the look-up."""
    attempts = campaign.publish_attempts - (0 if doubt or campaign.publish_attempts > 1 else 1)
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.PUBLISHING).update(
        next_attempt_at=at, publish_attempts=attempts, problem_code=code
    )


def _soon(campaign: Campaign) -> datetime:
    wait = min(2.0**campaign.publish_attempts, 60.0) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
    return timezone.now() + timedelta(seconds=wait)


def _code(error: PartnerApiError) -> str:
    return (error.code or type(error).__name__)[:80]
