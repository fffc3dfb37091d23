"""Whole percents, whole people, and what the builder's buttons do to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.allocation import people, rebalanced
from campaigns.builder_actions import CONTROL_REWARD, Row, act_on, read_act


def rows(*weights: int, locked: tuple[int, ...] = (), control: bool = False) -> list[Row]:
    made = [Row(str(arm + 1), weight=str(weight)) for arm, weight in enumerate(weights)]
    for arm in locked:
        made[arm].locked = "on"
    if control:
        made[-1].reward = CONTROL_REWARD
    return made


def shares(rows: list[Row]) -> list[str]:
    return [row.weight for row in rows]


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        (rows(), "add", ["100"]),
        (rows(100), "add", ["50", "50"]),
        (rows(60, 40), "control", ["54", "36", "10"]),
        (rows(60, 40), "add", ["40", "27", "33"]),
        (rows(54, 36, 10, control=True), "add", ["40", "27", "25", "8"]),
        (rows(54, 36, 10, control=True), "control", ["54", "36", "10"]),
        (rows(25, 25, 25, 25), "add", ["25", "25", "25", "25"]),
        (rows(54, 36, 10), "remove-2", ["60", "40"]),
        (rows(70, 20, 10, locked=(2,)), "remove-0", ["90", "10"]),
        (rows(70, 20, 10), "equal", ["34", "33", "33"]),
        (rows(70, 20, 10, locked=(2,)), "equal", ["45", "45", "10"]),
        (rows(60, 45, 10), "share-0", ["60", "33", "7"]),
        (rows(60, 45, 10, locked=(2,)), "share-0", ["60", "30", "10"]),
        (rows(95, 45, 10, locked=(2,)), "share-0", ["95", "45", "10"]),  # Too much: said, not silently changed.
        (rows(20, 20), "rest", ["50", "50"]),
        (rows(50, 50), "remove-7", ["50", "50"]),
        (rows(50, 50), "explode-1", ["50", "50"]),
        (rows(50, 50), "", ["50", "50"]),
    ],
)
def test_a_button_leaves_whole_percents(before: list[Row], act: str, after: list[str]) -> None:
    assert shares(act_on(before, read_act(act))) == after


def test_a_new_arm_comes_before_control_and_choosing_changes_only_the_reward() -> None:
    added = act_on(rows(90, 10, control=True), read_act("add"))
    assert [row.is_control for row in added] == [False, False, True]
    chosen = act_on(added, read_act("choose-1-57"))
    assert [row.reward for row in chosen] == ["1", "57", CONTROL_REWARD]
    assert shares(chosen) == shares(added)


def test_what_was_typed_but_is_no_number_is_left_for_the_form_to_refuse() -> None:
    assert shares(act_on([Row("1", weight="half"), Row("2", weight="50")], read_act("share-0"))) == ["half", "100"]


@given(guests=st.integers(0, 10_000_000), weights=st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_people_are_whole_and_add_up(guests: int, weights: list[int]) -> None:
    counts = people(guests, weights)
    assert sum(counts) == guests
    for count, weight in zip(counts, weights, strict=True):
        assert abs(count - guests * weight / sum(weights)) < 1


@given(weights=st.lists(st.integers(0, 100), min_size=1, max_size=4), fixed=st.sets(st.integers(0, 3), max_size=3))
def test_rebalanced_shares_make_100_and_leave_fixed_ones_alone(weights: list[int], fixed: set[int]) -> None:
    fixed = {arm for arm in fixed if arm < len(weights)}
    if len(fixed) == len(weights):
        return
    if 100 - sum(weights[arm] for arm in fixed) < len(weights) - len(fixed):
        with pytest.raises(ValueError, match="too little"):
            rebalanced(weights, fixed)
        return
    balanced = rebalanced(weights, fixed)
    assert sum(balanced) == 100
    assert min(share for arm, share in enumerate(balanced) if arm not in fixed) >= 1
    assert all(balanced[arm] == weights[arm] for arm in fixed)


def test_the_largest_remainder_comes_first() -> None:
    assert people(10, (45, 45, 10)) == (5, 4, 1)
    assert people(9_347, (45, 45, 10)) == (4_206, 4_206, 935)
