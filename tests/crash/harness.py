"""The parent: forks children that die where they are told, starts clean ones, and asks what came of it.

The parent has no threads and no connection of its own, so a fork is safe and costs a few milliseconds
instead of a second of imports.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from tests.crash import checker, worker
from tests.crash.database import Database
from tests.crash.mutants import MUTANTS
from tests.crash.partner import ISSUE, Partner
from tests.crash.points import strike_at
from tests.crash.worker import Haste
from thanxportal.demo.supervisor import die_with

USUAL_HASTE = Haste()
WRONGS = (
    "issued_twice",
    "lost",
    "stuck",
    "fences",  # two keys for a job, two bodies for a key, or two workers at one job
    "unreached",  # points of death that nobody came to, so that nothing was proven there
    "throttled",  # answers 429
    "unused",  # requests too few for 97 % of the longer window, processes left behind
)
LIMIT = 120.0  # seconds in which a run has to drain, also on a busy machine; it takes one or two
LIMIT_OF_BUGS = 6.0  # being stuck is one way of being caught


class HarnessError(Exception):
    """A child that should have lived died; what it said is on stderr."""


@dataclass(frozen=True)
class Scenario:
    """One life of a few lists, and what goes wrong in it."""

    point: str = ""
    occurrence: int = 1
    deadly: signal.Signals = signal.SIGKILL
    asleep: float = 0  # seconds for which a stopped worker sleeps, if longer than four of its leases
    seed: int = 0
    mutant: str = ""
    faults: tuple[str, ...] = ()  # of the first answers to issue requests, in order
    faults_later: tuple[str, ...] = ()  # the same, from when a stopped worker wakes up
    second_point: str = ""  # where it is killed after that
    bad: bool = False  # a quarter of all answers is spoiled
    stop: bool = False  # the merchant stops everything after the worker's death
    thrown_back: int = 0  # how often the database is put back to the moment of that death
    interruptions: int = 0  # restores that come while people settle the one before
    keys: str = "told"  # by Thanx after that; or "untold", or even "forgotten" and replayed under no more
    overlapping: bool = True  # a second list shares guests with the first
    spoilt: bool = False  # a guest makes Thanx refuse the whole job
    barred: str = ""  # "unlisted" or "forbidden": Thanx lets nobody issue for the merchant for a while after that death
    over: bool = False  # the campaign ends after that death
    doomed: bool = False  # a guest makes the job fail at Thanx
    revoked_jobs: int = 1  # of the first list, at odd seeds
    haste: Haste = USUAL_HASTE

    @property
    def limit(self) -> float:
        """Seconds in which everything has to come to its end."""
        return LIMIT_OF_BUGS if self.mutant else LIMIT


@dataclass
class Tally:
    """Sums over many runs; `sentences` name each violation."""

    runs: int = 0
    kills: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WRONGS, 0))
    sentences: list[str] = field(default_factory=list)

    def add(self, what: str, findings: checker.Findings) -> None:
        for kind, sentences in findings.items():
            self.counts[kind] += len(sentences)
            self.sentences += [f"{what}: {kind}: {sentence}" for sentence in sentences]

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())

    def __str__(self) -> str:
        return f"{self.runs} runs, {self.kills} kills, {sum(self.counts.values())} violations"


class Harness:
    """A simulator, a database, and children between them."""

    def __init__(self, partner: Partner, database: Database) -> None:
        self.partner, self.database = partner, database

    def prepare(self) -> None:
        """Makes the database once; each run begins with a copy."""
        self.database.create()
        ask(_migrate)
        self.database.keep_as_fresh()

    def run(self, scenario: Scenario) -> tuple[checker.Findings, int]:
        """Plays one scenario to its end; returns what is wrong, and how many workers were killed."""
        self.partner.restart(seed=scenario.seed)
        self.database.refresh()
        ask(_stage, scenario)
        self.partner.change_weather(bad=scenario.bad)
        self.partner.spoil("POST", ISSUE, list(scenario.faults))
        kills = self._let_one_die(scenario)
        wrongs = self._throw_back(scenario)
        too_many = self._bar(scenario) if scenario.barred else 0
        late = self._end_the_campaign(scenario) if scenario.over else 0
        findings = self._end(scenario)
        findings["fences"] += wrongs
        if too_many:
            findings["fences"].append(f"{too_many} requests too many while the merchant was {scenario.barred}")
        if late:
            findings["fences"].append(f"{late} jobs were made after the end of their campaign")
        return findings, kills

    def _end(self, scenario: Scenario) -> checker.Findings:
        drained = self._drain(scenario)
        findings: checker.Findings = ask(checker.look, self.partner.report(), scenario.haste.lease)
        if scenario.thrown_back and scenario.overlapping:  # Planned in another order, jobs have other keys than before.
            findings["fences"] = [sentence for sentence in findings["fences"] if not sentence.endswith("of no job")]
        elif scenario.thrown_back and scenario.keys == "told":
            findings["stuck"] += ask(checker.left_unknown)
        if not drained:
            findings["stuck"].append(f"not drained within {scenario.limit:.0f} seconds")
        return findings

    def _throw_back(self, scenario: Scenario) -> list[str]:
        """Throws the database back to now, as often as the scenario says, and restores it as documented; returns what
        went wrong with that. Each third database that is thrown back once has sent only a part by then."""
        if not scenario.thrown_back:
            return []
        self.database.remember()
        partly = scenario.thrown_back == 1 and scenario.seed % 3 == 0
        while self._drain(scenario, most=0.05 if partly else None) is False and not self.partner.made(with_keys=False):
            pass
        wrongs: list[str] = []
        for _ in range(scenario.thrown_back):
            made = self.partner.made(with_keys=scenario.keys == "told")
            if scenario.keys == "forgotten":
                self.partner.forget_keys()
                scenario = replace(scenario, haste=scenario.haste._replace(in_doubt=0))  # Nothing is replayed then.
            self.database.throw_back()
            self._drain(scenario, most=0.5)
            if scenario.interruptions:
                made = self._interrupt(scenario)
            ask(_meddle, scenario)
            self._drain(scenario, most=0.5)
            early = len(self.partner.made(with_keys=False).splitlines()) - len(made.splitlines())
            wrongs += [f"{early} jobs were made before anybody let sends go again"] * bool(early)
            wrongs += filter(None, [ask(_settle_and_resume, scenario, made)])
            self._drain(scenario)
            ask(_send_the_rest, scenario)
            self._drain(scenario)
        return wrongs

    def _interrupt(self, scenario: Scenario) -> str:
        """Restores again and again while people are in the middle of settling, now and then a backup that was made
        meanwhile: the seed draws after which of their steps. Returns what Thanx has made by then."""
        dice = random.Random(scenario.seed)
        for _ in range(scenario.interruptions):
            steps = dice.randint(0, len(worker.STEPS))
            backup = dice.choice([-1, *range(steps)])
            for step in range(steps):
                ask(_settle_a_step, scenario, step, self.partner.made(with_keys=scenario.keys == "told"))
                if step == backup:
                    self.database.remember()
            if scenario.keys == "forgotten":
                self.partner.forget_keys()
            self.database.throw_back()
            self._drain(scenario, most=0.3)
        return self.partner.made(with_keys=scenario.keys == "told")

    def _bar(self, scenario: Scenario) -> int:
        """Thanx bars the merchant for a while; returns how many requests were too many: all sends for one who has left,
        and more than two about one that is forbidden."""
        self.partner.bar(scenario.barred)
        ask(_read_merchants, scenario)
        before = self.partner.report()["issue_requests"]
        self._drain(scenario, most=0.5)
        report = self.partner.report()
        self.partner.bar("")
        ask(_read_merchants, scenario)
        if scenario.barred == "unlisted":
            return int(report["issue_requests"] - before)
        return max(int(report["status_403"]) - 2, 0)

    def _end_the_campaign(self, scenario: Scenario) -> int:
        """Lets everybody work after the end; returns how many jobs Thanx has made since then."""
        ask(worker.end_campaigns)
        before = len(self.partner.made(with_keys=False).splitlines())
        self._drain(scenario)
        return len(self.partner.made(with_keys=False).splitlines()) - before

    def _let_one_die(self, scenario: Scenario) -> int:
        """A worker strikes its point; one that is only stopped wakes up after others have taken over."""
        if not scenario.point:
            return 0
        victim = start(_play, scenario, scenario.point)
        _, status = os.waitpid(victim, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            self._drain(scenario, most=max(scenario.haste.lease * 4, scenario.asleep), patience=1)
            self.partner.spoil("POST", ISSUE, list(scenario.faults_later))
            os.kill(victim, signal.SIGCONT)
            if ended(victim, LIMIT * 2) is None:
                raise HarnessError(f"A worker that was stopped at “{scenario.point}” didn't come to its end.")
            struck = True
        else:
            struck = os.WIFSIGNALED(status)
        if scenario.stop:
            ask(_stop, scenario)
        return int(struck)

    def _drain(self, scenario: Scenario, most: float | None = None, patience: float = LIMIT) -> bool:
        """Works for `most` seconds; who then still waits, as for a lock of a stopped worker, is killed."""
        seconds = scenario.limit if most is None else most
        child = start(_play, scenario, "", seconds)
        return ended(child, seconds + patience) == worker.DRAINED


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _stage(scenario: Scenario) -> None:
    """A campaign, a list, two that share guests with it or each other, what a program asks for; at some
    seeds one that was stopped in time and one whose hold outlives the run."""
    equip(scenario)
    campaign = worker.open_shop(scenario.seed)
    first = [f"guest{number}@example.com" for number in range(10)]
    first += ["nobody", "guest1@example.com", "+12025550143", *(f"refused{number}@example.com" for number in range(6))]
    if scenario.doomed:
        first += [f"breaks-the-job{number}@example.com" for number in range(3)]
    if scenario.spoilt:
        first.insert(5, "spoils-the-job@example.com")
    worker.bring(campaign, worker.REVOKE if scenario.seed % 2 else worker.ISSUE, first)
    more = [f"guest{number}@example.com" for number in range(7 if scenario.overlapping else 20, 30)]
    worker.bring(campaign, worker.ISSUE, more[:6] + ["refused1@example.com"] * scenario.overlapping)
    worker.bring(campaign, worker.ISSUE, more[4 if scenario.overlapping else 6 : 8])
    asked = ["asked0@example.com", "guest2@example.com" if scenario.overlapping else "asked2@example.com"]
    worker.ask_by_program(campaign, asked, ["asked1@example.com", "nobody"])
    if scenario.seed % 4 == 0:
        left = worker.bring(campaign, worker.LEAVE, [f"left{number}@example.com" for number in range(5)])
        worker.change_ones_mind(left)
    if scenario.seed % 8 == 4:
        worker.keep_waiting(worker.bring(campaign, worker.LEAVE, [f"held{number}@example.com" for number in range(3)]))


def _play(scenario: Scenario, point: str, seconds: float = LIMIT) -> int:
    equip(scenario)
    if point:
        strike_at(point, scenario.occurrence, scenario.deadly)
        if scenario.second_point:
            strike_at(scenario.second_point, 1, signal.SIGKILL)
    return worker.work(seconds)


def _read_merchants(scenario: Scenario) -> None:
    """The next sync, and the time that it takes Thanx to be asked again about whom it has refused."""
    equip(scenario)
    worker.read_merchants()


def _meddle(scenario: Scenario) -> None:
    equip(scenario)
    worker.meddle()


def _settle_and_resume(scenario: Scenario, made: str) -> str:
    equip(scenario)
    return worker.settle_and_resume(made)


def _settle_a_step(scenario: Scenario, step: int, made: str) -> None:
    equip(scenario)
    worker.settle_a_step(step, made)


def _send_the_rest(scenario: Scenario) -> None:
    equip(scenario)
    worker.send_the_rest()


def _stop(scenario: Scenario) -> None:
    equip(scenario)
    worker.stop_everything()


def equip(scenario: Scenario) -> None:
    """Makes this process hasty and, if the scenario says so, buggy."""
    worker.hurry(scenario.haste)
    worker.revoked_jobs = scenario.revoked_jobs
    if scenario.mutant:
        MUTANTS[scenario.mutant]()


def start(function: Callable[..., Any], *args: Any) -> int:
    """Forks a child that runs the function and exits with its result; returns its process id."""
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    die_with(parent)
    status = 1
    gc.disable()  # A child doesn't live long enough to need it.
    try:
        status = function(*args) or 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child: int, seconds: float) -> int | None:
    """Waits for a child; None, and the child is killed, if it takes longer; else its wait status."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def ask(function: Callable[..., Any], *args: Any) -> Any:
    """Runs the function in a child and returns its result, which has to be JSON."""
    reader, writer = os.pipe()
    child = start(_answer, writer, function, *args)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise HarnessError(f"{function.__name__} failed in its child process.")
    return json.loads(answer)


def _answer(writer: int, function: Callable[..., Any], *args: Any) -> None:
    answer = json.dumps(function(*args)).encode()
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(answer)


def preload() -> None:
    """Does once, in the parent, what each child would do for itself: imports, and learning the portal's addresses."""
    from django.urls import reverse

    for name in (
        "httpcore._sync.http11",
        "httpcore._backends.sync",
        "h11",
        "issuance.engine.reconcile",
        "django.db.migrations",
    ):
        import_module(name)
    reverse("issuance:guests", args=["harbor-grill", 1])
    gc.freeze()


def play_all(harness: Harness, scenarios: list[Scenario], tally: Tally) -> None:
    """Runs them one after the other into the tally."""
    for scenario in scenarios:
        findings, kills = harness.run(scenario)
        tally.runs += 1
        tally.kills += kills
        if scenario.point and not kills:
            findings["unreached"] = ["the worker came to its end"]
        tally.add(describe(scenario), findings)
        if tally.runs % 100 == 0:
            print(f"{harness.database.name}: {tally}", file=sys.stderr, flush=True)


def describe(scenario: Scenario) -> str:
    how = "stopped" if scenario.deadly == signal.SIGSTOP else "killed"
    where = f"{how} at “{scenario.point}” {scenario.occurrence}" if scenario.point else "undisturbed"
    where += f", restored {scenario.interruptions} times more while it was settled" * bool(scenario.interruptions)
    return f"{where}, seed {scenario.seed}" + (f", bug “{scenario.mutant}”" if scenario.mutant else "")


def spring(harness: Harness, trap: Scenario, tally: Tally, *, proven: bool) -> bool:
    """Whether the bug of this trap is caught; when `proven`, the trap has to be clean without its bug."""
    findings, kills = harness.run(trap)
    tally.runs += 1
    tally.kills += kills
    if proven:
        play_all(harness, [replace(trap, mutant="")], tally)
    caught = any(findings.values())
    if not caught:
        tally.sentences.append(f"not caught: “{trap.mutant}”")
    return caught
