"""Changing the product in a child process that ends soon: nothing is put back, and what isn't there fails loudly."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

Make = Callable[[Callable[..., Any]], Callable[..., Any]]  # what stands there now -> what is to stand there
HOUSES = ("issuance.", "campaigns.", "thanxportal.", "tests.crash.")


def put(holder: Any, **values: Any) -> None:
    """Sets attributes of a module or class that has them already."""
    for name, value in values.items():
        getattr(holder, name)  # A renamed one would otherwise stay as it was.
        setattr(holder, name, value)


def replace(function: Callable[..., Any], make: Make, *, within: ModuleType | None = None) -> None:
    """Replaces a function in each module that knows it, or in one, also where it was replaced before."""
    places = [*_places(function, [within] if within else _our_modules())]
    if not places:
        raise LookupError(f"Nobody calls {function.__qualname__}.")
    for module, name, current in places:
        new = make(current)
        new.replaces = function  # type: ignore[attr-defined]
        setattr(module, name, new)


def _our_modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith(HOUSES)]


def _places(function: Callable[..., Any], modules: list[ModuleType]) -> Iterator[tuple[ModuleType, str, FunctionType]]:
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and function in (value, getattr(value, "replaces", None)):
                yield module, name, value
