"""Which lives are played: every point of death, a database thrown back, and one trap for each deliberate bug."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from dataclasses import replace

from tests.crash.harness import Scenario
from tests.crash.points import POINTS, VITAL
from tests.crash.worker import Haste

PLANNING = ("plan: list claimed", "plan: before commit")
BACKUPS = (*PLANNING, "plan: after commit", "intent: after commit", "answer: before recording", "job claimed")
HALVINGS = 2  # that the few guests of a job need at least
LOST = ("RESET_AFTER", "HALF_BODY", "STATUS_500_AFTER")


def every_point(*, vital: int, others: int, occurrences: int) -> Iterator[Scenario]:
    """Each point × occurrence × that many seeds: `vital` of them where money is at stake, else `others`.

    The seed draws weather, kill or stop, and what the merchant does then.
    """
    for seed in range(max(vital, others)):
        points = [point for point in POINTS if seed < (vital if point in VITAL else others)]
        yield from (_at(point, occurrence, seed) for occurrence in range(1, occurrences + 1) for point in points)


def _at(point: str, occurrence: int, seed: int) -> Scenario:
    stopped = signal.SIGSTOP if seed % 5 == 3 else signal.SIGKILL
    scenario = Scenario(point, occurrence, stopped, seed, bad=seed % 3 == 1, stop=seed % 4 == 2)
    room = point.partition(":")[0]
    if room == "events":
        return replace(scenario, occurrence=1)  # All that waits is gathered at once.
    if room == "doubt":
        return replace(scenario, faults=LOST)
    if room == "refusal":
        return replace(scenario, faults=("THROTTLE_RETRY_AFTER", "UNAUTHORIZED", "UNAUTHORIZED"))
    if room == "halving":
        return replace(scenario, spoilt=True, occurrence=min(occurrence, HALVINGS))
    if room == "staff":
        return replace(scenario, faults=("RESET_AFTER",) * 200, haste=Haste(in_doubt=0.1))
    if room == "revoke":
        return replace(scenario, seed=seed * 2 + 1, stop=False, revoked_jobs=3)
    return scenario


def thrown_back(seeds: range) -> Iterator[Scenario]:
    """The database is restored as documented, whatever Thanx remembers and tells; once or three times in a row."""
    for seed in seeds:
        yield Scenario(PLANNING[seed % 2], seed=seed * 2 + 1, thrown_back=3, overlapping=False)
        for keys in ("told", "untold", "forgotten"):
            point, occurrence = BACKUPS[seed % len(BACKUPS)], 1 + seed % 3
            yield Scenario(point, occurrence, seed=seed * 2 + 1, thrown_back=1, overlapping=seed % 2 == 0, keys=keys)


def settled_in_pieces(seeds: range) -> Iterator[Scenario]:
    """Restores that come while people settle the one before, one to three of them: all else is drawn by the seed."""
    for seed in seeds:
        dice = random.Random(seed)
        life = Scenario(dice.choice(BACKUPS), dice.randint(1, 3), seed=seed * 2 + 1, thrown_back=1)
        keys, overlapping = dice.choice(("told", "untold", "forgotten")), dice.random() < 0.5
        yield replace(life, interruptions=dice.randint(1, 3), overlapping=overlapping, keys=keys)


TRAPS: tuple[Scenario, ...] = (
    Scenario(mutant="a new key for each attempt", faults=LOST),
    Scenario("plan: list claimed", mutant="keys drawn at random", thrown_back=1, overlapping=False),
    Scenario(mutant="a body rebuilt for each attempt", faults=LOST),
    Scenario(mutant="a timeout counts as a refusal", faults=LOST),
    Scenario("answer: before recording", mutant="no intent before the send", stop=True),
    Scenario(
        "intent: after commit",
        mutant="no fence around a lost lease",
        asleep=4,  # Somebody else has to have come to doubt meanwhile, also on a busy machine.
        deadly=signal.SIGSTOP,
        faults=("RESET_AFTER",) * 500,
        faults_later=("THROTTLE",),
        second_point="refusal: after recording",
        stop=True,
    ),
    Scenario("intent: after commit", deadly=signal.SIGSTOP, mutant="claims ignore leases", haste=Haste(lease=6)),
    Scenario(seed=4, mutant="the hold after a launch is ignored"),
    Scenario(mutant="a failed job is sent again", doomed=True),
    Scenario(mutant="a job without an answer is halved", faults=LOST),
    Scenario(mutant="a used up form launches"),
    Scenario(mutant="guests are not claimed"),
    Scenario("settle: job moved, guests not", mutant="a job ends in pieces"),
    Scenario("plan: list claimed", mutant="a restored database sends at once", thrown_back=1),
    Scenario("plan: after commit", mutant="a merchant that has left is issued for", barred="unlisted"),
    Scenario("plan: after commit", mutant="a forbidden merchant is asked again and again", barred="forbidden"),
    Scenario("plan: after commit", mutant="a campaign goes on after its end", over=True),
    Scenario("plan: after commit", mutant="a restored database takes planned jobs for unsent", thrown_back=1),
)
