"""A read-out as its page shows it, out of the numbers that were computed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from campaigns.models import Campaign
from issuance.models import ControlLeak, ReadOut
from issuance.readout.charts import Balance, Curves, Interval, balances, curves, intervals
from issuance.readout.numbers import ArmNumbers, Exploration, numbers_of
from issuance.readout.wording import POINTS, SPEND, TIMES, VISITS, Told, cents, sentences_of, tell


@dataclass(frozen=True)
class Compared:
    """How far an arm is ahead, in each measure: plain, and beside it adjusted by what the same guests did before."""

    arm: ArmNumbers

    @property
    def measures(self) -> list[tuple[str, Told | None, Told | None]]:
        arm = self.arm
        return [
            ("Visits per 100 guests", tell(arm.more_visits, VISITS), tell(arm.more_visits_adjusted, VISITS)),
            ("Guests of 100 who came", tell(arm.more_came, POINTS), None),
            ("Spend per guest", tell(arm.more_spend, SPEND), tell(arm.more_spend_adjusted, SPEND)),
        ]


@dataclass(frozen=True)
class Balanced:
    """An arm with what its redeemed rewards cost, in cents, and what that brought; None for what isn't known."""

    arm: ArmNumbers
    cost: float | None

    @property
    def cost_in_words(self) -> str:
        return "not known" if self.cost is None else cents(self.cost)

    @property
    def more(self) -> Told | None:
        """What the whole arm spent more."""
        return tell(self.arm.incremental_spend, SPEND)

    @property
    def returned(self) -> Told | None:
        """Dollars of that for each dollar of cost."""
        more = self.arm.incremental_spend
        return tell(more.times(1 / self.cost), TIMES) if more and self.cost else None


class ReadOutPage:
    """Built only once its outcomes may be shown."""

    def __init__(self, campaign: Campaign, read_out: ReadOut) -> None:
        self.campaign, self.read_out = campaign, read_out
        self.numbers = numbers_of(read_out)

    @cached_property
    def sentences(self) -> list[str]:
        return sentences_of(self.numbers)

    @cached_property
    def leaked(self) -> int:
        return ControlLeak.objects.of_campaign(self.campaign).guests()

    @property
    def arms(self) -> list[tuple[ArmNumbers, str]]:
        """Each with its spend per guest."""
        return [(arm, cents(arm.spend)) for arm in self.numbers.arms]

    @property
    def compared(self) -> list[Compared]:
        return [Compared(arm) for arm in self.numbers.compared if arm.more_visits]

    @property
    def explored(self) -> list[tuple[Exploration, Told]]:
        told = [(each, tell(each.more_visits, VISITS)) for each in self.numbers.explorations]
        return [(each, words) for each, words in told if words]

    @cached_property
    def intervals(self) -> list[Interval]:
        return intervals(self.numbers.compared)

    @cached_property
    def curves(self) -> Curves | None:
        return curves(self.numbers.arms)

    @cached_property
    def balanced(self) -> list[Balanced]:
        """All arms that gave a reward."""
        worth = {arm.pk: arm.worth for arm in self.campaign.variants.select_related("reward_template")}
        given = [arm for arm in self.numbers.arms if arm.reward is not None]
        return [Balanced(arm, self._cost(arm, worth.get(arm.variant))) for arm in given]

    def _cost(self, arm: ArmNumbers, worth: Decimal | None) -> float | None:
        """As somebody entered it, else as Thanx has it for the reward, else the discounts that were exported."""
        entered = self.read_out.costs.get(str(arm.variant))
        if entered is not None:
            return float(entered) * arm.redeemed
        return float(worth) * 100 * arm.redeemed if worth is not None else arm.discount or None

    @cached_property
    def balances(self) -> list[Balance]:
        """Only next to Control: what a reward cost brought, is what guests spent more than without one."""
        told = [(each.arm, each.cost) for each in self.balanced if each.cost is not None]
        return balances(told) if self.numbers.has_control else []
