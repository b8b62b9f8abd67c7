"""Light, shadow and stamps: from a colour picture to ink on even white."""

from __future__ import annotations

import cv2
import numpy as np

from services.verify.readers.sheet.types import Array, Gray, Rgb

_REDUCE = 8
_STAMP_SIDE = 0.11
"""A red figure wider than this part of the page is an official seal (40 mm on 210 mm); a smaller one is a name seal or a red pen."""


def even(rgb: Rgb) -> Gray:
    """Grey picture with the paper at 255 everywhere: each channel divided by its background, official seals taken out."""
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (max(8, width // _REDUCE), max(8, height // _REDUCE)), interpolation=cv2.INTER_AREA)
    # Closing, not dilation: it follows the edge of a shadow without running ahead of it.
    side = max(5, min(small.shape[:2]) // 25) | 1
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (3, 3))
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    level = np.maximum(paper, 24)
    evened = np.asarray(cv2.divide(rgb, np.asarray(level, dtype=np.uint8), scale=250.0), dtype=np.uint8)
    gray = np.asarray(cv2.cvtColor(evened, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    seal = _seals(evened)
    if seal is not None:
        # Seal red is light in the red channel, ink of any other colour under it is dark there.
        under = np.clip((evened[:, :, 0].astype(np.float32) - 75.0) * (255.0 / 65.0), 0, 255).astype(np.uint8)
        gray = np.asarray(np.where(seal, np.maximum(gray, under), gray), dtype=np.uint8)
    return _stretch(gray)


def _seals(rgb: Rgb) -> Array | None:
    """Mask of the reddish pixels that belong to large red figures; None where there are none."""
    red, green, blue = (rgb[:, :, i].astype(np.int16) for i in range(3))
    reddish = (red - np.maximum(green, blue) > 28).astype(np.uint8)
    if reddish.mean() < 0.0005:
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
    near = cv2.dilate((red - np.maximum(green, blue) > 14).astype(np.uint8), np.ones((9, 9), np.uint8))
    inside: Array = (np.asarray(zone) > 0) & (np.asarray(near) > 0)
    return inside


def _stretch(gray: Gray) -> Gray:
    """Ink as dark as on a good scan, where a weak print or strong light left it pale."""
    dark = float(np.percentile(gray, 0.5))
    if dark <= 90:
        return gray
    stretched = 255.0 - (255.0 - gray.astype(np.float32)) * (255.0 - 60.0) / max(255.0 - dark, 40.0)
    return np.asarray(np.clip(stretched, 0, 255), dtype=np.uint8)


def ink_mask(gray: Gray) -> Gray:
    """Where ink is, 0 or 255."""
    dark = float(np.percentile(gray, 1))
    threshold = 250.0 - max(45.0, 0.28 * (250.0 - dark))
    return np.where(gray < threshold, 255, 0).astype(np.uint8)
