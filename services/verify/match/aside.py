"""A picture photographed off a screen or a print, from a little aside: laid on its original by a homography. Pure.

It can only follow what local features still say: a beat of dots, a gloss and other tones take many of them away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from services.verify.match.alignment import LEAST_INLIERS, Alignment, Features, most_agreed, pairs, projected

Array = np.ndarray[Any, np.dtype[Any]]

_REACHES = (0.04, 0.025, 0.015, 0.01)
"""From the best turn and scale to the homography step by step, in units of the longer side."""
_LEAST, _LEAST_SHARE = 20, 0.5
"""Points that must lie on each other, and what share of all that are within the widest reach."""
_SPREAD = (0.4, 0.3)
_ASIDE = (0.012, 0.25)
"""How far a corner lies from where a turn and scale would put it: below, there is no perspective to speak of; beyond, it is no photo of a screen."""


def seen_aside(a: Features, b: Features) -> Alignment | None:
    """How b lies under a if a was photographed off it; None where it does not, or where a turn and scale say as much."""
    matched = pairs(a, b)
    if matched is None:
        return None
    p, q = matched
    inside = most_agreed(p, q, _REACHES[0])
    if inside is None or inside.sum() < LEAST_INLIERS:
        return None
    wide = int(inside.sum())
    matrix = np.eye(3)
    for reach in _REACHES[1:]:
        matrix = _homography(p[inside], q[inside])
        inside = np.abs(projected(matrix, p) - q) < reach
        if inside.sum() < LEAST_INLIERS:
            return None
    spread = p[inside]
    if inside.sum() < max(_LEAST, _LEAST_SHARE * wide) or np.ptp(spread.real) < _SPREAD[0] or np.ptp(spread.imag) < _SPREAD[1]:
        return None
    plain = _turn_and_scale(p[inside], q[inside])
    corners = np.array([0, 1, 0.75j, 1 + 0.75j])
    off = float(np.abs(projected(matrix, corners) - plain.lay(corners)).max())
    return Alignment(plain.factor, plain.shift, int(inside.sum()), matrix) if _ASIDE[0] < off < _ASIDE[1] else None


def _turn_and_scale(p: Array, q: Array) -> Alignment:
    mean_p, mean_q = p.mean(), q.mean()
    centred = p - mean_p
    factor = complex(np.vdot(centred, q - mean_q) / np.vdot(centred, centred).real)
    return Alignment(factor, complex(mean_q - factor * mean_p), len(p))


def _homography(p: Array, q: Array) -> Array:
    """The homography [3, 3] that takes p nearest to q (algebraic least squares, around the points' middle)."""
    x, y, u, v = p.real - 0.5, p.imag - 0.5, q.real - 0.5, q.imag - 0.5
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate([np.stack([x, y, one, none, none, none, -u * x, -u * y], axis=1), np.stack([none, none, none, x, y, one, -v * x, -v * y], axis=1)])
    found, *_ = np.linalg.lstsq(rows, np.concatenate([u, v]), rcond=None)
    to, back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]), np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return np.asarray(back @ np.append(found, 1.0).reshape(3, 3) @ to)
