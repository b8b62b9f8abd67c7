"""Ball-pen hands made from stroke data: TrueType files whose characters are drawn along the middle lines of their strokes.

The data is npm's hanzi-writer-data (from Make Me a Hanzi; Arphic Public License): for 9,574 characters the strokes in writing order, on a
square of 1024 units whose base line is y = 0, y pointing up. A swift hand cuts corners and does not always lift the pen between strokes.
"""

from __future__ import annotations

import json
import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""[n, 2], x and y."""
Strokes = list[Points]

_EM = 1024
_DIGITS = {
    "0": [[(420, 720), (300, 600), (290, 250), (400, 60), (560, 130), (610, 400), (560, 650), (430, 720)]],
    "1": [[(400, 590), (500, 720), (490, 50)]],
    "2": [[(300, 580), (380, 710), (530, 700), (580, 560), (480, 340), (280, 70), (620, 80)]],
    "3": [[(310, 660), (450, 730), (560, 610), (420, 430), (590, 300), (530, 100), (370, 50), (280, 130)]],
    "4": [[(430, 720), (280, 330), (640, 340)], [(520, 560), (500, 40)]],
    "5": [[(360, 700), (330, 440), (500, 460), (590, 290), (500, 80), (290, 90)], [(360, 700), (600, 710)]],
    "6": [[(540, 720), (360, 500), (300, 230), (400, 60), (560, 110), (580, 290), (440, 380), (310, 260)]],
    "7": [[(290, 690), (620, 700), (430, 40)]],
    "8": [[(560, 640), (430, 730), (340, 600), (460, 440), (590, 250), (470, 60), (310, 160), (430, 410), (560, 640)]],
    "9": [[(580, 560), (430, 440), (320, 560), (430, 720), (580, 600), (560, 300), (480, 40)]],
    "X": [[(280, 700), (600, 60)], [(590, 700), (270, 60)]],
    ".": [[(440, 70), (470, 50)]],
    "-": [[(300, 380), (590, 390)]],
    "/": [[(600, 760), (300, 0)]],
}
_NARROW = 560


@dataclass(frozen=True, slots=True)
class Pen:
    """`width` of the line in units, `slip`: how far points stray, `joined`: share of near strokes drawn without lifting, `cut`: corners cut, 0..1."""

    width: float
    slip: float
    joined: float
    cut: float
    slant: float


PENS = {"pen-neat": Pen(46, 10, 0.1, 0.15, 0.0), "pen-swift": Pen(38, 17, 0.55, 0.6, 0.12), "pen-hasty": Pen(34, 24, 0.85, 0.9, 0.2)}


def build_pen_font(name: str, archive: Path, target: Path) -> None:
    """Writes the font of the pen `name` from the package's archive."""
    pen = PENS[name]
    glyphs, widths, codes = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (_EM, 0)}, {}
    for character, strokes in _characters(archive):
        rng = random.Random(f"{name} {character}")
        glyph = f"u{ord(character):05X}"
        advance = _NARROW if character in _DIGITS else _EM
        shift = np.array([-160.0 if character in _DIGITS else 0.0, 0.0])
        glyphs[glyph] = _glyph([stroke + shift for stroke in _written(strokes, pen, rng)], pen)
        widths[glyph], codes[ord(character)] = (advance, 0), glyph
    glyphs["space"], widths["space"], codes[32] = TTGlyphPen(None).glyph(), (_NARROW, 0), "space"
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(codes)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=900, descent=-124)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, sTypoDescender=-124, usWinAscent=900, usWinDescent=124)
    builder.setupPost()
    builder.save(target)


def _characters(archive: Path) -> Iterator[tuple[str, Strokes]]:
    for digit, lines in _DIGITS.items():
        yield digit, [np.array(line, np.float64) for line in lines]
    with tarfile.open(archive) as package:
        for member in package:
            character = Path(member.name).stem
            content = package.extractfile(member) if len(character) == 1 and member.name.endswith(".json") else None
            if content is not None:
                yield character, [np.array(line, np.float64) for line in json.load(content)["medians"]]


def _written(strokes: Strokes, pen: Pen, rng: random.Random) -> Strokes:
    """The strokes as this pen writes them; some of them run into the next."""
    lines: Strokes = []
    for stroke in strokes:
        slack = np.array([[rng.gauss(0, pen.slip), rng.gauss(0, pen.slip)] for _ in stroke])
        line = _smooth(stroke + slack + (rng.gauss(0, pen.slip), rng.gauss(0, pen.slip)), pen.cut)
        line[:, 0] += pen.slant * (line[:, 1] - 380)
        gap = np.linalg.norm(lines[-1][-1] - line[0]) if lines else np.inf
        if gap < 420 and rng.random() < pen.joined:
            lines[-1] = np.concatenate([lines[-1], line])
        else:
            lines.append(line)
    return [_smooth(line, pen.cut / 2) for line in lines]


def _smooth(line: Points, cut: float) -> Points:
    """About 24 points along the line, its corners cut by Chaikin's rule."""
    for _ in range(2):
        if len(line) > 2:
            a, b = line[:-1], line[1:]
            pair = np.stack([a + cut * 0.25 * (b - a), b - cut * 0.25 * (b - a)], 1).reshape(-1, 2)
            line = np.concatenate([line[:1], pair[1:-1], line[-1:]])
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.linspace(0, steps[-1], 24)
    return np.stack([np.interp(wanted, steps, line[:, axis]) for axis in (0, 1)], 1)


def _glyph(lines: Strokes, pen: Pen) -> object:
    outline = TTGlyphPen(None)
    for line in lines:
        along = np.gradient(line, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
        half = pen.width / 2 * np.interp(np.arange(len(line)), [0, 3, len(line) - 6, len(line) - 1], [0.9, 1.0, 0.95, 0.45])[:, None]
        contour = np.concatenate([line + across * half, (line - across * half)[::-1]]).round().astype(int).tolist()
        outline.moveTo(tuple(contour[0]))
        for point in contour[1:]:
            outline.lineTo(tuple(point))
        outline.closePath()
    return outline.glyph()
