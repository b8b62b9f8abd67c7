from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from services.verify.match.clips import HEIGHT, WIDTH, Clip, shared_stretch

RATE = 5.0


def wide(seconds: float, seed: int, people: int = 3) -> Any:
    """People as blobs who wander before a still room: grey [n, 90, 160]."""
    rng = np.random.default_rng(seed)
    room = cv2.resize(np.random.default_rng(7).integers(60, 180, (9, 16)).astype(np.float32), (160, 90))
    ys, xs = np.mgrid[0:90, 0:160]
    count = round(seconds * RATE)
    ways = [np.cumsum(np.convolve(rng.normal(0, 2.2, count + 4), np.ones(5) / 5, "valid")) for _ in range(2 * people)]
    frames = np.repeat(room[None], count, axis=0)
    for k in range(people):
        x, y = 80 + 60 * np.sin(ways[2 * k] / 12 + 2 * k), 50 + 25 * np.sin(ways[2 * k + 1] / 12 + k)
        blob = np.exp(-((xs[None] - x[:, None, None]) ** 2 + (ys[None] - y[:, None, None]) ** 2) / 160)
        frames = frames * (1 - blob) + (30 + 60 * k) * blob
    return frames + rng.normal(0, 2, frames.shape)


def clip(frames: Any, rate: float = RATE) -> Clip:
    small = [cv2.resize(frame.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for frame in frames]
    return Clip(np.stack(small).clip(0, 255).round().astype(np.uint8), rate)


ORIGINAL = wide(60, 1)


def test_the_same_video_is_found_from_end_to_end() -> None:
    found = shared_stretch(clip(ORIGINAL * 0.8 + 10), clip(ORIGINAL))
    assert found is not None and found.likeness > 0.95 and found.speed == 1
    assert found.mine == pytest.approx((0, 60), abs=1) and found.theirs == pytest.approx((0, 60), abs=1)


def test_a_mirrored_video_is_found() -> None:
    found = shared_stretch(clip(ORIGINAL[:, :, ::-1]), clip(ORIGINAL))
    assert found is not None and found.framing.mirrored


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_video_is_found_and_told_as_turned(quarters: int) -> None:
    found = shared_stretch(clip(np.rot90(ORIGINAL, quarters, axes=(1, 2))), clip(ORIGINAL))
    assert found is not None and (found.quarters + quarters) % 4 == 0
    assert found.mine[1] - found.mine[0] > 30 and found.mine == pytest.approx(found.theirs, abs=1)


@pytest.mark.parametrize(("top", "left"), [(0, 0), (7, 12), (13, 24), (0, 24)])
def test_a_cropped_video_is_found_both_ways(top: int, left: int) -> None:
    cropped, whole = clip(ORIGINAL[:, top : top + 77, left : left + 136]), clip(ORIGINAL)
    found = shared_stretch(cropped, whole)
    assert found is not None and found.mine == pytest.approx((0, 60), abs=2)
    assert found.framing.left == pytest.approx(left / 160, abs=0.06) and found.framing.right == pytest.approx((left + 136) / 160, abs=0.06)
    assert shared_stretch(whole, cropped) is not None


def test_a_part_inside_another_video_is_found_where_it_is() -> None:
    found = shared_stretch(clip(np.concatenate([wide(40, 2), ORIGINAL[50:200], wide(30, 3)])), clip(ORIGINAL))
    assert found is not None
    assert found.mine == pytest.approx((40, 70), abs=3) and found.theirs == pytest.approx((10, 40), abs=3)


def test_a_faster_copy_is_found() -> None:
    faster = ORIGINAL[np.arange(0, len(ORIGINAL), 1.1).astype(int)]
    found = shared_stretch(clip(faster), clip(ORIGINAL))
    assert found is not None and found.speed == pytest.approx(1.1)
    assert found.theirs == pytest.approx((0, 60), abs=3)


def test_other_people_in_the_same_room_are_another_video() -> None:
    others = [clip(wide(60, seed)) for seed in range(10, 14)]
    assert all(shared_stretch(a, b) is None for k, a in enumerate(others) for b in others[:k])


def test_an_empty_room_matches_nothing() -> None:
    empty = clip(wide(60, 1, people=0))
    assert shared_stretch(empty, empty) is None and shared_stretch(empty, clip(ORIGINAL)) is None


def road(seconds: float, seed: int) -> Any:
    """A quiet road: every nine to twelve seconds something passes, between them nothing moves."""
    rng = np.random.default_rng(seed)
    room = cv2.resize(np.random.default_rng(7).integers(60, 180, (9, 16)).astype(np.float32), (160, 90))
    ys, xs = np.mgrid[0:90, 0:160]
    frames = np.repeat(room[None], round(seconds * RATE), axis=0)
    at = 2.0
    while at + 5 < seconds:
        lane, speed, shade, way = rng.uniform(20, 75), rng.uniform(35, 60), rng.choice([-60, 70, 90]), rng.choice([-1, 1])
        for k in range(round(at * RATE), round((at + 5) * RATE)):
            x = 80 - way * 100 + way * speed * (k / RATE - at)
            frames[k] += shade * np.exp(-((xs - x) ** 2) / 200 - (ys - lane) ** 2 / 50)
        at += rng.uniform(9, 12)
    return frames + rng.normal(0, 2, frames.shape)


def test_pauses_in_which_nothing_moves_do_not_hide_a_copy() -> None:
    original = road(60, 1)
    for copy in (original * 0.9, original[:, :, ::-1], original[:, 4:82, 8:152]):
        found = shared_stretch(clip(copy), clip(original))
        assert found is not None and found.mine[1] - found.mine[0] > 35


def test_two_quiet_roads_are_different_videos() -> None:
    clips = [clip(road(60, seed)) for seed in range(2, 7)]
    assert not any(shared_stretch(a, b) for k, a in enumerate(clips) for b in clips[:k])
