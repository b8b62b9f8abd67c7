from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from services.verify.readers.video.tempo import repeats


def frames(count: int, noise: float = 2.0) -> Any:
    rng = np.random.default_rng(5)
    room = rng.integers(60, 180, (36, 64))
    return (np.stack([np.roll(room, t, axis=1) for t in range(count)]) + rng.normal(0, noise, (count, 36, 64))).clip(0, 255).astype(np.uint8)


def test_a_recording_shows_each_frame_once() -> None:
    assert repeats(frames(36)) == 1
    assert repeats(frames(10)) == 1


@pytest.mark.parametrize("times", [2, 3, 4])
def test_frames_shown_several_times_are_counted(times: int) -> None:
    assert repeats(np.repeat(frames(18), times, axis=0)[:36]) == times


def test_a_half_more_is_found() -> None:
    assert repeats(frames(36)[np.floor(np.arange(36) / 1.5).astype(int)]) == 1.5


def test_what_stands_still_says_nothing() -> None:
    assert repeats(np.repeat(frames(1), 36, axis=0)) == 1
    assert repeats(np.zeros((0, 36, 64), dtype=np.uint8)) == 1
