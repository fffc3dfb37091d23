"""What the buttons of the campaign builder do to the arms. Works on the fields as typed (pure)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from campaigns.allocation import rebalanced

MOST_ARMS = 4
CONTROL_REWARD = "control"  # stands in the field in which other arms have their template
CONTROL_SHARE = 10


@dataclass
class Row:
    """One arm as typed. Nothing in it has been validated."""

    reward: str = ""
    name: str = ""
    weight: str = ""
    locked: str = ""
    was: int | None = None  # its place on the page that was sent

    @property
    def is_control(self) -> bool:
        return self.reward == CONTROL_REWARD

    @property
    def empty(self) -> bool:
        return not (self.reward or self.name.strip() or self.weight.strip())


class Act(NamedTuple):
    """A pressed button: `choose-1-57` chooses reward 57 for the second arm."""

    verb: str
    position: int | None
    rest: str


def read_act(written: str) -> Act:
    verb, _, rest = written.partition("-")
    position, _, rest = rest.partition("-")
    return Act(verb, int(position) if position in tuple("0123") else None, rest)


def act_on(rows: list[Row], act: Act) -> list[Row]:
    """Returns the rows after a button was pressed. Buttons that have nothing to do with arms change nothing."""
    if act.verb == "equal":
        return _settled([row if row.locked else replace(row, weight="") for row in rows])
    if act.verb == "rest":
        return _settled(rows)
    if act.verb in ("add", "control"):
        return _added(rows, CONTROL_REWARD if act.verb == "control" else "")
    if act.position is None or act.position >= len(rows):
        return rows
    if act.verb == "share":
        return _settled(rows, also_fixed=(act.position,))
    before, row, after = rows[: act.position], rows[act.position], rows[act.position + 1 :]
    if act.verb == "remove":
        return _settled([*before, *after])
    return [*before, replace(row, reward=act.rest), *after] if act.verb == "choose" else rows


def _added(rows: list[Row], reward: str) -> list[Row]:
    """Adds an arm with a fair share. Control stays last, and there is only one."""
    has_control = any(row.is_control for row in rows)
    if len(rows) == MOST_ARMS or (reward == CONTROL_REWARD and has_control):
        return rows
    share = (CONTROL_SHARE if reward == CONTROL_REWARD else 100 // (len(rows) + 1)) if rows else 100
    position = len(rows) - 1 if has_control and rows[-1].is_control else len(rows)
    return _settled([*rows[:position], Row(reward=reward, weight=str(share)), *rows[position:]], also_fixed=(position,))


def _settled(rows: list[Row], also_fixed: Collection[int] = ()) -> list[Row]:
    """Shares what the locked arms leave among the others. Shares that don't fit stay as typed."""
    fixed = {position for position, row in enumerate(rows) if row.locked} | set(also_fixed)
    try:
        weights = rebalanced([_percent(row.weight) for row in rows], fixed)
    except ValueError:
        return rows
    return [
        replace(row, weight=str(weight) if weight else row.weight) for row, weight in zip(rows, weights, strict=True)
    ]


def _percent(typed: str) -> int:
    return int(typed) if typed.strip().isdecimal() and len(typed) < 4 else 0
