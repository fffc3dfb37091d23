"""Whether this process was asked to stop: then work is put down between two pieces, and no lease is left behind."""

from __future__ import annotations

import threading

asked = threading.Event()
