from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.health.metrics import TOKEN, figures


@pytest.fixture
def scrape(settings: Any) -> Callable[[], dict[str, float]]:
    settings.METRICS_TOKEN = TOKEN
    return figures
