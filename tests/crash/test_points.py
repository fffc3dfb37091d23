"""Every function that the code names as a crash point is one at which workers die, and none is named in vain."""

from issuance.crash_points import CRASH_POINTS
from tests.crash.mutants import MUTANTS
from tests.crash.points import POINTS, VITAL, Call
from tests.crash.scenarios import TRAPS


def test_each_crash_point_is_used() -> None:
    assert {point.name for point in POINTS.values() if isinstance(point, Call)} == CRASH_POINTS.keys()
    assert set(VITAL) < POINTS.keys()


def test_each_bug_has_a_trap() -> None:
    assert sorted(trap.mutant for trap in TRAPS) == sorted(MUTANTS)
