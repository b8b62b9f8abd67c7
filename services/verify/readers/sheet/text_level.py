"""What runs level and plumb by the text alone: lines of text side by side stand in rows, those below each other in columns."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from services.verify.readers.sheet.types import Array, Matrix, apply

_PAIRS = 12
"""So many neighbours in rows at least tell how the rows run."""
_ROUNDS = 3
_SOFT = 0.02
"""Slope (a part of one) beyond which a pair says less: a hand that left its row, text that ends elsewhere."""
_PLUMB = 0.4
"""Weight of a column's neighbours: text of other length stands below without standing plumb."""
_BENT = 1.8
"""Degrees by which a quarter of the neighbours in rows fall or rise more where rows are not level."""
_BETTER = 0.6
_FAR = 0.45
"""No camera sees a page in stronger perspective than this (in halves of its longer side)."""


def text_slope(text: list[Array]) -> float | None:
    """Degrees (clockwise) by which the longer lines of text fall; None without any."""
    edges = [(q[1] - q[0]) + (q[2] - q[3]) for q in longer(text)]
    return float(np.median([np.degrees(np.arctan2(e[1], e[0])) for e in edges])) if edges else None


def longer(text: list[Array]) -> list[Array]:
    """The lines whose slope tells something: three or more that are thrice as long as high, else, where only names stand, six of twice the height."""
    shapes = [float(np.linalg.norm(q[1] - q[0]) / max(float(np.linalg.norm(q[3] - q[0])), 1e-9)) for q in text]
    for ratio, enough in ((3.0, 3), (1.7, 6)):
        found = [quad for quad, shape in zip(text, shapes, strict=True) if shape > ratio]
        if len(found) >= enough:
            return found
    return []


def beside(text: list[Array]) -> Array:
    """Segments [n, 2, 2] from each line of text to the next one at its right: what runs level where nothing is ruled."""
    middles = np.array([q.mean(axis=0) for q in text]).reshape(-1, 2)
    heights = np.array([np.linalg.norm(q[3] - q[0]) for q in text])
    found = []
    for i, middle in enumerate(middles):
        off = middles - middle
        near = (off[:, 0] > heights[i]) & (np.abs(off[:, 1]) < 0.25 * off[:, 0]) & (np.abs(off[:, 1]) < 0.8 * heights[i])
        if near.any():
            found.append([middle, middles[np.flatnonzero(near)[np.argmin(off[near, 0])]]])
    return np.array(found).reshape(-1, 2, 2)


def below(text: list[Array]) -> Array:
    """Segments [n, 2, 2] from each line of text to the next one below it, by their middles and by their left ends: columns run plumb."""
    found = []
    for points in (np.array([q.mean(axis=0) for q in text]), np.array([(q[0] + q[3]) / 2 for q in text])):
        for point in points:
            off = points - point
            near = (off[:, 1] > 12) & (np.abs(off[:, 0]) < 0.4 * off[:, 1])
            if near.any():
                found.append([point, points[np.flatnonzero(near)[np.argmin(off[near, 1])]]])
    return np.array(found).reshape(-1, 2, 2)


def bent(text: list[Array]) -> float:
    """Degrees that a quarter of the neighbours in rows exceed in falling or rising; 0 where too few tell."""
    pairs = beside(text)
    if len(pairs) < _PAIRS:
        return 0.0
    along = pairs[:, 1] - pairs[:, 0]
    return float(np.percentile(np.abs(np.degrees(np.arctan2(along[:, 1], along[:, 0]))), 75))


def levelled(text: list[Array], size: tuple[int, int]) -> Matrix | None:
    """The map that makes rows of text level and their columns plumb, where the rows of `text` (corners, upright) on a page of that `size`
    (width, height) clearly are not and the map clearly mends it; else None. Neighbours are found anew once the page is straighter."""
    before = bent(text)
    if before < _BENT:
        return None
    half = max(size) / 2
    inward = np.array([[1 / half, 0, -size[0] / 2 / half], [0, 1 / half, -size[1] / 2 / half], [0, 0, 1]])
    start = [apply(inward, quad) for quad in text]
    values = np.array([0.0, np.clip(-np.tan(np.radians(text_slope(text) or 0.0)), -_FAR, _FAR), 0.0, 0.0])
    for _ in range(_ROUNDS):
        back = np.linalg.inv(_map(values))
        now = [apply(_map(values), quad) * half for quad in start]
        rows, columns = (apply(back, pairs.reshape(-1, 2) / half).reshape(-1, 2, 2) for pairs in (beside(now), below(now)))
        if len(rows) < _PAIRS:
            return None
        values = least_squares(_slopes, values, args=(rows, columns), loss="soft_l1", f_scale=_SOFT, bounds=(-_FAR, _FAR)).x
    found: Matrix = np.linalg.inv(inward) @ _map(values) @ inward
    return found if bent([apply(found, quad) for quad in text]) < _BETTER * before else None


def _map(values: Array) -> Matrix:
    """Shear, turn and the two tilts of the camera."""
    shear, turn, aside, back = values
    return np.array([[1, shear, 0], [turn, 1, 0], [aside, back, 1]])


def _slopes(values: Array, rows: Array, columns: Array) -> Array:
    matrix = _map(values)
    level, plumb = (apply(matrix, pairs.reshape(-1, 2)).reshape(-1, 2, 2) for pairs in (rows, columns))
    along, down = level[:, 1] - level[:, 0], plumb[:, 1] - plumb[:, 0]
    return np.concatenate([along[:, 1] / np.maximum(along[:, 0], 1e-3), _PLUMB * down[:, 0] / np.maximum(down[:, 1], 1e-3)])
