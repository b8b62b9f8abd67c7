"""Local features of pictures (ORB), for finding copies that a whole-picture hash cannot see: cropped, bordered, tilted.

A picture's features are bytes: up to 300 records of `RECORD`, strongest first. x and y are in 1/65535 of the longer side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from PIL import Image

_LONG_SIDE = 480
"""Pixels: what an eighth of a phone's photo has."""
_MOST = 300
_STEP = 1.2
"""From octave to octave."""
_GRID = 6
"""Features are taken evenly from a grid of cells, so that one busy corner does not get them all."""

Grey = np.ndarray[Any, np.dtype[np.uint8]]
RECORD = np.dtype([("x", "<u2"), ("y", "<u2"), ("descriptor", "u1", (32,))])


def local_features(image: Image.Image) -> tuple[bytes, bytes]:
    """The features of an upright picture, and those of its mirror image (an ORB descriptor knows left from right); empty for a plain wall."""
    grey = _small(image)
    detector = _detector()
    points, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or not points:
        return b"", b""
    chosen = _spread(points, grey.shape)
    there = [points[i] for i in chosen]
    mirrored = [_mirrored(point, grey.shape[1]) for point in there]
    # the same points, seen in the mirror: only their descriptors are made anew
    again, others = detector.compute(np.ascontiguousarray(grey[:, ::-1]), mirrored)
    return _packed(there, descriptors[chosen], grey.shape), b"" if others is None else _packed(again, others, grey.shape)


def _mirrored(point: cv2.KeyPoint, width: int) -> cv2.KeyPoint:
    return cv2.KeyPoint(width - 1 - point.pt[0], point.pt[1], point.size, (180 - point.angle) % 360, point.response, point.octave)


def _packed(points: Sequence[cv2.KeyPoint], descriptors: Any, shape: tuple[int, ...]) -> bytes:
    # a point's place is the corner of its pixel in its own octave: what turned copies are laid by is the middle
    places = np.array([(point.pt[0] + 0.5 * _STEP**point.octave, point.pt[1] + 0.5 * _STEP**point.octave) for point in points]) / max(shape) * 65535
    records = np.zeros(len(points), dtype=RECORD)
    records["x"], records["y"] = np.clip(np.round(places), 0, 65535).T
    records["descriptor"] = descriptors
    return records.tobytes()


def _small(image: Image.Image) -> Grey:
    scale = _LONG_SIDE / max(image.size)
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    grey = np.asarray(image if image.mode == "L" else image.convert("L"), dtype=np.uint8)
    grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), dtype=np.uint8)


@cache
def _detector() -> cv2.ORB:
    return cv2.ORB.create(nfeatures=2 * _MOST, scaleFactor=_STEP, nlevels=8, fastThreshold=12)


def _spread(points: Sequence[cv2.KeyPoint], shape: tuple[int, ...]) -> list[int]:
    """Indices of at most `_MOST` points: round after round the strongest left of each grid cell."""
    cells: dict[tuple[int, int], list[int]] = {}
    for index in sorted(range(len(points)), key=lambda i: -points[i].response):
        x, y = points[index].pt
        cells.setdefault((int(x * _GRID / shape[1]), int(y * _GRID / shape[0])), []).append(index)
    chosen: list[int] = []
    rank = 0
    while len(chosen) < _MOST and any(rank < len(cell) for cell in cells.values()):
        chosen += [cell[rank] for cell in cells.values() if rank < len(cell)]
        rank += 1
    return chosen[:_MOST]
