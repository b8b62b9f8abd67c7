from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from services.verify.readers.video.loops import loop_spans

RATE = 5.0


def detailed(small: Any) -> Any:
    """Twice the size, as the reader samples."""
    return np.repeat(np.repeat(small, 2, axis=1), 2, axis=2)


def moving(seconds: float, seed: int) -> Any:
    """Grey samples [n, 36, 64] in which blobs wander over a still room."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    ys, xs = np.mgrid[0:18, 0:32]
    frames = np.repeat(np.random.default_rng(77).integers(60, 160, (1, 18, 32)).astype(float), count, axis=0)
    for _ in range(4):
        path = np.cumsum(rng.normal(0, 0.9, (count, 2)), axis=0) + rng.uniform(4, 14, 2)
        y, x = path[:, 0] % 18, path[:, 1] % 32
        frames += 70 * np.exp(-((ys[None] - y[:, None, None]) ** 2 + (xs[None] - x[:, None, None]) ** 2) / 8)
    frames = detailed(frames)
    return (frames + rng.normal(0, 1.5, frames.shape)).clip(0, 255).astype(np.uint8)


def test_nothing_repeats_in_a_genuine_clip() -> None:
    assert loop_spans(moving(120, 1), RATE) == ()


@pytest.mark.parametrize("change", [lambda v: v, lambda v: v[:, :, ::-1], lambda v: v[::-1]])
def test_repeats_are_found_but_not_the_first_showing(change: Any) -> None:
    clip = moving(40, 2)
    found = loop_spans(np.concatenate([clip, change(clip)]), RATE)
    start, end = min(s.seconds[0] for s in found), max(s.seconds[1] for s in found)
    assert start == pytest.approx(40, abs=2) and end == pytest.approx(80, abs=1)
    assert all(s.certain and s.source is not None and s.source[1] <= 41 for s in found)


def test_a_copied_stretch_between_other_stretches_has_its_ends() -> None:
    clip = moving(60, 3)
    found = loop_spans(np.concatenate([clip, moving(30, 4), clip[100:250], moving(20, 5)]), RATE)
    assert len(found) == 1
    assert found[0].seconds == pytest.approx((90, 120), abs=1.5)
    assert found[0].source == pytest.approx((20, 50), abs=1.5)


def machine(seconds: float, cycle: float, noise: float, seed: int = 1) -> Any:
    """An arm swings before a still room."""
    t = np.arange(round(seconds * RATE)) / RATE
    ys, xs = np.mgrid[0:36, 0:64]
    arm = 32 + 20 * np.sin(2 * np.pi * t / cycle)
    room = np.random.default_rng(78).integers(60, 120, (36, 64))
    frames = room + 90 * np.exp(-((xs[None] - arm[:, None, None]) ** 2 + (ys[None] - 18) ** 2) / 40)
    return (frames + np.random.default_rng(seed).normal(0, noise, frames.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("cycle", [4, 9, 20])
@pytest.mark.parametrize("noise", [0.0, 0.5, 2.0])
def test_a_machines_cycle_is_no_certain_loop(cycle: float, noise: float) -> None:
    found = loop_spans(machine(64, cycle, noise), RATE)
    assert found and all(not span.certain for span in found)


def test_a_copied_stretch_of_a_machine_is_told_by_its_noise() -> None:
    clip = machine(45, 20, 0.8)
    again = (clip.astype(float) + np.random.default_rng(9).normal(0, 0.8, clip.shape)).clip(0, 255).astype(np.uint8)
    found = loop_spans(np.concatenate([clip, again]), RATE)
    assert sum(span.seconds[1] - span.seconds[0] for span in found if span.certain) == pytest.approx(45, abs=2)


@pytest.mark.parametrize("speed", [0.8, 0.9, 0.95, 1.05, 1.1, 1.25])
def test_a_repeat_at_another_speed_is_found(speed: float) -> None:
    clip = moving(60, 7)
    again = clip[np.floor(np.arange(0, len(clip) - 1, speed)).astype(int)]
    found = loop_spans(np.concatenate([clip, again]), RATE)
    covered = sum(span.seconds[1] - span.seconds[0] for span in found)
    assert found[0].seconds[0] == pytest.approx(60, abs=2) and covered == pytest.approx(len(again) / RATE, rel=0.15)


def road(seconds: float, seed: int) -> Any:
    """A quiet road: now and then a car of some colour and height passes, between them nothing moves."""
    rng = np.random.default_rng(seed)
    ys, xs = np.mgrid[0:36, 0:64]
    frames = np.repeat(np.random.default_rng(79).integers(60, 140, (1, 36, 64)).astype(float), round(seconds * RATE), axis=0)
    at = 2.0
    while at + 4 < seconds:
        lane, speed, shade, way = rng.uniform(8, 30), rng.uniform(18, 30), rng.choice([-50, 60, 90]), rng.choice([-1, 1])
        for k in range(round(at * RATE), min(len(frames), round((at + 4) * RATE))):
            x = (32 - way * 40) + way * speed * (k / RATE - at)
            frames[k] += shade * np.exp(-((xs - x) ** 2) / 30 - (ys - lane) ** 2 / 8)
        at += rng.uniform(9, 12)
    return (frames + rng.normal(0, 0.7, frames.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("change", [lambda v: v, lambda v: v[:, :, ::-1], lambda v: v[::-1]])
def test_a_repeat_is_found_across_pauses_in_which_nothing_moves(change: Any) -> None:
    clip = road(40, 3)
    found = loop_spans(np.concatenate([clip, change(clip)]), RATE)
    assert sum(span.seconds[1] - span.seconds[0] for span in found if span.certain) == pytest.approx(40, abs=2.5)


def test_cars_that_pass_one_after_another_are_no_loop() -> None:
    for seed in range(6):
        assert loop_spans(road(80, seed), RATE) == ()
