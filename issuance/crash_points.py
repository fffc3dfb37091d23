"""Names for the functions before or after which the crash tests let a worker die. Nothing else reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])

CRASH_POINTS: dict[str, Callable[..., object]] = {}


def crash_point(name: str) -> Callable[[Function], Function]:
    """Enters a function under a name. The function stays what it is, so that calling it costs nothing more."""

    def enter(function: Function) -> Function:
        CRASH_POINTS[name] = function
        return function

    return enter
