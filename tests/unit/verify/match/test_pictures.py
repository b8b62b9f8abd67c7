from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from services.verify.match.pictures import Sameness, compare

SIDE = 64


def room() -> Image.Image:
    """A light room with boards in all greys, and a red pillar that more light cannot make redder."""
    rng = np.random.default_rng(4)
    picture = Image.fromarray(rng.normal(180, 4, (480, 480)).clip(0, 255).astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for k in range(6):
        shade = int(40 + 36 * k)
        draw.rectangle([20 + 76 * k, 30, 80 + 76 * k, 130], fill=(shade, shade, shade))
    draw.rectangle([330, 200, 370, 440], fill=(250, 110, 110))
    return picture


def square(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)


def with_a_person(picture: Image.Image, x: int) -> Image.Image:
    copy = picture.copy()
    ImageDraw.Draw(copy).ellipse([x, 210, x + 60, 430], fill=(30, 35, 60))
    return copy


def test_a_colour_clipped_by_brightening_is_left_to_a_human() -> None:
    brighter = ImageEnhance.Brightness(room()).enhance(1.4)
    assert compare(square(brighter), square(room())) is Sameness.CLIPPED
    assert compare(square(room()), square(brighter)) is not Sameness.DIFFERENT


def test_a_brightening_that_clips_nothing_is_a_copy() -> None:
    assert compare(square(ImageEnhance.Brightness(room()).enhance(0.8)), square(room())) is Sameness.SAME


def test_who_came_in_or_walked_on_makes_another_photo() -> None:
    for one, other in ((room(), with_a_person(room(), 120)), (with_a_person(room(), 120), with_a_person(room(), 180))):
        assert compare(square(one), square(other)) is Sameness.DIFFERENT
        assert compare(square(ImageEnhance.Brightness(one).enhance(1.4)), square(other)) is Sameness.DIFFERENT
