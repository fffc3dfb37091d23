"""Prints the score of reading, and fails if a stranger would be rewarded: `make read-score`."""

from __future__ import annotations

import json
import sys
from itertools import chain

from tests.corpus.exports import plain_exports
from tests.corpus.programs import programs
from tests.corpus.score import score
from tests.corpus.traps import traps
from tests.corpus.whose import whose

MOST_ASKED = 0.05  # of all files: plain ones about which a person would be asked


def main() -> int:
    total = score(chain(plain_exports(), traps(), whose(), programs()))
    figures = {"name": "read-score", "files": total.files}
    for what, names in total._asdict().items():
        if what != "files":
            figures[what] = len(names)
            for name in names:
                sys.stdout.write(f"{what.replace('_', ' ')}: {name}\n")
    sys.stdout.write(json.dumps(figures) + "\n")
    never = (total.wrong_guest, total.lost_guest, total.refused_though_readable)
    return int(any(never) or len(total.asked_though_plain) > MOST_ASKED * total.files)


if __name__ == "__main__":
    sys.exit(main())
