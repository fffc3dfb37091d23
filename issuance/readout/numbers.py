"""The numbers of a read-out, as they are stored and as pages show them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from issuance.models import ReadOut
from issuance.statistics.differences import CONFIDENCE, Difference

More = Difference | None  # to the arm that all are compared with; None for that arm itself, or where none can be told


@dataclass(frozen=True)
class ArmNumbers:
    """One arm: visits per 100 guests, spend and costs in cents; `more_…` is the difference to the compared arm."""

    variant: int
    name: str
    color: str
    reward: int | None  # the template that it gives
    guests: int
    issued: int
    matched: int
    redeemed: int
    returned: int
    came: int
    visits: float
    spend: float
    discount: int
    days: list[float]
    more_visits: More = None
    more_visits_adjusted: More = None
    more_came: More = None
    more_spend: More = None
    more_spend_adjusted: More = None

    @property
    def stands_out(self) -> bool:
        """Whether it may be announced that the arm brought more visits, or fewer."""
        return self.more_visits is not None and self.more_visits.clear

    @property
    def incremental_spend(self) -> More:
        """Cents that the whole arm spent more than it would have like the compared one."""
        return self.more_spend.times(self.guests) if self.more_spend else None


@dataclass(frozen=True)
class Exploration:
    """A part of an arm's guests, or of their visits: something to look at next time, never a result."""

    part: str
    arm: str
    color: str
    guests: int
    visits: float
    more_visits: More


@dataclass(frozen=True)
class Numbers:
    """All arms up to `until`; `base` is the arm that others are compared with, None without any."""

    until: str
    base: int | None
    has_control: bool
    matching_differs: bool
    arms: list[ArmNumbers]
    explorations: list[Exploration]
    confidence: float = CONFIDENCE  # of each interval of the arms, so that those of one measure hold at once

    @property
    def compared(self) -> list[ArmNumbers]:
        """All arms but the one that they are compared with."""
        return [arm for arm in self.arms if arm.variant != self.base]

    @property
    def compared_with(self) -> ArmNumbers | None:
        return next((arm for arm in self.arms if arm.variant == self.base), None)

    @property
    def few_matched(self) -> bool:
        """Whether the exports have less than half of the guests, so that what they did is mostly not known."""
        return 2 * sum(arm.matched for arm in self.arms) < sum(arm.guests for arm in self.arms)

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Numbers:
        arms = [ArmNumbers(**_read(arm)) for arm in stored["arms"]]
        return cls(**stored | {"arms": arms, "explorations": [Exploration(**_read(e)) for e in stored["explorations"]]})


def numbers_of(read_out: ReadOut) -> Numbers:
    """What it tells, once it is computed."""
    return Numbers.read(read_out.numbers or {})


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {name: Difference(*value) if name.startswith("more_") and value else value for name, value in row.items()}
