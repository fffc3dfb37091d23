"""A network for tests that inspect or change the answers of Thanx."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.world import ThroughTheSimulator
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator

Meddle = Callable[[httpx.Request, dict[str, Any]], None]


class Meddling(ThroughTheSimulator):
    """Passes each request and the JSON of its answer to `meddle`, which may edit the answer or do something else."""

    def __init__(self, simulator: Simulator, meddle: Meddle) -> None:
        super().__init__(simulator)
        self.meddle = meddle

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        document = json.loads(response.read())
        self.meddle(request, document)
        return httpx.Response(response.status_code, json=document)


def meddle_with(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, meddle: Meddle) -> None:
    monkeypatch.setattr(gated_client, "transport", lambda: Meddling(simulator, meddle))
