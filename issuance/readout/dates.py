"""When a campaign is read out: chosen at launch, changed until outcomes show, or opened early with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.activity import note_activity
from campaigns.models import Campaign
from issuance.models import ReadOut, saved_read_out_of
from thanxportal.accounts.models import User
from thanxportal.moments import written

MINUTE = timedelta(minutes=1)  # A form has no seconds.


@transaction.atomic
def choose_date(*, campaign: Campaign, at: datetime, actor: User | None) -> bool:
    """False once outcomes may be shown: then the date can't follow them."""
    read_out = saved_read_out_of(campaign)
    locked = ReadOut.objects.filter(pk=read_out.pk, opened_at=None, read_out_at__gt=timezone.now())
    if not locked.update(read_out_at=at):
        return False
    if abs(at - read_out.read_out_at) > MINUTE:
        note_activity(campaign, actor, f"Set the read-out of “{campaign.name}” to {written(at)}.")
    return True


def open_early(*, campaign: Campaign, why: str, actor: User) -> bool:
    """Shows outcomes before their date, which the read-out tells for good; False if they are shown already."""
    read_out, now = saved_read_out_of(campaign), timezone.now()
    locked = ReadOut.objects.filter(pk=read_out.pk, opened_at=None, read_out_at__gt=now)
    with transaction.atomic():
        if not locked.update(opened_at=now, opened_by=actor, opened_why=why):
            return False
        note_activity(campaign, actor, f"Opened the read-out of “{campaign.name}” before its date: {why}")
    return True


def enter_costs(*, campaign: Campaign, cents: dict[str, int], actor: User) -> None:
    """What one redeemed reward of each arm costs."""
    with transaction.atomic():
        ReadOut.objects.filter(campaign=campaign).update(costs=cents)
        note_activity(campaign, actor, f"Entered what the rewards of “{campaign.name}” cost.")
