"""Weather: how well the simulator behaves, by name, and each way in which an answer can go wrong."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Fault(Enum):
    """One way to spoil an answer. BEFORE: the request was not executed. AFTER: it was, but the answer is lost."""

    STATUS_500 = "500, not executed"
    STATUS_500_AFTER = "500, executed"
    HTML_502 = "a proxy's HTML 502, not executed"
    HTML_502_AFTER = "a proxy's HTML 502, executed"
    EMPTY_503 = "503 without a body, not executed"
    STATUS_504 = "504, executed"
    RESET_BEFORE = "connection reset, not executed"
    RESET_AFTER = "connection reset, executed"
    HALF_HEADERS = "cut in the status line, executed"
    HALF_BODY = "cut in the body, executed"
    TIMEOUT_AFTER = "no answer at all, executed"
    ACCEPTED_WITHOUT_ID = "executed, answered without the id"
    THROTTLE = "429, not executed"
    THROTTLE_RETRY_AFTER = "429 with Retry-After, not executed"
    UNAUTHORIZED = "401, not executed"

    @property
    def executes(self) -> bool:
        """Whether the request takes effect although its answer is spoiled."""
        return self not in _NOT_EXECUTED


_NOT_EXECUTED = {
    Fault.STATUS_500,
    Fault.HTML_502,
    Fault.EMPTY_503,
    Fault.RESET_BEFORE,
    Fault.THROTTLE,
    Fault.THROTTLE_RETRY_AFTER,
    Fault.UNAUTHORIZED,
}


@dataclass(frozen=True)
class Weather:
    """Seconds, rates and probabilities (0 to 1) of one kind of day."""

    name: str
    latency: tuple[float, float] = (0.0, 0.0)
    pending_seconds: float = 0.5
    guests_per_second: float = 2_800
    revoke_seconds: float = 2.0
    refused_share: float = 0.015
    failed_job_share: float = 0.0
    faults: Mapping[Fault, float] = field(default_factory=dict)
    sends_webhooks: bool = True
    noisy_webhooks: bool = False

    def processing_seconds(self, guests: int) -> float:
        """Return how long a job of that many guests takes, at least half a second."""
        return max(0.5, guests / self.guests_per_second)

    def draw_fault(self, dice: random.Random) -> Fault | None:
        """Draw the fault of the next request, or None for an honest answer."""
        roll = dice.random()
        for fault, chance in self.faults.items():
            if roll < chance:
                return fault
            roll -= chance
        return None

    def draw_latency(self, dice: random.Random) -> float:
        """Draw how many seconds the next answer takes."""
        return dice.uniform(*self.latency)


_FLAKY = {
    Fault.STATUS_500: 0.03,
    Fault.STATUS_500_AFTER: 0.02,
    Fault.HTML_502: 0.02,
    Fault.HTML_502_AFTER: 0.02,
    Fault.EMPTY_503: 0.03,
    Fault.STATUS_504: 0.03,
    Fault.RESET_BEFORE: 0.02,
    Fault.RESET_AFTER: 0.03,
    Fault.HALF_HEADERS: 0.015,
    Fault.HALF_BODY: 0.015,
    Fault.ACCEPTED_WITHOUT_ID: 0.02,
}

WEATHERS: Mapping[str, Weather] = {
    weather.name: weather
    for weather in (
        Weather("calm"),
        Weather("slow", latency=(0.4, 2.5), pending_seconds=8.0, guests_per_second=150, revoke_seconds=20.0),
        Weather("flaky", faults=_FLAKY),
        Weather("throttled", faults={Fault.THROTTLE: 0.15, Fault.THROTTLE_RETRY_AFTER: 0.15}),
        Weather("partial", refused_share=0.30, failed_job_share=0.05),
        Weather("silent", sends_webhooks=False),
        Weather("noisy", noisy_webhooks=True),
    )
}


def weather_named(name: str) -> Weather:
    """Return the weather of that name; ValueError lists the names that exist."""
    if name not in WEATHERS:
        raise ValueError(f"There is no weather {name!r}. Choose one of: {', '.join(WEATHERS)}.")
    return WEATHERS[name]
