from __future__ import annotations

from typing import Any

import numpy as np

from services.domain.facts import SpanKind
from services.verify.readers.video.content import Samples, still_spans

RATE = 5.0
RNG = np.random.default_rng(4)


def picture(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(40, 220, (9, 16)), np.ones((4, 4))) + rng.normal(0, 6, (36, 64))


def live(seconds: float, seed: int) -> Any:
    """A wandering view."""
    wide = np.kron(np.random.default_rng(seed).integers(40, 220, (20, 40)), np.ones((4, 4)))
    frames = []
    for t in range(round(seconds * RATE)):
        x, y = int(40 + 30 * np.sin(t / 7)), int(20 + 15 * np.sin(t / 5))
        frames.append(wide[y : y + 36, x : x + 64] + RNG.normal(0, 2, (36, 64)))
    return np.array(frames)


def samples(*parts: tuple[Any, float]) -> Samples:
    """Parts are (thumbnails, share of full-resolution pixels that change from one to the next)."""
    thumbs = np.concatenate([part for part, _ in parts]).clip(0, 255).astype(np.uint8)
    change = np.concatenate([np.full(len(part), share) for part, share in parts])
    return Samples(thumbs, change, RATE)


def held(seed: int, seconds: float) -> Any:
    return np.repeat(picture(seed)[None], round(seconds * RATE), axis=0)


def test_a_live_view_has_no_spans() -> None:
    assert still_spans(samples((live(60, 1), 0.6))) == ()


def test_a_freeze_to_the_end_is_found_to_the_end() -> None:
    found = still_spans(samples((live(30, 1), 0.6), (held(2, 40), 0.0)))
    assert [(s.kind, s.seconds, s.certain) for s in found] == [(SpanKind.FROZEN, (30.0, 70.0), True)]


def clocked(thumbs: Any) -> Any:
    """A line of text at the bottom that is another one every fifth of a second."""
    stamped = thumbs.copy()
    stamped[:, 32:35, 4:24] = RNG.integers(0, 255, (len(thumbs), 3, 20))
    return stamped


def test_a_freeze_under_a_running_clock_is_one() -> None:
    found = still_spans(samples((clocked(live(30, 1)), 0.6), (clocked(held(2, 40)), 0.0)))
    assert [(s.kind, s.seconds, s.certain) for s in found] == [(SpanKind.FROZEN, (30.0, 70.0), True)]


def test_an_empty_room_under_a_running_clock_is_left_to_a_human() -> None:
    found = still_spans(samples((clocked(held(2, 40)), 0.0)))
    assert [(s.kind, s.certain) for s in found] == [(SpanKind.FROZEN, False)]


def test_a_short_stop_is_none() -> None:
    assert still_spans(samples((live(30, 1), 0.6), (held(2, 8), 0.0), (live(30, 3), 0.6))) == ()


def test_a_tripod_under_noise_is_doubt_at_most() -> None:
    found = still_spans(samples((held(2, 60), 0.4)))
    assert all(not span.certain for span in found)


def test_black_is_told_from_dark() -> None:
    dark = live(20, 1) / 5
    black = RNG.normal(16, 1.5, (100, 36, 64))
    found = still_spans(samples((dark, 0.5), (black, 0.0), (dark, 0.5)))
    assert [(s.kind, s.seconds) for s in found] == [(SpanKind.BLACK, (20.0, 40.0))]


def test_stills_one_after_another_are_a_slideshow() -> None:
    found = still_spans(samples(*[(held(k, 4), 0.0) for k in range(10, 20)]))
    assert [(s.kind, s.seconds, s.certain) for s in found] == [(SpanKind.SLIDESHOW, (0.0, 40.0), True)]


def test_drawn_slides_are_told_to_a_human_only() -> None:
    def slide(k: int) -> Any:
        page = np.full((36, 64), 255.0)
        page[2:6, :] = 40
        page[10 + k : 12 + k, 5 : 40 + k] = 60
        page[20 : 22 + k, 8 : 30 + 2 * k] = 90
        return np.repeat(page[None], 100, axis=0)

    found = still_spans(samples(*[(slide(k), 0.0) for k in range(5)]))
    assert found and all(not span.certain for span in found)
