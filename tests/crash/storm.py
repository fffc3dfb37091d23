"""Four workers at once on real sockets, killed and frozen at random in bad weather; then calm, and a count."""

from __future__ import annotations

import os
import random
import signal
import time

from tests.crash import checker, worker
from tests.crash.harness import Harness, Scenario, ask, ended, equip, start
from tests.crash.worker import Haste

WORKERS = 4
HASTE = Haste(lease=0.8)
DRAIN = 60.0  # seconds of calm in which everything has to come to its end
LEAST_KILLS = 3.75  # a second: 150 in 40 seconds; a slow machine rages on until then


def storm(harness: Harness, seconds: float, seed: int) -> tuple[checker.Findings, int]:
    """Rages for that many seconds; returns what is wrong after the calm, and how many workers were killed."""
    scenario = Scenario(seed=seed, haste=HASTE)
    harness.partner.restart(seed=seed)
    harness.database.refresh()
    campaign = ask(_open_shop, scenario)
    harness.partner.change_weather(bad=True)
    merchant = start(_trade, scenario, campaign, seconds)
    workers = [start(_toil, scenario) for _ in range(WORKERS)]
    kills = _rage(workers, scenario, seconds)
    harness.partner.change_weather(bad=False)
    if ended(merchant, DRAIN) != 0:
        raise RuntimeError("The merchant of the storm didn't come to an end.")
    drained = _wait_for_calm(scenario)
    for pid in workers:
        _kill(pid)
    findings: checker.Findings = ask(checker.look, harness.partner.report(), HASTE.lease)
    if not drained:
        findings["stuck"].append(f"not drained within {DRAIN:.0f} seconds of calm")
    return findings, kills


def _open_shop(scenario: Scenario) -> int:
    equip(scenario)
    return worker.open_shop(scenario.seed)


def _trade(scenario: Scenario, campaign: int, seconds: float) -> None:
    equip(scenario)
    worker.be_a_merchant(campaign, seconds, scenario.seed)


def _toil(scenario: Scenario) -> None:
    equip(scenario)
    worker.toil()


def _rage(workers: list[int], scenario: Scenario, seconds: float) -> int:
    """Kills one worker about every sixth of a second, and freezes one in five of them beyond its lease first."""
    dice, kills = random.Random(scenario.seed), 0
    frozen: dict[int, float] = {}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or kills < seconds * LEAST_KILLS:
        time.sleep(dice.uniform(0.05, 0.25))
        _wake(frozen)
        number = dice.randrange(len(workers))
        if workers[number] in frozen:
            continue
        if dice.random() < 0.2:
            os.kill(workers[number], signal.SIGSTOP)
            frozen[workers[number]] = time.monotonic() + HASTE.lease * dice.uniform(1.2, 2.5)
        else:
            _kill(workers[number])
            kills += 1
            workers[number] = start(_toil, scenario)
    _wake(frozen, everybody=True)
    return kills


def _wake(frozen: dict[int, float], *, everybody: bool = False) -> None:
    """Lets those go on whose time is over: they believe that their lease is still theirs."""
    for pid, until in list(frozen.items()):
        if everybody or time.monotonic() > until:
            os.kill(pid, signal.SIGCONT)
            del frozen[pid]


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _wait_for_calm(scenario: Scenario) -> bool:
    """Launches and revokes what is still wanted, until nothing is due any more."""
    deadline = time.monotonic() + DRAIN
    while time.monotonic() < deadline:
        if ask(_look_around, scenario):
            return True
        time.sleep(0.2)
    return False


def _look_around(scenario: Scenario) -> bool:
    equip(scenario)
    worker.follow_wishes()
    return worker.drained()
