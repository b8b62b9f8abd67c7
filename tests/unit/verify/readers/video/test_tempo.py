from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from services.verify.readers.video.tempo import RECORDED, Beat, beat_of, slowdown


def frames(count: int, noise: float = 2.0) -> Any:
    rng = np.random.default_rng(5)
    room = rng.integers(60, 180, (36, 64))
    return (np.stack([np.roll(room, t, axis=1) for t in range(count)]) + rng.normal(0, noise, (count, 36, 64))).clip(0, 255).astype(np.uint8)


def mixed(times: int) -> Any:
    recorded = frames(36 // times + 2).astype(np.float32)
    at = np.arange(36) / times
    low, share = at.astype(int), (at % 1)[:, None, None]
    return (recorded[low] * (1 - share) + recorded[low + 1] * share).round().astype(np.uint8)


def test_a_recording_shows_each_frame_once() -> None:
    assert beat_of(frames(36)) == RECORDED
    assert beat_of(frames(10)) is None


@pytest.mark.parametrize("times", [2, 3, 4])
def test_frames_shown_several_times_are_counted(times: int) -> None:
    assert beat_of(np.repeat(frames(18), times, axis=0)[:36]) == Beat(times)


def test_a_half_more_is_found() -> None:
    assert beat_of(frames(36)[np.floor(np.arange(36) / 1.5).astype(int)]) == Beat(1.5)


@pytest.mark.parametrize("times", [2, 3, 4])
def test_frames_mixed_of_their_neighbours_are_counted(times: int) -> None:
    assert beat_of(mixed(times)) == Beat(times)


def test_what_stands_still_says_nothing() -> None:
    assert beat_of(np.repeat(frames(1), 36, axis=0)) is None
    assert beat_of(np.zeros((0, 36, 64), dtype=np.uint8)) is None


def test_the_whole_is_slow_only_where_all_that_moves_agrees() -> None:
    slow, usual, still = np.repeat(frames(18), 2, axis=0), frames(36), np.repeat(frames(1), 36, axis=0)
    assert slowdown([slow, still, slow, slow]) == Beat(2)
    assert slowdown([slow, slow, slow, usual]) == Beat(1.6, certain=False)
    assert slowdown([usual, slow, usual, usual]) == RECORDED
    assert slowdown([slow, still, still, still]) == RECORDED
