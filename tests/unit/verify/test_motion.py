from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.verify.motion import agreeing, movement


def test_a_still_background_is_no_movement() -> None:
    rng = np.random.default_rng(1)
    room = rng.integers(0, 255, (9, 16))
    assert not movement(np.repeat(room[None], 100, axis=0), 5.0).any()


def test_movement_forgets_background_and_brightness() -> None:
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.normal(0, 6, (100, 9, 16)), axis=0)
    room = rng.integers(60, 120, (9, 16))
    a, b = movement(walk + 100, 5.0), movement(walk * 0.8 + room, 5.0)
    assert np.mean((a * b).sum(axis=1)) > 0.99


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(60, 140), st.integers(0, 60))
def test_a_stretch_is_found_where_it_lies(before: int, length: int, after: int) -> None:
    line = np.concatenate([np.zeros(before), np.full(length, 0.95), np.zeros(after)])
    found = np.flatnonzero(agreeing(line, 60))
    assert abs(int(found[0]) - before) <= 5 and abs(int(found[-1]) + 1 - before - length) <= 5


def test_a_short_line_agrees_nowhere() -> None:
    assert not agreeing(np.ones(10), 60).any()


def test_pauses_say_nothing_as_long_as_enough_moves() -> None:
    passing = np.tile(np.repeat([0.95, 0.0], 20), 6)
    still = passing == 0.0
    assert not agreeing(passing, 60).any()
    assert agreeing(passing, 60, still)[:-20].all()
    rarely = np.tile(np.repeat([0.95, 0.0], [6, 54]), 4)
    assert not agreeing(rarely, 60, rarely == 0.0).any()
    against = np.tile(np.repeat([0.95, 0.0], 20), 6)
    assert not agreeing(against, 60, np.zeros(len(against), dtype=bool)).any()
