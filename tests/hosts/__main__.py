"""Several machines and one list: python -m tests.hosts [ROWS], as root.

A machine with the pages and beat and two with workers, each with a network, a name and a folder of its own, share
PostgreSQL, Redis and an object store. A list of ROWS guests (1,000,000) comes by the page. Its reader is cut off in the
middle and later comes back, as it is again while it sends and the programs of the other are killed; then all are
restarted one by one. The clock of the other machine is two minutes ahead. Then one machine does a tenth of that alone,
with a folder, and is killed. Ends with one JSON line for each. Not zero when a guest wasn't rewarded exactly once by
the simulator's books, or a number is wrong.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.hosts.network import NotPermitted, enter, make_bridge


def main(rows: int) -> int:
    try:
        enter()
        make_bridge()
        return _play(rows)
    except NotPermitted as why:
        print(f"Skipped: {why}.")
        return 0


def _play(rows: int) -> int:
    from tests.hosts.play import play_alone, play_together

    failed = 0
    with tempfile.TemporaryDirectory(prefix="hosts-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user.
        for play, count in ((play_together, rows), (play_alone, rows // 10)):
            result = play(Path(folder), count)
            print(json.dumps(result), flush=True)
            failed += bool(result["wrong"])
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
