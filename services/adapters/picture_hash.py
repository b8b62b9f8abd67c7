"""PDQ hashes of pictures (ThreatExchange's 256-bit perceptual hash); the only importer of pdqhash.

A hash is 64 hex digits. Two hashes of the same picture, resized or recompressed, differ in few bits of 256 (31 is the
usual bound); pictures of different scenes in about 128. Quality 0..100 tells how much there is to see: below 50 a
hash says little.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pdqhash
from PIL import Image

_LONG_SIDE = 256
"""PDQ shrinks to 64 x 64 itself, slowly; four times that keeps what it sees: copies of a picture differ by a bit or two more than at 512."""


def pdq(image: Image.Image) -> tuple[str, int]:
    """The hash of an upright picture as (64 hex digits, quality 0..100)."""
    bits, quality = pdqhash.compute(_pixels(image))
    return _hex(bits), int(quality)


def pdq_dihedral(image: Image.Image) -> tuple[tuple[str, ...], int]:
    """The hashes of the picture in its eight orientations and their quality.

    In this order: as it is, turned by 90, 180, 270 degrees, flipped upside down, mirrored left to right, and the two diagonal flips.
    """
    variants, quality = pdqhash.compute_dihedral(_pixels(image))
    return tuple(_hex(bits) for bits in variants), int(quality)


def grey_square(image: Image.Image, side: int) -> bytes:
    """The whole picture stretched to side x side grey levels, row-major: for telling what changed between two of a hash."""
    grey = image if image.mode == "L" else image.convert("L")
    return np.asarray(grey.resize((side, side), Image.Resampling.BOX, reducing_gap=2.0), dtype=np.uint8).tobytes()


def _pixels(image: Image.Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    longest = max(image.size)
    if longest > _LONG_SIDE:
        scale = _LONG_SIDE / longest
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX)
    return np.ascontiguousarray(image.convert("RGB"))  # of grey levels only now: three equal channels are slower to shrink


def _hex(bits: np.ndarray[Any, Any]) -> str:
    return np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes().hex()
