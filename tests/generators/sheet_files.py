"""Sign-in sheets as the files they come in: pictures, multi-page PDF (scanned and born digital), TIFF, HEIC."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from tests.generators.sheets import SheetSpec, draw_sheet, render_sheet


def write_sheet(specs: SheetSpec | Sequence[SheetSpec], path: Path, rng: random.Random, *, born_digital: bool = False) -> list[dict[str, Any]]:
    """Writes pages as `path` in the form its ending names (jpg, png, webp, bmp, heic, tif, pdf); returns their truth in order.

    `born_digital` (pdf only): with a text layer and vector rules, nothing scanned. Raises ValueError for several pages in a
    form that holds one, or an ending it does not know.
    """
    pages = [specs] if isinstance(specs, SheetSpec) else list(specs)
    path.parent.mkdir(parents=True, exist_ok=True)
    if born_digital:
        return _born_digital(pages, path, rng)
    rendered = [render_sheet(spec, rng) for spec in pages]
    save_pictures([picture for picture, _ in rendered], path)
    truths = [truth for _, truth in rendered]
    for number, truth in enumerate(truths, 1):
        truth["page"] = number
    return truths


def save_pictures(pictures: Sequence[Image.Image], path: Path) -> None:
    """Pictures as one file. Raises ValueError as `write_sheet`."""
    ending = path.suffix.lower()
    first, rest = pictures[0], list(pictures[1:])
    if ending == ".pdf":
        first.save(path, "PDF", save_all=True, append_images=rest, resolution=200.0, quality=85)
    elif ending in (".tif", ".tiff"):
        first.save(path, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw", dpi=(200, 200))
    elif rest:
        raise ValueError(f"{ending} holds one page, not {len(pictures)}")
    elif ending in (".heic", ".heif"):
        pillow_heif.from_pillow(first).save(path, quality=80)
    elif ending in (".jpg", ".jpeg", ".png", ".webp", ".bmp"):
        first.save(path, **({"quality": 88} if ending in (".jpg", ".jpeg", ".webp") else {}))
    else:
        raise ValueError(f"no way to write a sheet as {ending or 'a file without ending'}")


def _born_digital(pages: Sequence[SheetSpec], path: Path, rng: random.Random) -> list[dict[str, Any]]:
    document = PdfCanvas(str(path), invariant=1)
    truths = []
    for number, spec in enumerate(pages, 1):
        drawn = draw_sheet(spec, rng)
        drawn.canvas.to_pdf(document)
        width, height = drawn.canvas.width, drawn.canvas.height
        for holder, key, box in drawn.boxes:
            holder[key] = [round(v / s, 5) for v, s in zip(box, (width, height, width, height), strict=True)]
        drawn.truth.update(width=width, height=height, capture="born_digital", page=number)
        truths.append(drawn.truth)
    document.save()
    return truths
