"""The people and campaigns of the tests: Ana runs Harbor Grill, Cleo is a stranger from Sunny Side, Sam is staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from django.utils import timezone

from campaigns.models import CONTROL, Campaign, RewardTemplate, Variant
from thanxportal.accounts.models import Membership, Merchant, Role, User
from thanxportal.partner_simulator import Simulator

PASSWORD = "correct horse battery"


def person(email: str, merchant: Merchant | None = None, role: Role = Role.VIEWER, **fields: Any) -> User:
    user = User.objects.create(email=email, name=email.partition("@")[0].title(), **fields)
    if merchant is not None:
        Membership.objects.create(user=user, merchant=merchant, role=role)
    return user


def mirrored_merchant(simulator: Simulator, handle: str) -> Merchant:
    """A portal merchant with the first two templates of its namesake in the simulator, where somebody just looked."""
    theirs, now = simulator.merchant(handle), timezone.now()
    merchant = Merchant.objects.create(thanx_id=theirs.id, handle=theirs.handle, name=theirs.name, visited_at=now)
    for template in theirs.templates[:2]:
        RewardTemplate.objects.create(
            merchant=merchant, thanx_id=template.id, name=template.name, seen_at=timezone.now()
        )
    return merchant


def draft_campaign(merchant: Merchant, weights: tuple[int, ...] = (45, 45, 10), **fields: Any) -> Campaign:
    """A complete draft; a third weight is Control's. Its guests fall into the same arms whenever a test is run."""
    now, number = timezone.now(), merchant.campaigns.count()
    values: dict[str, Any] = {
        "name": "Win-back June",
        "objective": "Bring guests back",
        "fine_print": "One per guest.",
        "start_at": now,
        "end_at": now + timedelta(days=30),
        "redeemable_from": now,
        "redeemable_to": now + timedelta(days=45),
        "uuid": uuid5(NAMESPACE_DNS, f"{number}.{merchant.handle}.example.com"),
    } | fields
    campaign = Campaign.objects.create(merchant=merchant, salt=values["uuid"].bytes, **values)
    templates = list(merchant.reward_templates.order_by("pk"))
    for position, weight in enumerate(weights):
        control = position == 2
        Variant.objects.create(
            campaign=campaign,
            position=position,
            name=CONTROL if control else f"Arm {'AB'[position]}",
            weight=weight,
            reward_template=None if control else templates[position],
        )
    return campaign
