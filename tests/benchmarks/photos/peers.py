"""The peers: plain PDQ, and the perceptual hash of imagehash (imagededup's is the same with another bound) where it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping

import numpy as np
import pdqhash
from PIL import Image

Words = np.ndarray
"""A hash as bits."""


def peers() -> Mapping[str, tuple[Callable[[Image.Image], Words], int]]:
    """Name -> (hash of a picture, usual bound in bits)."""
    found: dict[str, tuple[Callable[[Image.Image], Words], int]] = {"plain PDQ": (lambda i: np.asarray(pdqhash.compute(_small(i))[0], dtype=bool), 31)}
    if importlib.util.find_spec("imagehash"):
        import imagehash

        found["imagehash.phash"] = (lambda i: imagehash.phash(i).hash.ravel(), 8)
        found["the same as imagededup bounds it"] = (lambda i: imagehash.phash(i).hash.ravel(), 10)
    return found


def _small(image: Image.Image) -> np.ndarray:
    copy = image.copy()
    copy.thumbnail((512, 512))
    return np.ascontiguousarray(copy)
