"""Sheets drawn by the tests themselves: printed text and ruling, with known places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from services.domain.facts import SheetFacts
from services.verify.readers import ReaderContext
from services.verify.readers.sheet import read
from tests.generators.fonts import load, printed_faces

LEFT, TOP, ROW = 120, 300, 74


def text(draw: ImageDraw.ImageDraw, x: float, y: float, content: str, size: int = 34) -> None:
    face, index = printed_faces()[0]
    draw.text((x, y), content, fill=25, font=load(face, size, index))


def grid_page(
    heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], *, size: tuple[int, int] = (1654, 2339), rules: str = "grid"
) -> Image.Image:
    """A page with lines of text above a table; every row of cells is text, "" for an empty cell."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(heading):
        text(draw, LEFT, 90 + 80 * index, line, 40)
    edges = [LEFT + sum(widths[:i]) for i in range(len(widths) + 1)]
    for index in range(len(rows) + 1):
        if rules != "none":
            draw.line((edges[0], TOP + ROW * index, edges[-1], TOP + ROW * index), fill=30, width=3)
    if rules == "grid":
        for x in edges:
            draw.line((x, TOP, x, TOP + ROW * len(rows)), fill=30, width=3)
    for r, row in enumerate(rows):
        for c, content in enumerate(row):
            text(draw, edges[c] + 18, TOP + ROW * r + 14, content)
    return page.convert("RGB")


@pytest.fixture
def read_pages(tmp_path: Path) -> Callable[..., SheetFacts]:
    """Reads pictures as one file: a PNG, or a TIFF of several pages."""

    def reading(*pages: Image.Image, engine: str = "rapidocr") -> SheetFacts:
        file = tmp_path / ("sheet.png" if len(pages) == 1 else "sheet.tiff")
        if len(pages) == 1:
            pages[0].save(file)
        else:
            pages[0].save(file, save_all=True, append_images=list(pages[1:]))
        return read(file, ReaderContext(file.name, ocr_engine=engine))

    return reading
