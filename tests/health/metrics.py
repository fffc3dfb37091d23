"""What Prometheus would read."""

from __future__ import annotations

import re

from django.test import Client

TOKEN = "a-token-of-these-tests-alone"


def figures() -> dict[str, float]:
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}", "host": "10.0.0.7"})
    assert answer.status_code == 200
    lines = re.findall(r"^portal_(\S+) (\S+)$", answer.content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}
