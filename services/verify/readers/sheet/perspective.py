"""Paper and ruling in perspective: the projective map that makes a photographed page a rectangle again."""

from __future__ import annotations

import cv2
import numpy as np

from services.verify.readers.sheet.text_level import below, beside, longer, text_slope
from services.verify.readers.sheet.types import Array, Gray, Matrix, Rgb, apply

_LOOK = 640
_LINES_AT = 1400
_ALIKE = 0.62
_NARROW = 0.48
"""Width over height (or the reverse) below which it is no sheet but a strip between a shadow and an edge: A4 is 0.71, and seen aslant 0.55."""
_SPREAD = 0.2
_TILTED = 1.5
"""Degrees by which lines of text on a page straightened by its ruling may still fall; more, and it was no ruling."""
_COUNTED = 0.12
"""A segment counts for no more than this, in the same measure, where fits compete: one long scratch is not many rules."""
_LONG, _PIECE = 0.045, 0.025
"""Least length, in halves of the picture's longer side, of a piece of ruling: as it usually is, and on pages of many rows."""


def paper_corners(rgb: Rgb) -> Array | None:
    """Corners [4, 2] of a bright sheet on a darker ground, clockwise from top left; None where the page fills the picture.

    Several thresholds and the edges are tried, because shadow makes the paper darker than parts of a desk elsewhere.
    """
    height, width = rgb.shape[:2]
    scale = _LOOK / max(height, width)
    small = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    gray = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    closed = np.asarray(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), dtype=np.uint8)
    otsu, _ = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    edges = cv2.dilate(cv2.Canny(closed, 25, 75), np.ones((3, 3), np.uint8))
    figures = [np.where(closed > otsu * part, 255, 0).astype(np.uint8) for part in (1.0, 0.8, 0.65, 1.15)] + [255 - np.asarray(edges, dtype=np.uint8)]
    best: tuple[float, Array] | None = None
    for figure in figures:
        for quad, score in _sheets(figure, closed):
            if best is None or score > best[0]:
                best = (score, quad)
    return None if best is None else _clockwise(best[1].astype(np.float64)) / scale


def _sheets(figure: Gray, gray: Gray) -> list[tuple[Array, float]]:
    """Quadrilaterals in a mask that are brighter than their surroundings, each with its area times how well it fills its outline."""
    opened = cv2.morphologyEx(figure, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[Array, float]] = []
    for contour in contours:
        share = cv2.contourArea(contour) / gray.size
        if not 0.2 < share < 0.97:
            continue
        quad = _four_corners(cv2.convexHull(contour))
        if quad is None:
            continue
        fill = cv2.contourArea(contour) / max(cv2.contourArea(quad), 1)
        inside = np.zeros(gray.shape, np.uint8)
        cv2.fillConvexPoly(inside, quad.astype(np.int32), 255)
        around = cv2.dilate(inside, np.ones((31, 31), np.uint8)) - inside
        at_edge = ((quad < 4) | (quad > np.array(gray.shape[::-1]) - 5)).any(axis=1).sum()
        if not 0.85 < fill < 1.15 or not (around > 0).any() or at_edge > 2 or not _like_paper(quad):
            continue
        contrast = float(np.median(gray[inside > 0])) - float(np.median(gray[around > 0]))
        if contrast > 18:
            found.append((quad, share * min(fill, 1 / fill)))
    return found


def _like_paper(quad: Array) -> bool:
    """Opposite sides of a photographed sheet differ a little; of a sheet cut by a shadow's edge they differ a lot, or one pair is far too short."""
    sides = [float(np.linalg.norm(quad[(i + 1) % 4] - quad[i])) for i in range(4)]
    long, short = max(sides[0] + sides[2], sides[1] + sides[3]), min(sides[0] + sides[2], sides[1] + sides[3])
    return short > _NARROW * long and all(min(a, b) > _ALIKE * max(a, b) for a, b in ((sides[0], sides[2]), (sides[1], sides[3])))


def _four_corners(hull: Array) -> Array | None:
    around = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * around, True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2), dtype=np.float32)
    return None


def _clockwise(corners: Array) -> Array:
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ordered = corners[np.argsort(angles)]
    first = int(np.argmin(ordered.sum(axis=1)))
    rolled: Array = np.roll(ordered, -first, axis=0)
    return rolled


def rectangle(corners: Array) -> tuple[Matrix, tuple[int, int]]:
    """The map from the quadrilateral to a rectangle of about its size, and that size (width, height)."""
    a, b, c, d = corners
    width = int((np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2)
    height = int((np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    return np.asarray(matrix, dtype=np.float64), (width, height)


def straightening(gray: Gray, text: list[Array]) -> Matrix | None:
    """The map that makes the ruling level and plumb (skew, shear and perspective at once), about the picture's middle.

    Found as the vanishing points of the two families of long segments around the text; where there is too little ruling, or it
    runs otherwise than the lines of text (`text`: their corners), the text's slope alone is taken out. None: nothing to go by.
    """
    slope = text_slope(text)
    ruled = _from_ruling(gray, text, slope)
    if slope is None or (ruled is not None and _tilt(ruled, text) < _TILTED):
        return ruled
    turn = np.radians(slope)
    across = np.array([np.cos(turn), np.sin(turn), 0.0])
    turned = _around_middle(_level(across, np.array([-across[1], across[0], 0.0])), gray.shape[1], gray.shape[0])
    if ruled is not None:  # strokes through two rows, slanting each its own way, look like ruling in perspective
        return turned if _tilt(turned, text) < 0.5 * _tilt(ruled, text) else ruled
    return turned if abs(slope) >= 0.1 else None


def _tilt(matrix: Matrix, text: list[Array]) -> float:
    """Degrees by which the middle one of the longer lines of text falls or rises on the page that `matrix` makes."""
    edges = [(q[1] - q[0]) + (q[2] - q[3]) for q in (apply(matrix, quad) for quad in longer(text))]
    return float(np.median([abs(np.degrees(np.arctan2(e[1], e[0]))) for e in edges])) if edges else 0.0


def _from_ruling(gray: Gray, text: list[Array], slope: float | None) -> Matrix | None:
    height, width = gray.shape
    scale = _LINES_AT / max(height, width)
    small = cv2.resize(gray, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector().detect(small)[0]
    if found is None:
        return None
    half = max(small.shape) / 2
    middle = np.array([small.shape[1] / 2, small.shape[0] / 2])
    segments = found.reshape(-1, 2, 2)
    if len(text) >= 8:  # the grain of a desk, a table's edge: not the page's
        points = np.concatenate(text) * scale
        low, high = np.percentile(points, 1, axis=0), np.percentile(points, 99, axis=0)
        margin = 0.06 * (high - low) + 12
        inside = ((segments > low - margin) & (segments < high + margin)).all(axis=(1, 2))
        segments = segments[inside]
    segments = (segments - middle) / half
    ruled = _vanishing_point(segments, 0)
    across = ruled if ruled is not None else _vanishing_point((beside(text) * scale - middle) / half, 0)
    plumb = _vanishing_point(segments, 1)
    down = plumb if plumb is not None or len(text) < 12 else _vanishing_point((below(text) * scale - middle) / half, 1)
    if across is not None and slope is not None and abs(_degrees(across) - slope) > 8:
        return None
    if across is None and (down is None or slope is not None):
        return None
    if down is None and across is not None:
        down = np.array([-across[1], across[0], 0.0])
    if across is None and down is not None:
        across = np.array([down[1], -down[0], 0.0])
    assert across is not None and down is not None
    if abs(_degrees(down, plumb=True) + _degrees(across)) > 20:
        return None
    return _around_middle(_level(across, down), width, height)


def _degrees(vanishing: Array, *, plumb: bool = False) -> float:
    """The slope at the picture's middle of the lines through a vanishing point, against level or plumb."""
    x, y = (vanishing[1], vanishing[0]) if plumb else (vanishing[0], vanishing[1])
    return float(np.degrees(np.arctan2(y * np.sign(x or 1), abs(x))))


def _vanishing_point(segments: Array, axis: int) -> Array | None:
    """Where the long segments near that axis (0: level, 1: plumb) meet; homogeneous, coordinates of the segments.

    Rules are found in pieces from crossing to crossing: where rows are many, the plumb ones are hardly longer than a pen's strokes.
    """
    found = _meeting(segments, axis, _LONG)
    return found if found is not None else _meeting(segments, axis, _PIECE)


def _meeting(segments: Array, axis: int, least: float) -> Array | None:
    """The point nearest to the lines through the segments longer than `least`, outliers left out; None where they are too few."""
    along = segments[:, 1] - segments[:, 0]
    length = np.linalg.norm(along, axis=1)
    angle = np.degrees(np.arctan2(along[:, 1 - axis], along[:, axis]))
    angle = (angle + 90) % 180 - 90
    near = (length > least) & (np.abs(angle) < 22)
    if near.sum() < 4 or length[near].sum() < 0.8:
        return None
    order = np.argsort(angle[near])
    weight = np.cumsum(length[near][order])
    typical = angle[near][order][np.searchsorted(weight, weight[-1] / 2)]
    points = np.concatenate([segments, np.ones((*segments.shape[:2], 1))], axis=2)
    lines = np.cross(points[:, 0], points[:, 1])
    lines /= np.maximum(np.linalg.norm(lines[:, :2], axis=1, keepdims=True), 1e-9)
    best: tuple[float, Array, Array] | None = None
    # One slanting stroke among few rules would pull the fit away: what agrees from the start stands, unless clearly more agrees otherwise.
    for reach in (1.5, 8.0):
        fit = _fitted(segments, lines, length, near & (np.abs(angle - typical) < reach), (length > least) & (np.abs(angle) < 26))
        if fit is not None and (best is None or fit[0] > 1.1 * best[0]):
            best = fit
    if best is None:
        return None
    _, meet, inliers = best
    # Strokes through one row say nothing about the others.
    return meet if inliers.any() and np.ptp(segments[inliers].mean(axis=1)[:, 1 - axis]) > _SPREAD else None


def _fitted(segments: Array, lines: Array, length: Array, near: Array, eligible: Array) -> tuple[float, Array, Array] | None:
    """The point where the lines of the segments `near` meet, refined on what agrees with it: the length that agrees, the point, which agree."""
    along = segments[:, 1] - segments[:, 0]
    meet: Array | None = None
    for _ in range(4):
        if near.sum() < 4:
            return None
        weighted = lines[near] * np.sqrt(length[near])[:, None]
        meet = np.linalg.svd(weighted, full_matrices=False)[2][-1]
        toward = meet[None, :2] - meet[2] * segments.mean(axis=1)
        toward /= np.maximum(np.linalg.norm(toward, axis=1, keepdims=True), 1e-9)
        off = np.degrees(np.arcsin(np.clip(np.abs(toward[:, 0] * along[:, 1] - toward[:, 1] * along[:, 0]) / np.maximum(length, 1e-9), 0, 1)))
        near = eligible & (off < 1.5)
    return None if meet is None else (float(np.minimum(length[near], _COUNTED).sum()), meet, near)


def _level(across: Array, down: Array) -> Matrix:
    horizon = np.cross(across, down)
    tilt = horizon[:2] / horizon[2] if abs(horizon[2]) > 1e-6 else np.zeros(2)
    if np.abs(tilt).max() > 0.6:
        tilt = np.zeros(2)
    projective = np.array([[1, 0, 0], [0, 1, 0], [tilt[0], tilt[1], 1.0]])
    right, low = (projective @ across)[:2], (projective @ down)[:2]
    right = right / np.linalg.norm(right) * (1 if right[0] >= 0 else -1)
    low = low / np.linalg.norm(low) * (1 if low[1] >= 0 else -1)
    affine = np.eye(3)
    affine[:2, :2] = np.linalg.inv(np.column_stack([right, low]))
    levelled: Matrix = affine @ projective
    return levelled


def _around_middle(matrix: Matrix, width: int, height: int) -> Matrix:
    half = max(width, height) / 2
    inward = np.array([[1 / half, 0, -width / 2 / half], [0, 1 / half, -height / 2 / half], [0, 0, 1]])
    placed: Matrix = np.linalg.inv(inward) @ matrix @ inward
    return placed
