"""Tells the simulator how to behave. Nothing of it can reach Thanx: another address gets no request."""

from __future__ import annotations

from typing import Any

import httpx
from django.conf import settings

from thanxportal.partner import gated_client
from thanxportal.thanx_address import SIMULATION, environment_of

TIMEOUT = 5.0  # seconds


class NoSimulator(Exception):
    """There is none, or it doesn't answer."""


def is_simulated() -> bool:
    """By the address itself, whatever other settings say."""
    return environment_of(settings.THANX_BASE_URL) == SIMULATION


def stats() -> dict[str, Any]:
    return _ask("GET", "stats")


def change_weather(name: str) -> None:
    """Also ends what is left of a scenario."""
    _ask("POST", "weather", {"weather": name})


def spoil_next(method: str, path: str, fault: str, times: int = 1) -> None:
    _ask("POST", "script", {"method": method, "path": path, "fault": fault, "times": times})


def _ask(method: str, page: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    if not is_simulated():
        raise NoSimulator
    options: dict[str, Any] = {"transport": gated_client.transport(), "timeout": TIMEOUT, "trust_env": False}
    try:
        with httpx.Client(base_url=settings.THANX_BASE_URL, **options) as client:
            answer = client.request(method, f"/_simulator/{page}", json=body)
            answer.raise_for_status()
            return dict(answer.json())
    except (httpx.HTTPError, ValueError) as failure:
        raise NoSimulator from failure
