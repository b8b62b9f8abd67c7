"""Light, shadow and stamps: from a colour picture to ink on even white."""

from __future__ import annotations

import cv2
import numpy as np

from services.verify.readers.sheet.types import Array, Gray, Rgb

_REDUCE = 8
_REDDISH, _FEW = 28, 0.0005
"""By how much the red of a seal outshines the other colours; a smaller part of the picture than that is no seal."""
_STAMP_SIDE = 0.11
"""A red figure wider than this part of the page is an official seal (40 mm on 210 mm); a smaller one is a name seal or a red pen."""


def without_colour(rgb: Rgb) -> Array:
    """The picture in grey levels, if it holds no red that could be a seal; else as it is."""
    if float((_redness(rgb[::4, ::4]) > _REDDISH).mean()) < 0.2 * _FEW:  # the sheet may be a small part of the picture
        return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return rgb


def even(picture: Array) -> Gray:
    """Grey picture with the paper at 255 everywhere: divided by its background, official seals taken out of a coloured one."""
    evened = _flattened(picture)
    if evened.ndim == 2:
        return _stretch(evened)
    gray = np.asarray(cv2.cvtColor(evened, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    seal = _seals(evened)
    if seal is not None:
        # Seal red is light in the red channel, ink of any other colour under it is dark there.
        under = np.clip((evened[:, :, 0].astype(np.float32) - 75.0) * (255.0 / 65.0), 0, 255).astype(np.uint8)
        gray = np.asarray(np.where(seal, np.maximum(gray, under), gray), dtype=np.uint8)
    return _stretch(gray)


def _flattened(picture: Array) -> Array:
    """Each channel divided by its background."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(8, width // _REDUCE), max(8, height // _REDUCE)), interpolation=cv2.INTER_AREA)
    # Closing, not dilation: it follows the edge of a shadow without running ahead of it.
    side = max(5, min(small.shape[:2]) // 25) | 1
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (3, 3))
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(picture, np.maximum(paper, 24), scale=250.0), dtype=np.uint8)


def _seals(rgb: Rgb) -> Array | None:
    """Mask of the reddish pixels that belong to large red figures; None where there are none."""
    red = _redness(rgb)
    reddish = (red > _REDDISH).astype(np.uint8)
    if reddish.mean() < _FEW:
        return None
    height, width = reddish.shape
    small = cv2.resize(reddish * 255, (width // 4 or 1, height // 4 or 1), interpolation=cv2.INTER_AREA)
    joined = cv2.dilate((small > 40).astype(np.uint8), np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    least = _STAMP_SIDE * min(small.shape)
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_WIDTH] > least and stats[i, cv2.CC_STAT_HEIGHT] > least]
    if not large:
        return None
    zone = cv2.resize(np.isin(labels, large).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    # The rim of a red stroke is only slightly red after JPEG: grow by its blur.
    near = cv2.dilate((red > 14).astype(np.uint8), np.ones((9, 9), np.uint8))
    inside: Array = (np.asarray(zone) > 0) & (np.asarray(near) > 0)
    return inside


def _redness(rgb: Rgb) -> Gray:
    """By how much red outshines the other colours, 0 where it doesn't."""
    red, green, blue = cv2.split(np.ascontiguousarray(rgb))
    return np.asarray(cv2.subtract(red, cv2.max(green, blue)), dtype=np.uint8)


def _darkest(gray: Gray, percent: float) -> float:
    """The grey level that `percent` of the pixels stay below; from every second pixel of every second row."""
    counts = np.bincount(gray[::2, ::2].ravel(), minlength=256).cumsum()
    return float(np.searchsorted(counts, percent / 100 * counts[-1]))


def _stretch(gray: Gray) -> Gray:
    """Ink as dark as on a good scan, where a weak print or strong light left it pale."""
    dark = _darkest(gray, 0.5)
    if dark <= 90:
        return gray
    stretched = 255.0 - (255.0 - gray.astype(np.float32)) * (255.0 - 60.0) / max(255.0 - dark, 40.0)
    return np.asarray(np.clip(stretched, 0, 255), dtype=np.uint8)


def ink_mask(gray: Gray) -> Gray:
    """Where ink is, 0 or 255."""
    dark = _darkest(gray, 1)
    threshold = 250.0 - max(45.0, 0.28 * (250.0 - dark))
    return np.asarray(cv2.threshold(gray, np.ceil(threshold) - 1, 255, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)


def components(mask: Gray) -> tuple[int, Array, Array]:
    """Number, labels and statistics of a mask's connected parts: in small labels, which take half the time, unless there are too many of them."""
    try:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    except cv2.error:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    return count, labels, stats
