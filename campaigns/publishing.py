"""Publishes a campaign: creates it at Thanx exactly once, although Thanx's call isn't idempotent."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.activity import note_activity
from campaigns.discovery import read_template
from campaigns.models import Campaign, CampaignQuerySet, CampaignState, Variant
from campaigns.publishing_rules import problems
from campaigns.reviewed import facts_of
from campaigns.their_campaigns import is_same, our_dates, variant_ids
from campaigns.unpublished import tell_unpublished
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.partner.gated_client import GateClosed, Urgency, partner_client
from thanxportal.partner_api import Campaign as TheirCampaign
from thanxportal.partner_api import InDoubt, PartnerApiError, PartnerClient, Rejected
from thanxportal.reviewed import check_unchanged

LEASE = timedelta(minutes=3)  # longer than one create request can take; renewed right before it
PATIENCE = 5.0  # seconds: looking and creating need several slots in a row


class Overtaken(Exception):
    """Another worker has this campaign now."""


class RewardsWithdrawn(Exception):
    """Thanx no longer publishes what these arms give."""

    def __init__(self, arms: list[Variant]) -> None:
        self.arms = arms
        super().__init__()


@transaction.atomic
def request_publication(*, campaign: Campaign, actor: User | None, seen: str | None = None, by: str = "") -> bool:
    """Hands over a complete draft for publishing. False if it is incomplete, or already on its way or published.
    `by` is the program that asked for it; the actor made its token.

    With what a person has `seen` of it, as the form carries it, raises ChangedSinceReview if it isn't that any more.
    """
    drafts = Campaign.objects.drafts().filter(pk=campaign.pk)
    now = database_clock.now()
    if not drafts.update(state=CampaignState.PUBLISHING, next_attempt_at=now, updated_at=now):
        return False
    # Read after the update has locked the row: nobody can take an arm away between the check and the state.
    asked = Campaign.objects.with_variants().get(pk=campaign.pk)
    if seen is not None:
        check_unchanged(asked.target, seen, facts_of(asked))
    if problems(asked, list(asked.variants.all()), now=now):
        transaction.set_rollback(True)
        return False
    note_activity(asked, actor, f"Published the campaign “{asked.name}”.", by=by)
    note_activity(asked, actor, f"Fixed its split: {asked.split_in_words}. Seal: {asked.seal[:16]}.", by=by)
    return True


def publish_campaign(campaign_id: int) -> None:
    """Tries once to create a due campaign at Thanx, and writes to its row what happens next."""
    campaign = _claim(campaign_id)
    if campaign is None:
        return
    try:
        with partner_client(Urgency.ISSUE, patience=PATIENCE) as partner:
            _published(campaign, _find_or_create(partner, campaign))
    except Overtaken:
        return
    except RewardsWithdrawn as withdrawn:
        _draft_again(campaign, withdrawn.arms)
    except GateClosed as closed:
        _later(campaign, closed.wait, attempted=campaign.publish_attempts > 1)
    except Rejected as error:
        _refused(campaign, error)
    except PartnerApiError as error:
        _later(campaign, _soon(campaign), code=_code(error))
    except IntegrityError:
        # An equal campaign of ours is linked to what this one created. The next attempt takes what that one created.
        _later(campaign, _soon(campaign), code="LINKED_TO_ANOTHER")


def _claim(campaign_id: int) -> Campaign | None:
    """Takes the campaign's lease by postponing its next attempt. None if it isn't due."""
    campaign = Campaign.objects.with_variants().filter(pk=campaign_id, state=CampaignState.PUBLISHING).first()
    if campaign is None:
        return None
    attempts = campaign.publish_attempts
    due = Campaign.objects.due_to_publish().filter(pk=campaign_id, publish_attempts=attempts)
    if not due.update(next_attempt_at=database_clock.now() + LEASE, publish_attempts=attempts + 1):
        return None
    campaign.publish_attempts += 1
    return campaign


def _held(campaign: Campaign) -> CampaignQuerySet:
    """Selects the row as long as it belongs to this attempt: the next claim raises the number of attempts."""
    return Campaign.objects.filter(
        pk=campaign.pk, state=CampaignState.PUBLISHING, publish_attempts=campaign.publish_attempts
    )


def _find_or_create(partner: PartnerClient, campaign: Campaign) -> TheirCampaign:
    theirs = _made_before(partner, campaign) or _create(partner, campaign)
    if not variant_ids(campaign, theirs):
        _held(campaign).update(
            raw=theirs.raw
        )  # It holds the id, so that the next attempt asks for it instead of creating another.
        raise InDoubt(code="VARIANTS_MISSING")
    return theirs


def _made_before(partner: PartnerClient, campaign: Campaign) -> TheirCampaign | None:
    """Finds what an earlier attempt created although its answer was lost or incomplete."""
    if campaign.publish_attempts == 1 and campaign.preset_id is None:
        return None  # One made on the fly may be at Thanx since before a restore, and guests were sent its rewards.
    merchant_id, made = campaign.merchant.thanx_id, str(campaign.raw.get("id", ""))
    linked = set(Campaign.objects.exclude(thanx_id="").values_list("thanx_id", flat=True))
    try:
        if made and made not in linked:
            return partner.get_campaign(made, merchant_id)
        unlinked = (theirs for theirs in partner.iter_campaigns(merchant_id) if theirs.id not in linked)
        return next((theirs for theirs in unlinked if is_same(campaign, theirs)), None)
    except Rejected as error:
        # This refusal doesn't tell whether the campaign exists.
        raise InDoubt(status=error.status, code=error.code) from error


def _create(partner: PartnerClient, campaign: Campaign) -> TheirCampaign:
    withdrawn = [arm for arm in campaign.variants.all() if not _still_published(partner, arm)]
    if withdrawn:
        raise RewardsWithdrawn(withdrawn)
    here = Campaign.objects.publishing()  # Its merchant may have opted out since the claim.
    if not (_held(campaign) & here).update(next_attempt_at=database_clock.now() + LEASE):
        raise Overtaken
    return partner.create_campaign(creation_body(campaign))


def _still_published(partner: PartnerClient, arm: Variant) -> bool:
    """Asks Thanx for the arm's reward: a minute-old copy may be wrong by now."""
    if arm.reward_template is None:
        return True
    try:
        return read_template(partner, arm.reward_template)
    except Rejected as error:
        # A refusal of the question, not of the campaign.
        raise InDoubt(status=error.status, code=error.code) from error


def creation_body(campaign: Campaign) -> dict[str, Any]:
    """Returns the body of the request. Thanx knows the Control arm by its name; it has no template."""
    body: dict[str, Any] = {"merchant_id": campaign.merchant.thanx_id, "name": campaign.name}
    body |= {"objective": campaign.objective, "fine_print": campaign.fine_print}
    zone = ZoneInfo(campaign.merchant.time_zone)  # Thanx compares days in this zone, as we do.
    body |= {name: moment.astimezone(zone).isoformat() for name, moment in our_dates(campaign).items()}
    body["variants"] = [
        {"name": variant.name}
        | ({"reward_template_id": variant.reward_template.thanx_id} if variant.reward_template else {})
        for variant in campaign.variants.all()
    ]
    return body


@transaction.atomic
def _published(campaign: Campaign, theirs: TheirCampaign) -> None:
    now = timezone.now()
    fields = {"thanx_id": theirs.id, "raw": theirs.raw, "problem": "", "problem_code": "", "updated_at": now}
    if not _held(campaign).update(state=CampaignState.PUBLISHED, published_at=now, next_attempt_at=None, **fields):
        raise Overtaken
    for pk, thanx_id in variant_ids(campaign, theirs).items():
        campaign.variants.filter(pk=pk).update(thanx_id=thanx_id)
    note_activity(campaign, None, f"Thanx created the campaign “{campaign.name}”.")
    note_happening(campaign.merchant_id, Kind.CAMPAIGN_PUBLISHED, campaign.pk)


@transaction.atomic
def _refused(campaign: Campaign, error: Rejected) -> None:
    problem = "Thanx refused this campaign. Check the dates and that every reward is still published, then try again."
    fields = {"problem": problem, "problem_code": _code(error), "next_attempt_at": None}
    if _held(campaign).update(state=CampaignState.REFUSED, **fields):
        note_activity(campaign, None, f"Thanx refused the campaign “{campaign.name}”.")
        tell_unpublished(campaign)


@transaction.atomic
def _draft_again(campaign: Campaign, arms: list[Variant]) -> None:
    """Gives the campaign back to the merchant, who has to pick other rewards for these arms, or to wait for the one
    that guests were promised."""
    names = " and ".join(f"“{arm.reward_template}”"[:80] for arm in arms)[:200]
    then = "publish again once it does" if campaign.promised else "pick another reward, then publish again"
    problem = f"Thanx no longer publishes {names}. Nothing was created: {then}."
    code = "REWARD_WITHDRAWN"
    if _held(campaign).update(state=CampaignState.DRAFT, problem=problem, problem_code=code, next_attempt_at=None):
        note_activity(campaign, None, f"The campaign “{campaign.name}” is a draft again: Thanx withdrew a reward.")
        tell_unpublished(campaign)


def _later(campaign: Campaign, wait: float, *, code: str = "", attempted: bool = True) -> None:
    """Tries again in `wait` seconds. After an attempt that sent something, the next one looks first what exists."""
    attempts = campaign.publish_attempts - (not attempted)
    at = database_clock.now() + timedelta(seconds=wait)
    _held(campaign).update(next_attempt_at=at, publish_attempts=attempts, problem_code=code)


def _soon(campaign: Campaign) -> float:
    """5, 10, 20 … up to 300 seconds, which also give Thanx time to finish."""
    wait = min(2.5 * 2.0 ** min(campaign.publish_attempts, 7), 300.0)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries


def _code(error: PartnerApiError) -> str:
    return (error.code or type(error).__name__)[:80]
