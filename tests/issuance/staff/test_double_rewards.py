"""Who holds several rewards is counted by jobs; what a plan takes from whom adds up to the guests themselves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from issuance.staff.double_rewards import Doubles, best_choice, what_is_left

GUESTS = st.lists(st.frozensets(st.integers(1, 4), min_size=1), max_size=30)  # the jobs that rewarded each


def counted(guests: list[frozenset[int]]) -> Doubles:
    groups = Counter(jobs for jobs in guests if len(jobs) > 1)
    return Doubles(groups, dict(Counter(job for jobs in guests for job in jobs)))


def test_a_list_that_was_sent_twice_is_taken_back_once() -> None:
    doubles = Doubles(Counter({frozenset({1, 2}): 90}), {1: 100, 2: 95})
    assert best_choice(doubles, [2, 1]) == {2}
    left = what_is_left(doubles, {2})
    assert (left.keeping, left.losing, left.several) == (90, 5, 0)


def test_a_job_of_which_few_hold_two_is_left_alone() -> None:
    doubles = Doubles(Counter({frozenset({1, 2}): 3}), {1: 100, 2: 100})
    assert best_choice(doubles, [2, 1]) == set()
    assert what_is_left(doubles, {2}).losing == 97


def test_nobody_loses_the_last_reward_for_a_third() -> None:
    doubles = Doubles(Counter({frozenset({1, 2, 3}): 10}), {1: 10, 2: 10, 3: 10})
    assert best_choice(doubles, [3, 2, 1]) == {3, 2}
    assert what_is_left(doubles, {3, 2}) == (10, 0, 0, 0)


@given(guests=GUESTS, taken=st.frozensets(st.integers(1, 4)))
def test_what_is_left_is_what_each_guest_has_left(guests: list[frozenset[int]], taken: frozenset[int]) -> None:
    left = what_is_left(counted(guests), taken)
    hit = [jobs for jobs in guests if jobs & taken]
    assert left.losing == sum(not jobs - taken for jobs in hit)
    assert left.keeping == sum(bool(jobs - taken) for jobs in hit)
    assert left.several == sum(len(jobs - taken) > 1 for jobs in guests)


@given(guests=GUESTS)
def test_a_choice_never_takes_more_than_it_helps(guests: list[frozenset[int]]) -> None:
    doubles = counted(guests)
    nothing, chosen = what_is_left(doubles, ()), what_is_left(doubles, best_choice(doubles, [4, 3, 2, 1]))
    assert chosen.losing <= nothing.surplus - chosen.surplus
