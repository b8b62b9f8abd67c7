from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.av_demux import Packets
from services.verify.readers.video.structure import container_seconds, seconds_of, structure, subtract, total, union


def packets(shown: Any, *, position: Any = None, lasts: float = 1 / 15, fps: float | None = None) -> Packets:
    shown = np.asarray(shown, dtype=np.float64)
    count = len(shown)
    place = np.arange(count) * 100 if position is None else np.asarray(position)
    return Packets(shown, np.full(count, lasts), place, np.full(count, 100), np.zeros(count, dtype=bool), True, fps)


STEADY = np.arange(900) / 15


def test_every_frame_lasts_until_the_next() -> None:
    found = structure(packets(STEADY + 7.5), 90_000)
    assert found is not None
    assert found.playable == pytest.approx(60) and found.first == 7.5 and found.fps == pytest.approx(15)
    assert found.held == ()


def test_a_held_frame_counts_a_second() -> None:
    found = structure(packets([*STEADY, STEADY[-1] + 240]), 1_000_000)
    assert found is not None
    assert found.playable == pytest.approx(STEADY[-1] + 1 + 1 / 15)
    assert [span.seconds for span in found.held] == [(round(float(STEADY[-1]), 3), round(float(STEADY[-1] + 240), 3))]


def test_bytes_that_are_not_in_the_file_or_listed_again_do_not_count() -> None:
    again = packets(np.arange(4500) / 15, position=np.tile(np.arange(900) * 100, 5))
    assert structure(again, 90_000).playable == pytest.approx(60)  # type: ignore[union-attr]
    assert structure(packets(STEADY), 45_000).playable == pytest.approx(30)  # type: ignore[union-attr]
    assert structure(packets(STEADY), 50) is None


def test_a_slow_even_rate_is_stretched_only_if_the_coded_video_says_so() -> None:
    slow = np.arange(900) / 3
    stretched = structure(packets(slow, lasts=1 / 3, fps=15), 90_000)
    assert stretched is not None and stretched.playable == pytest.approx(60)
    surveillance = structure(packets(slow, lasts=1 / 3, fps=3), 90_000)
    assert surveillance is not None and surveillance.playable == pytest.approx(300) and surveillance.suspicious_rate
    with_sound = structure(packets(slow, lasts=1 / 3, fps=15), 90_000, audio_seconds=300)
    assert with_sound is not None and with_sound.playable == pytest.approx(300)
    uneven = structure(packets(np.cumsum(np.random.default_rng(1).uniform(0.1, 0.6, 900)), fps=30), 90_000)
    assert uneven is not None and uneven.scale == 1


def test_the_header_claims_its_longest_duration() -> None:
    probe = {"format": {"duration": "300.0"}, "streams": [{"duration": "60.0"}, {"tags": {"DURATION": "00:05:10.5000"}}]}
    assert container_seconds(probe) == 310.5
    assert container_seconds({"format": {}, "streams": [{}]}) is None
    assert seconds_of("N/A") is None and seconds_of("0.0") is None


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda p: (float(min(p)), float(max(p)))), max_size=8)


@given(spans, spans)
def test_intervals_behave_like_sets(a: list[tuple[float, float]], b: list[tuple[float, float]]) -> None:
    def cells(intervals: Any) -> set[int]:
        return {k for start, end in intervals for k in range(int(start), int(end))}

    left = subtract(union(a), union(b))
    assert cells(left) == cells(a) - cells(b)
    assert total(left) == len(cells(left)) and total(union(a)) == len(cells(a))


def test_an_even_rate_rounded_to_a_coarse_clock_is_even_still() -> None:
    ticks = np.round(np.arange(900) * 2.56 / 12 * 25) / 25  # 12 frames a second, slowed 2.56 times, in ticks of 40 ms
    slowed = structure(packets(ticks, lasts=0.2, fps=12), 90_000)
    assert slowed is not None and slowed.playable == pytest.approx(75, rel=0.01)
    skipping = np.cumsum(np.random.default_rng(2).choice([0.1, 0.2, 0.3], 900))
    assert structure(packets(skipping, fps=30), 90_000).scale == 1  # type: ignore[union-attr]


def test_frames_behind_the_end_of_the_file_are_told() -> None:
    whole, broken = structure(packets(STEADY), 90_000), structure(packets(STEADY), 45_000)
    assert whole is not None and broken is not None and (whole.missing, broken.missing) == (0, pytest.approx(30, abs=0.1))
