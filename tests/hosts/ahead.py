"""Runs Celery with a clock that is ahead: python -m tests.hosts.ahead SECONDS worker …

In the process itself, as libfaketime breaks `time.sleep` or `Event.wait` of Python 3.11, whichever way it is told.
"""

from __future__ import annotations

import sys
import time

import time_machine
from celery.__main__ import main

if __name__ == "__main__":
    time_machine.travel(time.time() + float(sys.argv.pop(1)), tick=True).start()
    main()
