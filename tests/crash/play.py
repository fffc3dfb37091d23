"""One engine, one part of what is played: python -m tests.crash.play --database URL --size quick --part 1/2."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.crash.database import database_at, quicken
from tests.crash.partner import ACCESS_TOKEN, CLIENT_ID, Partner

if TYPE_CHECKING:
    from tests.crash.harness import Harness, Tally

SHARES = ("1/2", "2/2")  # Two processes use what the waiting of one leaves free.
DEMAND = "demand"


class Size(NamedTuple):
    """How much is played."""

    vital: int  # seeds at each vital point and occurrence
    others: int  # the same at every other point
    occurrences: int
    throwbacks: int  # seeds of thrown back databases
    settlings: int  # seeds of restores while people settle the one before
    storm: float  # seconds
    demand: float  # seconds of full demand
    shortened: int  # times that Thanx's longer window is, then; 1: the true one, beside everything else
    proven_traps: bool  # each trap is also played without its bug, and has to be clean then

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be played at the same time."""
        return (*SHARES, DEMAND) if self.shortened == 1 else SHARES


SIZES = {
    "quick": Size(1, 1, 1, 1, 1, 5, 32, 40, proven_traps=False),
    "ci": Size(10, 1, 3, 1, 2, 40, 32, 40, proven_traps=True),
    "full": Size(100, 2, 3, 20, 30, 40, 2_000, 1, proven_traps=True),
}


def main() -> int:
    """Plays and prints one JSON line with everything that was counted."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        partner = Partner()
        database = database_at(options.database, Path(folder))
        surround(partner.url, database.url, folder)
        from tests.crash.harness import Harness, Tally, preload

        preload()
        harness, tally = Harness(partner, database), Tally()
        try:
            harness.prepare()
            caught, traps = _play(harness, tally, SIZES[options.size], options.part)
        finally:
            partner.close()
            database.drop()
    for sentence in tally.sentences[:50]:
        print(f"{database.name}: {sentence}", file=sys.stderr)
    counts = {"runs": tally.runs, "kills": tally.kills, **tally.counts, "mutants_caught": caught, "mutants": traps}
    print(json.dumps(counts))
    return 0 if tally.clean and caught == traps else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.play", description=__doc__)
    parser.add_argument("--database", required=True, metavar="URL", help="SQLite, or a PostgreSQL server")
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--part", choices=(*SHARES, DEMAND), required=True)
    return parser.parse_args()


def surround(partner: str, database: str, folder: str) -> None:
    """Sets Django up for this process and its children, with nothing from outside but the engine."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="thanxportal.settings",
        DATABASE_URL=database,
        VAR_DIR=folder,
        MEDIA_ROOT=f"{folder}/uploads",
        THANX_BASE_URL=partner,
        THANX_CLIENT_ID=CLIENT_ID,
        THANX_ACCESS_TOKEN=ACCESS_TOKEN,
        SECRET_KEY="only-for-the-crash-tests-0123456789-abcdefghijklmnop",
        CELERY_BROKER_URL="memory://",
    )
    import django
    from django.conf import settings

    quicken(settings)
    django.setup()
    logging.disable(logging.CRITICAL)  # Deaths and deliberate bugs are noisy, and what matters is counted.


def _play(harness: Harness, tally: Tally, size: Size, part: str) -> tuple[int, int]:
    """Returns how many deliberate bugs were caught, of how many."""
    from tests.crash import scenarios
    from tests.crash.brokerless import without_a_broker
    from tests.crash.demand import full_demand, gate_bug_caught
    from tests.crash.harness import play_all, spring
    from tests.crash.mutants import GATE_MUTANTS
    from tests.crash.storm import storm

    if part == DEMAND:
        tally.runs += 1
        tally.add("full demand", full_demand(harness, size.demand, size.shortened, seed=1))
        return sum(gate_bug_caught(harness, mutant) for mutant in GATE_MUTANTS), len(GATE_MUTANTS)
    share = SHARES.index(part)
    if part == SHARES[0]:
        tally.runs += 1
        tally.add("no broker", without_a_broker(harness))
    else:
        findings, kills = storm(harness, size.storm, seed=1)
        tally.runs += 1
        tally.kills += kills
        tally.add("storm", findings)
    traps = scenarios.TRAPS[share :: len(SHARES)]
    caught = sum(spring(harness, trap, tally, proven=size.proven_traps) for trap in traps)
    deaths = [
        *scenarios.every_point(vital=size.vital, others=size.others, occurrences=size.occurrences),
        *scenarios.thrown_back(range(size.throwbacks)),
        *scenarios.settled_in_pieces(range(size.settlings)),
    ]
    play_all(harness, deaths[share :: len(SHARES)], tally)
    return caught, len(traps)


if __name__ == "__main__":
    sys.exit(main())
