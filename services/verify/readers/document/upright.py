"""Pages that were scanned or photographed sideways or on their head, turned upright before they are read."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.adapters.ocr import Gray, crop_quad, find_text, upside_down

_SAMPLE = 16
_MOSTLY = 0.6


def upright(picture: Image.Image) -> Image.Image:
    """The picture turned by quarter turns so that its lines of text run level and the right way up; as it is where that can't be told."""
    crops = _lines(picture)
    if len(crops) >= 2 and sum(crop.shape[0] > 1.5 * crop.shape[1] for crop in crops) > _MOSTLY * len(crops):
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        crops = _lines(picture)
    level = [crop for crop in crops if crop.shape[1] > 2 * crop.shape[0]]
    if level and float(np.median(upside_down(level))) > _MOSTLY:
        return picture.transpose(Image.Transpose.ROTATE_180)
    return picture


def _lines(picture: Image.Image) -> list[Gray]:
    """The longest lines of text of a picture."""
    gray = np.asarray(picture.convert("L"), dtype=np.uint8)
    crops = [crop_quad(gray, quad) for quad in find_text(gray, side=960)]
    return sorted(crops, key=lambda crop: -max(crop.shape))[:_SAMPLE]
