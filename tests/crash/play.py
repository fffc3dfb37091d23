"""One engine, one share of the scenarios: python -m tests.crash.play --database URL --size quick --share 1/2."""

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


class Size(NamedTuple):
    """How much is played."""

    seeds: int
    occurrences: int
    throwbacks: int  # seeds of thrown back databases
    storm: float  # seconds
    demand: float  # seconds of full demand against the true limits; 0: none
    proven_traps: bool  # each trap is also played without its bug, and has to be clean then


SIZES = {
    "quick": Size(1, 1, 1, 8, 0, proven_traps=False),
    "ci": Size(2, 3, 2, 20, 0, proven_traps=True),
    "full": Size(100, 3, 20, 40, 60, proven_traps=True),
}


def main() -> int:
    """Plays and prints one JSON line with everything that was counted."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        partner = Partner()
        database = database_at(options.database, Path(folder))
        _surround(partner.url, database.url, folder)
        from tests.crash.harness import Harness, Tally, preload

        preload()
        harness, tally = Harness(partner, database), Tally()
        try:
            harness.prepare()
            caught, traps = _play(harness, tally, SIZES[options.size], *options.share)
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
    parser.add_argument("--share", type=_share, default=(0, 1), metavar="N/OF", help="such as 1/2 and 2/2")
    return parser.parse_args()


def _share(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    return int(number) - 1, int(of)


def _surround(partner: str, database: str, folder: str) -> None:
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


def _play(harness: Harness, tally: Tally, size: Size, share: int, shares: int) -> tuple[int, int]:
    """Returns how many deliberate bugs were caught, of how many."""
    from tests.crash import scenarios
    from tests.crash.demand import full_demand
    from tests.crash.harness import play_all, spring
    from tests.crash.storm import storm

    deaths = [
        *scenarios.every_point(range(size.seeds), range(1, size.occurrences + 1)),
        *scenarios.thrown_back(range(size.throwbacks)),
    ]
    play_all(harness, deaths[share::shares], tally)
    if share == shares - 1:
        findings, kills = storm(harness, size.storm, seed=shares)
        tally.runs += 1
        tally.kills += kills
        tally.add("storm", findings)
        if size.demand:
            throttled, missing = full_demand(harness, size.demand, seed=shares)
            tally.add("full demand", {"throttled": ["429"] * throttled, "unused": ["too few requests"] * missing})
    traps = scenarios.TRAPS[share::shares]
    return sum(spring(harness, trap, tally, proven=size.proven_traps) for trap in traps), len(traps)


if __name__ == "__main__":
    sys.exit(main())
