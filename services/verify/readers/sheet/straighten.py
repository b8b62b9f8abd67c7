"""From a picture as it came to a straight, upright, evenly lit page of a known size, keeping the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from services.adapters.ocr import Engine, crop_quad, find_text, upside_down
from services.verify.readers.sheet.light import even, without_colour
from services.verify.readers.sheet.perspective import paper_corners, rectangle, straightening
from services.verify.readers.sheet.text_level import levelled
from services.verify.readers.sheet.types import Array, Gray, Matrix, Page, Rgb, apply

_TARGET = 2300
"""Longer side of the straightened page in pixels: A4 at 200 dpi, where a row of 30 on a page is as high as the recogniser wants it."""
_LOOK = 1200
_ENOUGH = 6
"""Lines of text from which on they show where the page is."""
_SEVERAL, _UPRIGHT, _FLIPPED = 6, 0.3, 0.8
"""From so many lines on the middle one's probability of standing on its head tells by itself, below the second number and above the third:
on 88 generated pages it was at most 0.24 where they stood upright, 0.90 at least where they didn't. Else the lines are read both ways."""
_NEARLY_ALL = 0.85
"""A cut that leaves more of the picture than this shows nothing new."""


def hypotheses(rgb: Rgb, engine: Engine) -> Iterator[Page]:
    """The page made straight, by the likeliest view of where it lies first: within the paper's edges where they are seen, as large as the
    picture, cut to its text. A hard shadow looks like an edge of the paper; whoever reads the page can tell which of them makes sense.

    `back` leads to pixels of `rgb`, whose size is the page's as a viewer shows it.
    """
    height, width = rgb.shape[:2]
    corners = paper_corners(rgb)
    picture = without_colour(rgb)
    if corners is not None:
        yield _page(picture, _view(picture, *rectangle(corners), engine))
    whole = _view(picture, np.eye(3), (width, height), engine)
    if corners is None:
        yield _page(picture, whole)
    cut = _cut(whole)
    if cut is not None or corners is not None:
        yield _page(picture, cut or whole)


def straighten(rgb: Rgb, engine: Engine) -> Page:
    """The likeliest view of the page, made straight."""
    return next(hypotheses(rgb, engine))


@dataclass(frozen=True)
class _View:
    """Where a page lies: `forth` maps pixels of the picture to an upright, level page of that `size`; `text`: corners of its lines there."""

    forth: Matrix
    size: tuple[int, int]
    text: tuple[Array, ...]


def _view(picture: Array, forth: Matrix, size: tuple[int, int], engine: Engine) -> _View:
    """The page in the part of the picture that `forth` maps to `size`, by its text and ruling."""
    look = _LOOK / max(size)
    looked = np.diag([look, look, 1.0]) @ forth
    size = (max(32, round(size[0] * look)), max(32, round(size[1] * look)))
    first = even(_warp(picture, looked, size))
    quads = find_text(first)
    turn = _quarter_turns(first, quads, engine)
    rotation, size = _rotation(turn, size)
    forth = rotation @ looked
    level = straightening(_turned(first, turn), [_in_order(apply(rotation, quad)) for quad in quads])
    if level is not None:
        forth, size = _framed(level @ forth, apply(level, _frame(size)))
    onward = forth @ np.linalg.inv(looked)
    text = [_in_order(apply(onward, quad)) for quad in quads]
    rows = levelled(text, size)
    if rows is not None:
        onward, size = _framed(rows @ onward, apply(rows, _frame(size)))
        forth = onward @ looked
        text = [_in_order(apply(onward, quad)) for quad in quads]
    return _View(forth, size, tuple(text))


def _cut(view: _View) -> _View | None:
    """Only what the page's text takes up; None where that is all of it, or too little to tell."""
    if len(view.text) < _ENOUGH:
        return None
    corners = _around(np.concatenate(view.text), view.size)
    low, high = corners
    if float(np.prod(high - low)) > _NEARLY_ALL * view.size[0] * view.size[1]:
        return None
    forth, size = _framed(view.forth, corners)
    return _View(forth, size, tuple(quad - low for quad in view.text))


def _page(picture: Array, view: _View) -> Page:
    """The view as a page of standard size."""
    enlarge = _TARGET / max(view.size)
    forth = np.diag([enlarge, enlarge, 1.0]) @ view.forth
    size = (max(32, round(view.size[0] * enlarge)), max(32, round(view.size[1] * enlarge)))
    gray = even(_warp(picture, forth, size))
    return Page(gray, np.linalg.inv(forth), (picture.shape[1], picture.shape[0]), tuple(quad * enlarge for quad in view.text))


def _around(points: Array, size: tuple[int, int]) -> Array:
    """Corners [2, 2] of the text's extent with a margin for the rows without text, within the picture."""
    low, high = np.percentile(points, 0.5, axis=0), np.percentile(points, 99.5, axis=0)
    margin = np.array([0.1, 0.15]) * (high - low) + 20
    return np.array([np.maximum(low - margin, 0), np.minimum(high + margin, size)])


def _warp(picture: Array, matrix: Matrix, size: tuple[int, int]) -> Array:
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    source = picture
    height, width = picture.shape[:2]
    if shrink < 0.5:  # else fine rules fall between the samples
        factor = int(1 / shrink)
        source = np.asarray(cv2.resize(picture, (width // factor, height // factor), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        matrix = matrix @ np.diag([width / source.shape[1], height / source.shape[0], 1.0])
    warped = cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_CUBIC if shrink > 1 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, dtype=np.uint8)


def _frame(size: tuple[int, int]) -> Array:
    width, height = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def _framed(matrix: Matrix, corners: Array) -> tuple[Matrix, tuple[int, int]]:
    """The map moved so that the mapped page starts at 0, 0, and its size."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    moved = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    return moved, (int(high[0] - low[0]), int(high[1] - low[1]))


def _quarter_turns(gray: Gray, quads: list[Array], engine: Engine) -> int:
    """Quarter turns clockwise that make the text stand upright."""
    sizes = [(_length(q[1] - q[0]), _length(q[3] - q[0])) for q in quads]
    longish = [(w, h) for w, h in sizes if max(w, h) > 1.8 * min(w, h)]
    lying = sum(w for w, h in longish if w > h)
    standing = sum(h for w, h in longish if h > w)
    sideways = standing > lying * 1.2
    turned = _turned(gray, 1) if sideways else gray
    boxes = [_in_order(apply(_rotation(1, (gray.shape[1], gray.shape[0]))[0], q)) if sideways else q for q in quads]
    boxes = [q for q in boxes if _length(q[1] - q[0]) > 2 * _length(q[3] - q[0])]
    boxes = sorted(boxes, key=lambda q: -_length(q[1] - q[0]))[:14]
    crops = [crop_quad(turned, np.asarray(q, dtype=np.float32)) for q in boxes]
    return int(sideways) + (2 if crops and _on_its_head(crops, engine) else 0)


def _on_its_head(crops: list[Gray], engine: Engine) -> bool:
    flipped = float(np.median(upside_down(crops)))
    if len(crops) >= _SEVERAL and not _UPRIGHT < flipped < _FLIPPED:
        return flipped > _UPRIGHT
    some = crops[:8]
    as_is = engine.read(some)
    turned = engine.read([np.ascontiguousarray(crop[::-1, ::-1]) for crop in some])
    return sum(r.confidence * len(r.text) for r in turned) > 1.15 * sum(r.confidence * len(r.text) for r in as_is)


def _turned(gray: Gray, turns: int) -> Gray:
    return np.ascontiguousarray(np.rot90(gray, -turns))


def _rotation(turns: int, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """The map of `turns` quarter turns clockwise of a picture of that size, and the new size."""
    width, height = size
    match turns % 4:
        case 1:
            return np.array([[0, -1, height], [1, 0, 0], [0, 0, 1.0]]), (height, width)
        case 2:
            return np.array([[-1, 0, width], [0, -1, height], [0, 0, 1.0]]), (width, height)
        case 3:
            return np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1.0]]), (height, width)
    return np.eye(3), size


def _in_order(quad: Array) -> Array:
    """Corners clockwise from the top left."""
    by_x = quad[np.argsort(quad[:, 0])]
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]])


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector))
