from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from services.verify.readers.photo.strokes import has_letters
from tests.generators.photos import training_photo
from tests.generators.watermarks import HELD_OUT_STYLES, STYLES, stamped


def noise(seed: int) -> np.ndarray:
    """Gravel: spots of every brightness, no rows."""
    return np.random.default_rng(seed).integers(0, 255, (150, 250), dtype=np.uint8).repeat(4, axis=0).repeat(4, axis=1)


def tiles() -> np.ndarray:
    """A floor: straight lines, no letters."""
    floor = np.full((400, 1000), 170, dtype=np.uint8)
    floor[::40] = 60
    floor[:, ::90] = 60
    return floor


def wall() -> np.ndarray:
    return np.full((400, 1000), 230, dtype=np.uint8)


@pytest.mark.parametrize("style", [*STYLES, *HELD_OUT_STYLES])
def test_letters_of_every_kind_of_stamp_are_seen(style: str) -> None:
    grey = np.asarray(stamped(training_photo(33, size=(1280, 960)), style, 5).picture.convert("L"))
    assert has_letters(grey[: 3 * len(grey) // 10]) or has_letters(grey[11 * len(grey) // 20 :])


@pytest.mark.parametrize("ground", [wall(), tiles(), noise(1), noise(2)], ids=["wall", "tiles", "gravel", "more gravel"])
def test_what_has_no_rows_of_strokes_has_no_letters(ground: np.ndarray) -> None:
    assert not has_letters(ground)


def test_a_strip_too_small_for_letters_has_none() -> None:
    assert not has_letters(np.asarray(Image.new("L", (100, 30))))
