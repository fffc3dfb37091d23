"""From the sums of the arms to what is said of them: differences, with what chance alone could bring."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import accumulate
from typing import Any

from campaigns.models import Campaign, Variant
from issuance.readout.numbers import ArmNumbers, Exploration, More, Numbers
from issuance.readout.sums import ArmSums, CampaignSums
from issuance.statistics.differences import confidence_of
from issuance.statistics.means import Paired, Sums, adjusted, difference_of_means
from issuance.statistics.shares import Share, difference_of_shares
from issuance.statistics.split_check import LOOK

PLACES = 6  # locations that are explored, those with the most visits
KINDS = {"known": "Came before", "new": "New, or not for a while"}
NOBODY = Sums(0, 0, 0)
NONE = ArmSums(0, 0, 0, 0, 0, 0, 0, Paired(NOBODY, NOBODY, 0), Paired(NOBODY, NOBODY, 0))


def compare(campaign: Campaign, sums: CampaignSums, until: datetime) -> Numbers:
    """Every arm against Control, or without it against the first; of a single arm, what it did."""
    variants = list(campaign.variants.all())
    base = _base(variants)
    arms = {variant.pk: sums.arms.get(variant.pk, NONE) for variant in variants}
    told = [_arm(variant, arms[variant.pk], sums.days.get(variant.pk, {})) for variant in variants]
    confidence = confidence_of(len(variants) - 1)
    if base:
        told = _compared(told, arms, base.pk, confidence)
    return Numbers(
        until=until.isoformat(),
        base=base.pk if base else None,
        has_control=any(variant.is_control for variant in variants),
        matching_differs=base is not None and _matching_differs(arms, base.pk),
        arms=told,
        explorations=_explorations(campaign, sums, told, base.pk) if base else [],
        confidence=confidence,
    )


def _base(variants: list[Variant]) -> Variant | None:
    control = next((variant for variant in variants if variant.is_control), None)
    return control or (variants[0] if len(variants) > 1 else None)


def _arm(variant: Variant, arm: ArmSums, days: dict[int, int]) -> ArmNumbers:
    per_day = [days.get(day, 0) for day in range(max(days, default=-1) + 1)]
    return ArmNumbers(
        variant.pk, variant.name, variant.color, variant.reward_template_id,
        arm.guests, arm.issued, arm.matched, arm.redeemed, arm.returned, arm.came,
        visits=100 * arm.visits.after.mean, spend=arm.spend.after.mean, discount=arm.discount,
        days=[round(100 * visits / arm.guests, 3) for visits in accumulate(per_day)] if arm.guests else [],
    )  # fmt: skip


def _compared(told: list[ArmNumbers], arms: dict[int, ArmSums], base: int, confidence: float) -> list[ArmNumbers]:
    """With the differences. Visits decide what may be announced, if guests who came bear them out: visits alone would
    mistake a small Control in which hardly anybody came for one without noise."""
    order = list(arms)
    visits, spend = (
        dict(zip(order, adjusted([getattr(arms[each], metric) for each in order]), strict=True))
        for metric in ("visits", "spend")
    )

    def differences(arm: int) -> dict[str, Any]:
        means = partial(difference_of_means, confidence=confidence)
        more, came = (
            means(arms[arm].visits.after, arms[base].visits.after),
            _more_came(arms[arm], arms[base], confidence),
        )
        return {
            "more_visits": _per_100(more and came and more.backed_by(came)),
            "more_visits_adjusted": _per_100(means(visits[arm], visits[base])),
            "more_came": came,
            "more_spend": means(arms[arm].spend.after, arms[base].spend.after),
            "more_spend_adjusted": means(spend[arm], spend[base]),
        }

    return [arm if arm.variant == base else replace(arm, **differences(arm.variant)) for arm in told]


def _per_100(more: More) -> More:
    return more.times(100) if more else None


def _more_came(first: ArmSums, second: ArmSums, confidence: float) -> More:
    if not first.guests or not second.guests:
        return None
    return difference_of_shares(Share(first.came, first.guests), Share(second.came, second.guests), confidence)


def _matching_differs(arms: dict[int, ArmSums], base: int) -> bool:
    """Whether one arm's guests were found in the exports more often than another's, by more than chance."""
    known = Share(arms[base].matched, arms[base].guests) if arms[base].guests else None
    shares = [Share(arm.matched, arm.guests) for each, arm in arms.items() if each != base and arm.guests]
    return known is not None and any(difference_of_shares(share, known).p < LOOK for share in shares)


def _explorations(campaign: Campaign, sums: CampaignSums, told: list[ArmNumbers], base: int) -> list[Exploration]:
    """Guests who came before and who didn't, then the locations where most visits were, of all guests of an arm."""
    kinds = {(KINDS[each.part], each.variant): Sums(*each[2:]) for each in sums.kinds}
    parts = kinds | _at_places(campaign, sums, {arm.variant: arm.guests for arm in told})
    arms = {arm.variant: arm for arm in told}
    return [
        _explored(part, arms[variant], own, parts.get((part, base), NOBODY))
        for (part, variant), own in parts.items()
        if variant != base
    ]


def _at_places(campaign: Campaign, sums: CampaignSums, guests: dict[int, int]) -> dict[tuple[str, int], Sums]:
    totals = Counter[str]()
    for each in sums.places:
        totals[each.part] += each.visits
    locations = campaign.merchant.locations.filter(thanx_id__in=totals)
    names = {location.thanx_id: location.name or location.street for location in locations}
    most = [place for place, _ in totals.most_common(PLACES)]
    found = {(each.part, each.variant): (each.visits, each.squares) for each in sums.places}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    titles = {place: _title(place, names.get(place), shared) for place in most}
    return {
        (titles[place], variant): Sums(count, *found.get((place, variant), (0, 0)))
        for place in most
        for variant, count in guests.items()
    }


def _title(place: str, name: str | None, shared: set[str]) -> str:
    """The id of Thanx tells locations of one name apart."""
    if not name:
        return f"A location that Thanx doesn’t name ({place})"
    return f"{name} ({place})" if name in shared else name


def _explored(part: str, arm: ArmNumbers, own: Sums, other: Sums) -> Exploration:
    return Exploration(part, arm.name, arm.color, own.guests, 100 * own.mean, _per_100(difference_of_means(own, other)))
