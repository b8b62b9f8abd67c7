"""Red seals and signatures on a page, as somebody leafing through would see them: there or not, never whose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.domain.evidence import Box

_SIDE = 1000
_RED_EXCESS, _RED_LEAST = 26, 100
"""Grey levels by which red must exceed green and blue, and its least level, the paper taken as white: ink of a seal, also faint."""
_PLAIN_RED = 38
"""The same as the picture has it."""
_PAPER = 25
"""Pixels around within which some paper is to be seen."""
_COLOUR_SHARE = 0.0005
"""Share of clearly coloured pixels from which on a page was not scanned in grey."""
_JOIN = 9
_LEAST_SHARE, _MOST_SHARE = 0.07, 0.6
"""A seal's diameter as a share of the page's shorter side: 38 to 50 mm of 210 mm, more where only part of the page was photographed."""
_MOST_BLOBS = 40
_ROUND = 0.72
_RIM, _SECTORS, _COVERED = 0.8, 36, 0.7
"""The rim: red beyond this share of the radius in this share of the sectors."""
_FULLEST = 0.55
"""A disc or picture in red is fuller than a seal."""
_PLACE = re.compile(r"(?:签字|签名|签章)(?:\s*[(（]?盖章[)）]?)?\s*[:：]?\s*(.*)$")
_INK, _INK_SHARE = 110, 0.006

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SeenMarks:
    """`coloured` False: the page is grey throughout, no seal can be told. `signed`: of each place for a signature, whether there is ink."""

    seals: tuple[Box, ...]
    coloured: bool
    signed: tuple[bool, ...] = ()


def seen_marks(picture: Image.Image, lines: Iterable[tuple[str, Box]] = (), *, cut_out: bool = False) -> SeenMarks:
    """What a page shows. `lines`: its text with boxes in fractions. `cut_out`: the picture may be a seal and nothing else."""
    scale = _SIDE / max(picture.size)
    small = (
        picture.convert("RGB").resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))) if scale < 1 else picture.convert("RGB")
    )
    page = np.asarray(small, dtype=np.uint8)
    level = _on_white_paper(page)
    red = (_excess(level) > _RED_EXCESS) & (level[..., 0] > _RED_LEAST)
    coloured = bool((page.max(axis=2).astype(np.int16) - page.min(axis=2) > 60).mean() > _COLOUR_SHARE)
    seals = tuple(_seals(red, _excess(page) > _PLAIN_RED, 1.02 if cut_out else _MOST_SHARE))
    return SeenMarks(seals, coloured or bool(seals), tuple(_signed(page, red, lines)))


def _on_white_paper(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page without shadows and colour cast: each place by the brightest around it."""
    paper = cv2.GaussianBlur(cv2.dilate(page, np.ones((_PAPER, _PAPER), np.uint8)), (0, 0), _PAPER / 2)
    return np.asarray(cv2.divide(page, paper, scale=255), np.uint8)


def _excess(page: NDArray[np.uint8]) -> NDArray[np.int16]:
    """By how much red exceeds the other colours."""
    wide = page.astype(np.int16)
    return np.asarray(wide[..., 0] - np.maximum(wide[..., 1], wide[..., 2]), np.int16)


def _seals(red: NDArray[np.bool_], plain: NDArray[np.bool_], most: float) -> Iterable[Box]:
    """Boxes of what looks like a seal. `plain`: what is red in the picture as it is; a red disc or picture is full of it."""
    height, width = red.shape
    kernel = np.ones((_JOIN, _JOIN), np.uint8)
    joined = cv2.dilate(red.astype(np.uint8), kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    least = _LEAST_SHARE * min(height, width)
    large = [k for k in range(1, len(stats)) if min(stats[k][2:4]) >= least]
    for number in sorted(large, key=lambda k: -int(stats[k][4]))[:_MOST_BLOBS]:
        x, y, w, h = (int(v) for v in stats[number][:4])
        own = red[y : y + h, x : x + w] & (labels[y : y + h, x : x + w] == number)
        ys, xs = np.nonzero(own)
        if len(xs) < 120:
            continue
        x0, x1, y0, y1 = x + int(xs.min()), x + int(xs.max()) + 1, y + int(ys.min()), y + int(ys.max()) + 1
        full = float(plain[y0:y1, x0:x1].mean()) / (np.pi / 4)
        if full <= _FULLEST and _is_round(own[y0 - y : y1 - y, x0 - x : x1 - x], min(height, width), most):
            yield (x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height)


def _is_round(mask: NDArray[np.bool_], side: int, most: float) -> bool:
    """Whether red pixels form a rim of about a circle, with paper to be seen inside."""
    height, width = mask.shape
    if not _LEAST_SHARE * side <= min(height, width) or max(height, width) > most * side or min(height, width) < _ROUND * max(height, width):
        return False
    ys, xs = np.nonzero(mask)
    dy, dx = (ys - (height - 1) / 2) / (height / 2), (xs - (width - 1) / 2) / (width / 2)
    radius = np.hypot(dx, dy)
    rim = radius > _RIM
    sectors = np.unique(((np.arctan2(dy[rim], dx[rim]) + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS)
    corners = float((radius > 1.08).mean())
    fullness = len(xs) / (np.pi / 4 * height * width)
    return len(sectors) >= _COVERED * _SECTORS and fullness <= _FULLEST and corners < 0.06


def _signed(page: NDArray[Any], red: NDArray[np.bool_], lines: Iterable[tuple[str, Box]]) -> Iterable[bool]:
    """Of each line that asks for a signature, whether something is written behind it: more text, or dark ink that is no rule."""
    height, width = page.shape[:2]
    dark = (page.max(axis=2) < _INK) & ~red
    for text, (x, y, w, h) in lines:
        place = _PLACE.search(text)
        if place is None:
            continue
        if len(re.sub(r"[\s_＿—\-年月日.:：]", "", place[1])) >= 2:
            yield True
            continue
        top, bottom = max(0, round((y - 0.8 * h) * height)), min(height, round((y + 1.8 * h) * height))
        left, right = min(width, round((x + w) * width) + 2), min(width, round((x + w + 0.28) * width))
        field = dark[top:bottom, left:right]
        if field.size:
            ruled = field.mean(axis=1) > 0.7  # the line that one writes on
            yield bool(field[~ruled].mean() > _INK_SHARE) if (~ruled).any() else False
