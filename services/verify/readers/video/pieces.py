"""Where a copied stretch begins and ends: as far as picture after picture is the same as the one it was copied from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_LEVEL, _MORE = 1.5, 0.5
"""How far beyond what it usually is within a piece the difference of two pictures may be: times, and grey levels."""
_LAGS_APART = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples `later` repeat the samples `earlier` (indices, same length). `mirrored` None: it is not sure that they were copied."""

    later: Array
    earlier: Array
    mirrored: bool | None


def extended(piece: Piece, samples: Array) -> Piece:
    """The piece with the samples before and after it that are the same too: where hardly anything moves, movement alone does not tell."""
    pictures = samples[:, ::2, ::2].astype(np.int16)
    count = len(piece.later)
    slope = (int(piece.earlier[-1]) - int(piece.earlier[0])) / max(1, count - 1)
    level = float(np.quantile(_differences(pictures, piece.later, piece.earlier, piece.mirrored), 0.9)) * _LEVEL + _MORE
    sides = []
    for edge, step in ((0, -1), (-1, 1)):
        far = np.arange(1, len(samples))
        later = int(piece.later[edge]) + step * far
        earlier = np.round(int(piece.earlier[edge]) + step * slope * far).astype(np.int64)
        inside = (later >= 0) & (later < len(samples)) & (earlier >= 0) & (earlier < len(samples)) & (earlier < later)
        later, earlier = later[: _first_false(inside)], earlier[: _first_false(inside)]
        same = _first_false(_differences(pictures, later, earlier, piece.mirrored) <= level)
        sides.append((later[:same], earlier[:same]))
    (before, before_from), (after, after_from) = sides
    return Piece(np.concatenate([before[::-1], piece.later, after]), np.concatenate([before_from[::-1], piece.earlier, after_from]), piece.mirrored)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces in order of time, without overlaps: of what lies in two, the sure and longer one keeps it; those that go on after each other are one."""
    taken: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.mirrored is None, -len(piece.later))):
        free = np.ones(len(piece.later), dtype=bool)
        for other in taken:
            free &= (piece.later < other.later[0]) | (piece.later > other.later[-1])
        if free.any():
            taken.append(Piece(piece.later[free], piece.earlier[free], piece.mirrored))
    found: list[Piece] = []
    for piece in sorted(taken, key=lambda piece: int(piece.later[0])):
        if found and _goes_on(found[-1], piece):
            last = found.pop()
            piece = Piece(np.concatenate([last.later, piece.later]), np.concatenate([last.earlier, piece.earlier]), piece.mirrored)
        found.append(piece)
    return found


def _goes_on(piece: Piece, following: Piece) -> bool:
    steps = int(following.later[0]) - int(piece.later[-1]), int(following.earlier[0]) - int(piece.earlier[-1])
    return piece.mirrored == following.mirrored and steps[0] == 1 and abs(abs(steps[1]) - 1) <= _LAGS_APART


def _differences(pictures: Array, later: Array, earlier: Array, mirrored: bool | None) -> Array:
    """Mean difference of each pair, apart from how bright they are as a whole."""
    gaps = pictures[later] - (pictures[earlier][:, :, ::-1] if mirrored else pictures[earlier])
    flat = gaps.reshape(len(gaps), gaps.shape[1] * gaps.shape[2])
    return np.asarray(np.abs(flat - flat.mean(axis=1, keepdims=True)).mean(axis=1))


def _first_false(flags: Array) -> int:
    wrong = np.flatnonzero(~flags)
    return int(wrong[0]) if len(wrong) else len(flags)
