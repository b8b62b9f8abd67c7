"""Handwriting: characters of a handwriting font, each bent, slanted, thinned and shifted on its own, as no font does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.generators.fonts import coverage, handwriting_fonts, load, printed_faces

_EM = 96
_INKS = ((28, 28, 32), (20, 24, 60), (24, 40, 120), (45, 45, 50))

Mask = NDArray[np.float32]
"""Ink coverage 0..1, [height, width]."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer: what stays the same from signature to signature. `slant` is a shear, `size` of the line height."""

    font: Path
    slant: float
    size: float
    weight: float
    tightness: float
    colour: tuple[int, int, int]


def make_hand(rng: random.Random, fonts: tuple[Path, ...] | None = None) -> Hand:
    """A writer with one of `fonts` (default: all handwriting fonts)."""
    return Hand(
        font=rng.choice(fonts or handwriting_fonts()),
        slant=rng.gauss(0.0, 0.08),
        size=rng.uniform(0.62, 0.9),
        weight=rng.uniform(-0.5, 0.8),
        tightness=rng.uniform(0.86, 1.02),
        colour=rng.choice(_INKS),
    )


@lru_cache(maxsize=4096)
def _glyph(font: Path, character: str) -> Mask:
    """The character at `_EM` pixels with a margin; by Noto Serif where the handwriting font lacks it."""
    face = load(font, _EM) if ord(character) in coverage(font) else load(printed_faces()[0][0], _EM, printed_faces()[0][1])
    bitmap, offset = face.getmask2(character, mode="L", anchor="ls")
    glyph = np.asarray(bitmap, np.uint8).reshape(bitmap.size[1], bitmap.size[0]) if bitmap.size[0] else np.zeros((1, 1), np.uint8)
    width = max(int(face.getlength(character)), glyph.shape[1]) + _EM // 2
    canvas = np.zeros((_EM * 7 // 4, width), np.float32)
    left = max(0, _EM // 4 + offset[0])
    top = max(0, min(_EM * 5 // 4 + offset[1], canvas.shape[0] - glyph.shape[0]))
    height, wide = min(glyph.shape[0], canvas.shape[0] - top), min(glyph.shape[1], width - left)
    canvas[top : top + height, left : left + wide] = glyph[:height, :wide] / 255.0
    return canvas


def _bend(mask: Mask, hand: Hand, rng: np.random.Generator) -> Mask:
    """One written instance of a glyph: random affine map and smooth displacement, stroke width of the hand."""
    height, width = mask.shape
    angle, shear = rng.normal(0, 0.05), hand.slant + rng.normal(0, 0.04)
    scale_x, scale_y = 1 + rng.normal(0, 0.06), 1 + rng.normal(0, 0.06)
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, shear], [0, 1]]) @ np.diag([1 / scale_x, 1 / scale_y])
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32) - width / 2, np.arange(height, dtype=np.float32) - height / 2)
    coarse = rng.normal(0, 2.6, (2, 4, 4)).astype(np.float32)
    wave = [cv2.resize(c, (width, height), interpolation=cv2.INTER_CUBIC) for c in coarse]
    map_x = linear[0, 0] * grid_x + linear[0, 1] * grid_y + width / 2 + wave[0]
    map_y = linear[1, 0] * grid_x + linear[1, 1] * grid_y + height / 2 + wave[1]
    bent = cv2.remap(mask, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    weight = hand.weight + rng.normal(0, 0.12)
    if weight > 0.3:
        bent = cv2.GaussianBlur(bent, (0, 0), 0.6 + weight) * (1 + weight * 0.5)
    elif weight < -0.3:
        bent = np.clip((cv2.GaussianBlur(bent, (0, 0), 0.8) - 0.25) * 1.5, 0, 1)
    return np.clip(bent, 0, 1).astype(np.float32)


def write(text: str, hand: Hand, height: int, seed: int) -> Mask:
    """`text` written once in a line `height` pixels high; the same seed gives the very same ink."""
    rng = np.random.default_rng(seed)
    pieces: list[tuple[int, Mask]] = []
    x = 0.0
    for character in text:
        glyph = _bend(_glyph(hand.font, character), hand, rng)
        pieces.append((round(x), np.roll(glyph, int(rng.normal(0, 3)), axis=0)))
        x += (glyph.shape[1] - _EM // 2) * hand.tightness * (1 + rng.normal(0, 0.04))
    line = np.zeros((_EM * 7 // 4, max(left + m.shape[1] for left, m in pieces)), np.float32)
    for left, piece in pieces:
        line[:, left : left + piece.shape[1]] = np.maximum(line[:, left : left + piece.shape[1]], piece)
    pressure = 0.8 + 0.2 * cv2.resize(rng.random((2, 8)).astype(np.float32), (line.shape[1], line.shape[0]), interpolation=cv2.INTER_LINEAR)
    factor = height * hand.size / _EM
    return crop(cv2.resize(line * pressure, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def slash(width: int, height: int, seed: int) -> Mask:
    """A stroke from corner to corner, as who does not sign gets."""
    rng = np.random.default_rng(seed)
    inset_x, inset_y = width // 4 + 3, height // 4 + 3
    start = (int(rng.integers(2, inset_x)), int(height - rng.integers(2, inset_y)))
    end = (int(width - rng.integers(2, inset_x)), int(rng.integers(2, inset_y)))
    canvas = np.zeros((height, width), np.uint8)
    cv2.line(canvas, start, end, 255, 3, cv2.LINE_AA)
    return canvas.astype(np.float32) / 255


def strike(width: int, height: int, seed: int, lines: int = 2) -> Mask:
    """Wavy horizontal strokes through a row, as it is crossed out."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((height, width), np.uint8)
    xs = np.linspace(2, width - 3, 40)
    for k in range(lines):
        ys = height * (0.4 + 0.2 * k) + np.cumsum(rng.normal(0, 0.6, 40))
        points = np.stack([xs, np.clip(ys, 1, height - 2)], 1).round().astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, 3, cv2.LINE_AA)
    return canvas.astype(np.float32) / 255


def crop(mask: Mask) -> Mask:
    """The part of a mask that holds ink; one pixel where there is none."""
    rows, columns = np.where(mask > 0.1)
    if not len(rows):
        return np.zeros((1, 1), np.float32)
    return mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
