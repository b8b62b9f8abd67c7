from __future__ import annotations

import pytest
from PIL import Image

from services.adapters.picture_hash import grey_square, pdq, pdq_dihedral
from tests.generators.dresses import TRANSFORMS
from tests.generators.photos import training_photo

Turn = Image.Transpose
VIEWS = (None, Turn.ROTATE_90, Turn.ROTATE_180, Turn.ROTATE_270, Turn.FLIP_TOP_BOTTOM, Turn.FLIP_LEFT_RIGHT, Turn.TRANSPOSE, Turn.TRANSVERSE)


def bits(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return training_photo(3, size=(800, 600))


def test_a_hash_has_64_hex_digits_and_a_quality(photo: Image.Image) -> None:
    value, quality = pdq(photo)
    assert len(value) == 64 and int(value, 16) >= 0
    assert quality == 100
    assert pdq(Image.new("RGB", (300, 200), "white"))[1] == 0


def test_copies_are_near_and_strangers_far(photo: Image.Image) -> None:
    value, _ = pdq(photo)
    assert bits(value, pdq(TRANSFORMS["q30"](photo))[0]) <= 10
    assert bits(value, pdq(TRANSFORMS["resize"](photo))[0]) <= 16
    assert bits(value, pdq(training_photo(4, size=(800, 600)))[0]) > 80


def test_each_orientation_is_at_its_place(photo: Image.Image) -> None:
    hashes, _ = pdq_dihedral(photo)
    for index, view in enumerate(VIEWS):
        seen = photo if view is None else photo.transpose(view)
        distances = [bits(pdq(seen)[0], h) for h in hashes]
        assert distances.index(min(distances)) == index
        assert min(distances) <= 40


def test_grey_square_keeps_light_and_dark() -> None:
    picture = Image.new("RGB", (40, 20), "black")
    picture.paste("white", (20, 0, 40, 20))
    small = grey_square(picture, 8)
    assert len(small) == 64
    assert small[:8] == b"\0\0\0\0\xff\xff\xff\xff"
