"""One guest rewarded within seconds, as service recovery: a list of one, through the same engine as any list.

Whoever gives it picks the reward, so these guests stand outside the split of the campaign. Control is for learning what
a reward changes: giving one to a guest of Control takes a decision, which is kept for the campaign's read-out. So does
giving one to a guest whom a list of another campaign, of people or programs, has rewarded lately.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from campaigns.allocation import arm_chooser
from campaigns.models import Campaign, Variant
from campaigns.publishing_rules import OPTED_OUT
from issuance.guests.sight import open_row
from issuance.importing.batches import guest_hasher
from issuance.launching.launch import launch_list
from issuance.lifecycle.activity import note_activity
from issuance.models import ControlLeak, Guest, GuestClaim, GuestList, note_event, still_compared
from issuance.models.states import ListState, Outcome
from issuance.parsing.identifiers import identity
from thanxportal.accounts.models import Membership, Merchant, User
from thanxportal.moments import written
from thanxportal.reviewed import Facts, fingerprint

DAY = timedelta(hours=24)


class CantReward(Exception):
    """`args[0]` says to the sender why this guest gets nothing now."""


class AskFirst(Exception):
    """Nobody has decided to give a reward nevertheless: the guest belongs to Control of the campaigns `controls`, or
    those of the claims `lately` have rewarded the guest."""

    def __init__(self, controls: list[Campaign], lately: list[GuestClaim]) -> None:
        self.controls, self.lately = controls, lately
        super().__init__()

    @property
    def campaigns(self) -> set[Campaign]:
        return {*self.controls, *(claim.campaign for claim in self.lately)}


@transaction.atomic
def reward_one_guest(
    *, gift: Variant, guest: str, reason: str, token: UUID, actor: User, despite: Collection[Campaign] = ()
) -> GuestList:
    """Issues the reward of an arm to one guest, an email or phone as `identifiers` writes it. Raises CantReward, and
    AskFirst unless it is `despite` all campaigns that have the guest in Control or rewarded the guest lately.

    The token is the form's: the same form sent twice leads to the same list.
    """
    if gift.is_control:
        raise ValueError("Control gives nothing.")
    campaign = gift.campaign
    # Limits are counted by one sender at a time.
    campaign.merchant = Merchant.objects.select_for_update().get(pk=campaign.merchant_id)
    if earlier := GuestList.objects.filter(uuid=token, merchant=campaign.merchant_id, one_guest=True).first():
        return earlier
    made = GuestList(
        uuid=token, merchant=campaign.merchant, campaign=campaign, name=f"One guest: {reason}"[:200],
        reason=reason[:200], one_guest=True, state=ListState.CHECKED, checked_at=timezone.now(), created_by=actor,
        rows_count=1, waiting_count=1,
    )  # fmt: skip
    digest = guest_hasher(made)(identity(guest))
    _refuse_if_too_often(campaign, digest, actor)
    doubts = AskFirst(controls_of(campaign, guest, digest), _rewarded_lately(campaign, digest))
    if not doubts.campaigns <= set(despite):
        raise doubts
    made.save(force_insert=True)
    latest = doubts.lately[0] if doubts.lately else None  # Planning leaves the guest as was decided.
    chosen = Guest.objects.create(
        guest_list=made, row=1, type="email" if "@" in guest else "phone", value=guest, identity=digest,
        variant=gift, outcome=Outcome.WAITING, earlier_campaign=latest.campaign if latest else None,
        earlier_at=latest.claimed_at if latest else None,
    )  # fmt: skip
    note_event(made, ListState.CHECKED, actor=actor, note=f"One guest: {reason}")
    for claim in doubts.lately:
        note_activity(made, actor, f"Rewarded a guest whom “{claim.campaign.name}” had rewarded.")
    for control in doubts.controls:
        ControlLeak.objects.create(campaign=control, guest_list=made, guest=chosen, identity=digest, decided_by=actor)
        note_activity(made, actor, f"Rewarded a guest of Control of “{control.name}”.")
    launch_list(guest_list=made, token=made.confirm_token, actor=actor)
    return made


def controls_of(chosen: Campaign, guest: str, digest: bytes) -> list[Campaign]:
    """Campaigns whose comparison a reward would spoil: the guest falls into Control of the `chosen` one, or was held
    out by another one."""
    compared = still_compared(chosen.merchant)
    planned = GuestList.objects.filter(campaign__in=compared, planned_at__isnull=False, control_count__gt=0)
    held_out = Guest.objects.filter(outcome=Outcome.CONTROL, identity=digest, guest_list__in=planned)
    by = set(held_out.values_list("guest_list__campaign", flat=True)) - {chosen.pk}
    if _own_arm(chosen, guest).is_control:
        by.add(chosen.pk)
    return list(compared.filter(pk__in=by).order_by("-pk"))


def _own_arm(campaign: Campaign, guest: str) -> Variant:
    """Into which arm any list would put the guest."""
    arms = list(campaign.variants.all())
    return arms[arm_chooser(campaign.salt, [arm.weight for arm in arms])(identity(guest))]


def _rewarded_lately(chosen: Campaign, digest: bytes) -> list[GuestClaim]:
    """What lists of other campaigns promised the guest within the merchant's days, at least one: the latest of each
    campaign, the latest first. Rewards of single guests have a limit of their own."""
    since = timezone.now() - max(chosen.merchant.repeat_days, 1) * DAY
    others = Campaign.objects.filter(merchant=chosen.merchant_id).exclude(pk=chosen.pk)
    claims = GuestClaim.objects.filter(campaign__in=others, identity=digest, guest_list__one_guest=False)
    claims = claims.filter(claimed_at__gte=since).select_related("campaign")
    found = [claim for primary in (True, False) for claim in claims.filter(primary=primary)]  # An index for each.
    found.sort(key=lambda claim: claim.claimed_at)
    return [*reversed({claim.campaign_id: claim for claim in found}.values())]


def facts_of_doubts(guest: str, doubts: AskFirst) -> Facts:
    """On what somebody decides who rewards the guest nevertheless."""
    held_out_by = {f"Control of “{campaign.name}”": "has this guest" for campaign in doubts.controls}
    rewarded_by = {
        f"“{claim.campaign.name}”": f"rewarded this guest on {written(claim.claimed_at, 'DATE_FORMAT')}"
        for claim in doubts.lately
    }
    return {"This guest": fingerprint([identity(guest)])} | held_out_by | rewarded_by


def tried_before(member: Membership, pk: int) -> dict[str, Any]:
    """What the same person had asked for and Thanx refused, to be corrected and asked again; empty for anything else,
    since only who typed a guest may see it."""
    mine = GuestList.objects.filter(merchant=member.merchant, one_guest=True, created_by=member.user)
    made = mine.filter(pk=pk, refused_count=1).first()
    if made is None:
        return {}
    guest, (reason, _, note) = made.guests.get(), made.reason.partition(": ")
    sight = open_row(member, made, guest.row)
    shown = guest.value if sight.sees(guest.row) else ""
    return {"guest": shown, "reward": guest.variant_id, "reason": reason, "note": note}


def _refuse_if_too_often(campaign: Campaign, digest: bytes, actor: User) -> None:
    if campaign.merchant.opted_out:
        raise CantReward(OPTED_OUT.format(campaign.merchant, "nobody can be rewarded"))
    if not campaign.accepts_lists:
        raise CantReward(f"“{campaign.name}” has ended or isn’t published. Choose another campaign.")
    claim = GuestClaim.objects.filter(campaign=campaign, identity=digest, primary=True).first()
    if claim:
        when = written(claim.claimed_at, "MONTH_DAY_FORMAT")
        raise CantReward(f"“{campaign.name}” rewarded this guest already, on {when}. Choose another campaign.")
    lately = GuestList.objects.filter(
        merchant=campaign.merchant_id, one_guest=True, created_at__gte=timezone.now() - DAY
    )
    if lately.filter(created_by=actor).count() >= settings.ONE_GUEST_PER_SENDER:
        raise CantReward(
            f"You have rewarded {settings.ONE_GUEST_PER_SENDER} single guests within 24 hours, which is the limit. "
            "Bring more guests as a list, or ask a colleague."
        )
    same = Guest.objects.filter(guest_list__in=lately, identity=digest)
    same = same.exclude(outcome__in=(Outcome.REFUSED, Outcome.ALREADY_REWARDED))
    if same.count() >= settings.ONE_GUEST_PER_GUEST:
        raise CantReward("Someone on your team rewarded this guest within the last 24 hours. Try again tomorrow.")


def last_reward_of(merchant: Merchant, sender: User) -> int | None:
    """The arm whose reward the sender gave to a single guest last."""
    lists = GuestList.objects.filter(merchant=merchant, one_guest=True, created_by=sender)
    return lists.order_by("-pk").values_list("guests__variant", flat=True).first()
