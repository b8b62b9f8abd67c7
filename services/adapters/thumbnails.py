"""Small JPEG pictures for people to look at: a whole picture, or a part of it with a box outlined (Pillow)."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from services.domain.evidence import Box

_OUTLINE = (214, 40, 40)
_HALO = (255, 255, 255)
_COVER = (120, 124, 130)
_QUALITIES = (80, 68, 55, 42)


def small_jpeg(image: Image.Image, *, longest: int, at_most_bytes: int) -> bytes:
    """The picture with its longer side at most `longest` pixels as a JPEG; made smaller until it fits `at_most_bytes` (or is tiny)."""
    picture = image if image.mode == "RGB" else image.convert("RGB")
    while True:
        shown = picture if max(picture.size) <= longest else _fit(picture, longest)
        for quality in _QUALITIES:
            data = _encode(shown, quality)
            if len(data) <= at_most_bytes:
                return data
        if longest <= 120:
            return data
        longest = int(longest * 0.75)


def cut_out(image: Image.Image, box: Box, *, context: float, least: tuple[float, float]) -> Image.Image:
    """The part of the picture around `box`, which is outlined.

    `context`: how much of the box's own height to show above and below (and at the sides), `least`: the least share of the
    picture's width and height that is shown.
    """
    width, height = image.size
    left, top, right, bottom = box[0] * width, box[1] * height, (box[0] + box[2]) * width, (box[1] + box[3]) * height
    around = max(context * (bottom - top), 6)
    x0, x1 = _widen(left - around, right + around, least[0] * width, width)
    y0, y1 = _widen(top - around, bottom + around, least[1] * height, height)
    part = image.crop((x0, y0, x1, y1)).convert("RGB")
    thick = max(2, round(max(part.size) / 260))
    draw = ImageDraw.Draw(part)
    edges = (max(left - x0, 0), max(top - y0, 0), min(right - x0, part.width - 1), min(bottom - y0, part.height - 1))
    draw.rectangle(_grown(edges, thick, part.size), outline=_HALO, width=thick * 2)
    draw.rectangle(_grown(edges, thick // 2, part.size), outline=_OUTLINE, width=thick)
    return part


def hide_middle(image: Image.Image, box: Box, *, shown: float) -> None:
    """Cover the writing in `box` but for the share `shown` at either end: an ID number on a picture as it is masked in print."""
    width, height = image.size
    left, top, right, bottom = (round(v) for v in (box[0] * width, box[1] * height, (box[0] + box[2]) * width, (box[1] + box[3]) * height))
    inset_x, inset_y = (right - left) // 30, (bottom - top) // 6  # the rules around the cell are no writing
    cell = np.asarray(image.crop((left + inset_x, top + inset_y, right - inset_x, bottom - inset_y)).convert("L"), dtype=np.float32)
    if cell.size == 0:
        return
    dark = np.flatnonzero((cell < np.median(cell) - 40).sum(axis=0) > 0)
    first, last = (int(dark[0]), int(dark[-1])) if dark.size else (0, cell.shape[1])
    hidden = (left + inset_x + first + shown * (last - first), top, left + inset_x + last - shown * (last - first), bottom)
    ImageDraw.Draw(image).rectangle(hidden, fill=_COVER)


def _fit(image: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(image.size)
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.LANCZOS)


def _encode(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _widen(low: float, high: float, least: float, whole: int) -> tuple[int, int]:
    short = max(least - (high - low), 0) / 2
    low, high = low - short, high + short
    if low < 0:
        low, high = 0, high - low
    if high > whole:
        low, high = low - (high - whole), whole
    start = min(max(int(low), 0), whole - 1)
    return start, max(start + 1, min(round(high), whole))


def _grown(edges: tuple[float, float, float, float], by: int, size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = edges
    x0, y0 = max(left - by, 0), max(top - by, 0)
    return x0, y0, max(min(right + by, size[0] - 1), x0), max(min(bottom + by, size[1] - 1), y0)
