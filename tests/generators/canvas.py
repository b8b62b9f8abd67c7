"""A page as a list of strokes, texts and ink, so that it can be drawn as pixels and as a born-digital PDF alike."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.generators.fonts import load
from tests.generators.hand import Mask

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    ends: tuple[float, float, float, float]
    width: int


@dataclass(frozen=True, slots=True)
class Text:
    """`x`, `y`: left and middle of the line."""

    x: float
    y: float
    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Ink:
    x: int
    y: int
    mask: Mask
    colour: Colour


@dataclass(slots=True)
class Canvas:
    """A page of `width` x `height` pixels in one printing face (file, index)."""

    width: int
    height: int
    face: tuple[Path, int]
    lines: list[Line] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    inks: list[Ink] = field(default_factory=list)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: int = 2) -> None:
        self.lines.append(Line((x0, y0, x1, y1), width))

    def text_width(self, text: str, size: int) -> float:
        return float(load(self.face[0], size, self.face[1]).getlength(text))

    def text(self, x: float, y: float, text: str, size: int) -> tuple[float, float, float, float]:
        """Writes `text` with its left end at x, its middle at y; returns its box."""
        self.texts.append(Text(x, y, text, size))
        return (x, y - size * 0.55, self.text_width(text, size), size * 1.1)

    def ink(self, x: float, y: float, mask: Mask, colour: Colour) -> tuple[float, float, float, float]:
        """Puts handwriting with its top left corner at x, y; returns its box."""
        self.inks.append(Ink(round(x), round(y), mask, colour))
        return (x, y, mask.shape[1], mask.shape[0])

    def pixels(self) -> NDArray[np.uint8]:
        """The page as BGR, 8 bits."""
        page = Image.new("RGB", (self.width, self.height), (255, 255, 255))
        draw = ImageDraw.Draw(page)
        for line in self.lines:
            draw.line(line.ends, fill=(20, 20, 20), width=line.width)
        for text in self.texts:
            draw.text((text.x, text.y), text.text, font=load(self.face[0], text.size, self.face[1]), fill=(15, 15, 15), anchor="lm")
        image = np.asarray(page)[:, :, ::-1].astype(np.float32)
        for ink in self.inks:
            _blend(image, ink)
        return np.clip(image, 0, 255).astype(np.uint8)

    def to_pdf(self, document: Any, dpi: float = 200.0) -> None:
        """Adds the page to a reportlab canvas: text as text, rules as vectors, handwriting as pictures."""
        unit = 72.0 / dpi
        document.setPageSize((self.width * unit, self.height * unit))
        name = _register("".join(sorted({c for t in self.texts for c in t.text})), self.face)
        for line in self.lines:
            document.setLineWidth(line.width * unit)
            x0, y0, x1, y1 = line.ends
            document.line(x0 * unit, (self.height - y0) * unit, x1 * unit, (self.height - y1) * unit)
        for text in self.texts:
            document.setFont(name, text.size * unit)
            document.drawString(text.x * unit, (self.height - text.y - text.size * 0.36) * unit, text.text)
        for ink in self.inks:
            _ink_to_pdf(document, ink, self.height, unit)
        document.showPage()


def _blend(image: NDArray[np.float32], ink: Ink) -> None:
    """Multiplies ink onto a BGR page, cut at the page's edges."""
    x, y = max(0, ink.x), max(0, ink.y)
    mask = ink.mask[y - ink.y : image.shape[0] - ink.y, x - ink.x : image.shape[1] - ink.x]
    if mask.size == 0:
        return
    part = image[y : y + mask.shape[0], x : x + mask.shape[1]]
    colour = np.array(ink.colour[::-1], np.float32) / 255
    part *= 1 - mask[..., None] * (1 - colour)


def _ink_to_pdf(document: Any, ink: Ink, page_height: int, unit: float) -> None:
    from reportlab.lib.utils import ImageReader

    height, width = ink.mask.shape
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = ink.colour
    pixels[..., 3] = (ink.mask * 255).astype(np.uint8)
    document.drawImage(ImageReader(Image.fromarray(pixels)), ink.x * unit, (page_height - ink.y - height) * unit, width * unit, height * unit, mask="auto")


@cache
def _register(characters: str, face: tuple[Path, int]) -> str:
    """Registers a TrueType subset of a CFF face with reportlab (which takes no CFF) and returns its name there."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont as ReportlabFont

    name = f"Print{abs(hash((characters, face))):x}"
    font = TTCollection(face[0]).fonts[face[1]]
    options = subset.Options(layout_features=[], name_IDs=[1, 2, 4, 6], notdef_outline=True, drop_tables=["GSUB", "GPOS", "BASE", "VORG", "vhea", "vmtx"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters + " ")
    subsetter.subset(font)
    glyphs = font.getGlyphSet()
    outlines = {}
    for glyph in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        glyphs[glyph].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        outlines[glyph] = pen.glyph()
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(font.getGlyphOrder())
    builder.setupCharacterMap(font.getBestCmap())
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics({g: font["hmtx"][g] for g in font.getGlyphOrder()})
    builder.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    builder.setupOS2()
    builder.setupPost()
    data = io.BytesIO()
    builder.save(data)
    data.seek(0)
    pdfmetrics.registerFont(ReportlabFont(name, data))
    return name


def stamp(diameter: int, seed: int) -> tuple[Mask, Colour]:
    """A round red company seal: ring, star, blotchy ink."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((diameter, diameter), np.uint8)
    centre, radius = diameter // 2, diameter // 2 - 4
    cv2.circle(canvas, (centre, centre), radius, 255, max(3, diameter // 40), cv2.LINE_AA)
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = np.where(np.arange(10) % 2 == 0, radius * 0.3, radius * 0.12)
    star = np.stack([centre + reach * np.cos(angles), centre + reach * np.sin(angles)], 1).astype(np.int32)
    cv2.fillPoly(canvas, [star], 255, cv2.LINE_AA)
    for k, angle in enumerate(np.linspace(-np.pi * 1.2, np.pi * 0.2, 12)):
        spot = (int(centre + radius * 0.72 * np.cos(angle)), int(centre + radius * 0.72 * np.sin(angle)))
        half = max(3, diameter // 24)
        cv2.rectangle(canvas, (spot[0] - half, spot[1] - half), (spot[0] + half, spot[1] + half), 255, 2 + k % 2)
    blotch = cv2.resize(rng.uniform(0.35, 1.0, (12, 12)).astype(np.float32), (diameter, diameter), interpolation=cv2.INTER_CUBIC)
    return np.clip(canvas.astype(np.float32) / 255 * np.clip(blotch, 0.2, 0.85), 0, 1), (205, 30, 40)
