"""One guest rewarded within seconds, as service recovery: a list of one, through the same engine as any list.

Control is for learning what a reward changes; whom somebody picks by hand has to get one. So a guest who would fall
into Control gets another arm instead: always the same one, whoever asks and how often.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.allocation import arm_chooser, equal_shares
from campaigns.models import Campaign, Variant
from campaigns.publishing_rules import OPTED_OUT
from issuance.guests.sight import open_row
from issuance.importing.batches import guest_hasher
from issuance.launching.launch import launch_list
from issuance.models import Guest, GuestClaim, GuestList, note_event
from issuance.models.states import ListState, Outcome
from issuance.parsing.identifiers import identity
from thanxportal.accounts.models import Membership, Merchant, User

DAY = timedelta(hours=24)


class CantReward(Exception):
    """`args[0]` says to the sender why this guest gets nothing now."""


@transaction.atomic
def reward_one_guest(*, campaign: Campaign, guest: str, reason: str, token: UUID, actor: User) -> GuestList:
    """Issues a reward of the campaign to one guest, an email or phone as `identifiers` writes it. Raises CantReward.

    The token is the form's: the same form sent twice leads to the same list.
    """
    # Limits are counted by one sender at a time.
    campaign.merchant = Merchant.objects.select_for_update().get(pk=campaign.merchant_id)
    if earlier := GuestList.objects.filter(uuid=token, merchant=campaign.merchant_id, one_guest=True).first():
        return earlier
    made = GuestList(
        uuid=token, merchant=campaign.merchant, campaign=campaign, name=f"One guest: {reason}"[:200],
        reason=reason[:200], one_guest=True, state=ListState.CHECKED, checked_at=timezone.now(), created_by=actor,
        rows_count=1, waiting_count=1,
    )  # fmt: skip
    person = identity(guest)
    digest = guest_hasher(made)(person)
    _refuse_if_too_often(campaign, digest, actor)
    made.save(force_insert=True)
    Guest.objects.create(
        guest_list=made, row=1, type="email" if "@" in guest else "phone", value=guest, identity=digest,
        variant=gift_of(campaign, person), outcome=Outcome.WAITING,
    )  # fmt: skip
    note_event(made, ListState.CHECKED, actor=actor, note=f"One guest: {reason}")
    launch_list(guest_list=made, token=made.confirm_token, actor=actor)
    return made


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
    return {"guest": shown, "campaign": made.campaign_id, "reason": reason, "note": note}


def _refuse_if_too_often(campaign: Campaign, digest: bytes, actor: User) -> None:
    if campaign.merchant.opted_out:
        raise CantReward(OPTED_OUT.format(campaign.merchant, "nobody can be rewarded"))
    if not campaign.accepts_lists:
        raise CantReward(f"“{campaign.name}” has ended or isn’t published. Choose another campaign.")
    claim = GuestClaim.objects.filter(campaign=campaign, identity=digest).order_by("pk").first()
    if claim:
        when = date_format(timezone.localtime(claim.claimed_at), "MONTH_DAY_FORMAT")
        raise CantReward(f"“{campaign.name}” rewarded this guest already, on {when}. Choose another campaign.")
    lately = GuestList.objects.filter(
        merchant=campaign.merchant_id, one_guest=True, created_at__gte=timezone.now() - DAY
    )
    if lately.filter(created_by=actor).count() >= settings.ONE_GUEST_PER_SENDER:
        raise CantReward(
            f"You have rewarded {settings.ONE_GUEST_PER_SENDER} single guests within 24 hours, which is the limit. "
            "Bring more guests as a list, or ask a colleague."
        )
    same = Guest.objects.filter(guest_list__in=lately, identity=digest).exclude(outcome=Outcome.REFUSED)
    if same.count() >= settings.ONE_GUEST_PER_GUEST:
        raise CantReward("Someone on your team rewarded this guest within the last 24 hours. Try again tomorrow.")


def gift_of(campaign: Campaign, person: str) -> Variant:
    """The guest's own arm of the campaign, as in any list; if that is Control, one of the others."""
    arms = list(campaign.variants.all())
    own = arms[arm_chooser(campaign.uuid.bytes, [arm.weight for arm in arms])(person)]
    if not own.is_control:
        return own
    gifts = [arm for arm in arms if not arm.is_control]
    return gifts[arm_chooser(campaign.uuid.bytes, equal_shares(len(gifts)))(person)]


def last_campaign_of(merchant: Merchant, sender: User) -> int | None:
    """The campaign by which the sender rewarded a single guest last."""
    lists = GuestList.objects.filter(merchant=merchant, one_guest=True, created_by=sender)
    return lists.order_by("-pk").values_list("campaign", flat=True).first()
