"""A caller of a fresh simulator, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.partner_simulator.calling import Caller, make_caller


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = make_caller()
    yield made
    made.simulator.close()
