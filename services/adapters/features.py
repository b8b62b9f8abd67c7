"""Local features of pictures (ORB), for finding copies that a whole-picture hash cannot see: cropped, bordered, tilted.

A picture's features are bytes: up to 300 records of `RECORD`, strongest first. x and y are in 1/65535 of the longer side.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

_LONG_SIDE = 640
_MOST = 300
_GRID = 6
"""Features are taken evenly from a grid of cells, so that one busy corner does not get them all."""

RECORD = np.dtype([("x", "<u2"), ("y", "<u2"), ("descriptor", "u1", (32,))])


def local_features(image: Image.Image) -> bytes:
    """The features of an upright picture; empty where there is nothing to hold on to."""
    scale = _LONG_SIDE / max(image.size)
    grey = np.asarray(image.convert("L"))
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    grey = cv2.GaussianBlur(grey, (0, 0), 1.0)
    detector = cv2.ORB.create(nfeatures=_MOST * 6, scaleFactor=1.2, nlevels=8, fastThreshold=8)
    points, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or not points:
        return b""
    chosen = _spread(points, grey.shape)
    records = np.zeros(len(chosen), dtype=RECORD)
    longest = max(grey.shape)
    records["x"] = [min(65535, round(points[i].pt[0] / longest * 65535)) for i in chosen]
    records["y"] = [min(65535, round(points[i].pt[1] / longest * 65535)) for i in chosen]
    records["descriptor"] = descriptors[chosen]
    return records.tobytes()


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
