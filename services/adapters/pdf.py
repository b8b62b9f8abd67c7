"""PDF files: pages as pictures and, where the file was born digital, their text with its boxes.

The only module that imports PDFium. PDFium is not thread-safe: one process, one document at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from services.domain.errors import EvidenceError, FileEmpty, FileEncrypted, FileTooLarge, FileUnreadable
from services.domain.evidence import Box
from services.domain.text import Message

_MAX_CHARS = 400_000
"""Characters of one page that are looked at: a page of a book has 2,000."""


@dataclass(frozen=True, slots=True)
class PdfWord:
    """A run of characters without a gap, on one line. `box` as everywhere: fractions of the page as a viewer shows it."""

    text: str
    box: Box


class PdfPage:
    """One page; valid only inside `open_pdf`."""

    def __init__(self, page: pdfium.PdfPage, number: int, max_pixels: int) -> None:
        self._page = page
        self._max_pixels = max_pixels
        self.number = number
        self.width, self.height = page.get_size()
        """In points (1/72 inch), as a viewer shows the page (its /Rotate applied)."""

    def render(self, dpi: int = 200) -> Image.Image:
        """The page as RGB. Rendered smaller where `dpi` would give more pixels than the limit. Raises FileUnreadable."""
        scale = dpi / 72
        pixels = self.width * self.height * scale * scale
        if pixels > self._max_pixels:
            scale *= (self._max_pixels / pixels) ** 0.5
        with _guarded(f"第{self.number}页无法显示", f"page {self.number} cannot be drawn"):
            picture: Image.Image = self._page.render(scale=scale, rev_byteorder=True).to_pil()
            return picture.convert("RGB")

    def text(self) -> str:
        """The text layer in reading order as the file has it; empty for a scanned page. Raises FileUnreadable."""
        with _guarded(f"第{self.number}页的文字无法读取", f"the text of page {self.number} cannot be read"):
            layer = self._page.get_textpage()
            return str(layer.get_text_range(0, min(layer.count_chars(), _MAX_CHARS)))

    def words(self) -> tuple[PdfWord, ...]:
        """The runs of the text layer, in its order. Raises FileUnreadable."""
        with _guarded(f"第{self.number}页的文字无法读取", f"the text of page {self.number} cannot be read"):
            return tuple(_runs(self.chars()))

    def chars(self) -> list[PdfWord]:
        """Each visible character of the text layer with its box, in the layer's order."""
        layer = self._page.get_textpage()
        found: list[PdfWord] = []
        for index in range(min(layer.count_chars(), _MAX_CHARS)):
            code = pdfium_c.FPDFText_GetUnicode(layer, index)
            if code <= 0x20 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF or code in (0xA0, 0x3000, 0xFFFE, 0xFFFF):
                continue
            try:
                box = self._fractions(*layer.get_charbox(index, loose=True))
            except pdfium.PdfiumError:
                continue  # a character without a place (made by the layer, not drawn) is on no cell
            if box is not None:
                found.append(PdfWord(chr(code), box))
        return found

    def image_share(self) -> float:
        """The part of the page (0..1) that its largest picture covers: near 1 for a scan."""
        largest = 0.0
        with _guarded(f"第{self.number}页无法读取", f"page {self.number} cannot be read"):
            for item in self._page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
                left, bottom, right, top = item.get_bounds()
                largest = max(largest, float((right - left) * (top - bottom)))
        return min(1.0, largest / max(1.0, float(self.width * self.height)))

    def _fractions(self, left: float, bottom: float, right: float, top: float) -> Box | None:
        """Page coordinates (bottom up, before /Rotate, crop box anywhere) as fractions of the page as shown."""
        x0, y0, x1, y1 = self._page.get_bbox()
        wide, high = x1 - x0, y1 - y0
        if wide <= 0 or high <= 0 or right <= left or top <= bottom:
            return None
        u0, u1 = (left - x0) / wide, (right - x0) / wide
        v0, v1 = (y1 - top) / high, (y1 - bottom) / high
        match self._page.get_rotation():
            case 90:
                u0, v0, u1, v1 = 1 - v1, u0, 1 - v0, u1
            case 180:
                u0, v0, u1, v1 = 1 - u1, 1 - v1, 1 - u0, 1 - v0
            case 270:
                u0, v0, u1, v1 = v0, 1 - u1, v1, 1 - u0
        return (u0, v0, u1 - u0, v1 - v0)


class PdfFile:
    """An open document; iterate it for its pages."""

    def __init__(self, document: pdfium.PdfDocument, max_pixels: int) -> None:
        self._document = document
        self._max_pixels = max_pixels

    def __len__(self) -> int:
        return len(self._document)

    def __iter__(self) -> Iterator[PdfPage]:
        for index in range(len(self._document)):
            yield self.page(index + 1)

    def page(self, number: int) -> PdfPage:
        """Page `number`, counted from 1. Raises FileUnreadable."""
        with _guarded(f"第{number}页已损坏", f"page {number} is damaged"):
            return PdfPage(self._document[number - 1], number, self._max_pixels)


@contextmanager
def open_pdf(path: Path, *, max_pages: int = 2000, max_pixels: int = 200_000_000) -> Iterator[PdfFile]:
    """The document, closed on leaving. Raises FileEmpty, FileEncrypted, FileTooLarge (pages), FileUnreadable."""
    if path.stat().st_size == 0:
        raise FileEmpty(Message("文件为空（0字节），请重新上传", "the file is empty (0 bytes); upload it again"))
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise FileEncrypted(Message("PDF设有打开密码，请去除密码后重新上传", "the PDF is protected by a password; remove it and upload again")) from error
        raise FileUnreadable(
            Message("PDF已损坏、不完整或不是PDF文件，请重新导出后上传", f"damaged, cut off or no PDF ({error}); export it again and upload")
        ) from error
    try:
        if len(document) > max_pages:
            raise FileTooLarge(
                Message(
                    f"PDF共{len(document)}页，超过上限{max_pages}页，请拆分后重新上传", f"the PDF has {len(document)} pages, more than {max_pages}; split it"
                )
            )
        document.init_forms()
        yield PdfFile(document, max_pixels)
    finally:
        document.close()


@contextmanager
def _guarded(zh: str, en: str) -> Iterator[None]:
    """PDFium's and the binding's failures on a broken page as FileUnreadable."""
    try:
        yield
    except EvidenceError:
        raise
    except Exception as error:  # the binding raises PdfiumError, ValueError, ctypes.ArgumentError, ... for broken pages
        raise FileUnreadable(Message(f"PDF{zh}，请重新导出后上传", f"PDF: {en} ({type(error).__name__}); export it again and upload")) from error


def _runs(chars: list[PdfWord]) -> Iterator[PdfWord]:
    """Characters joined while they stand beside each other on one line, at most 0.6 of a character's height apart."""
    run: list[PdfWord] = []
    for char in chars:
        if run and not _adjoin(run[-1].box, char.box):
            yield _joined(run)
            run = []
        run.append(char)
    if run:
        yield _joined(run)


def _adjoin(a: Box, b: Box) -> bool:
    height = max(a[3], b[3])
    gap = b[0] - (a[0] + a[2])
    same_line = abs((a[1] + a[3] / 2) - (b[1] + b[3] / 2)) < 0.5 * height
    return same_line and -0.5 * height < gap < 0.6 * height


def _joined(run: list[PdfWord]) -> PdfWord:
    x0, y0 = min(c.box[0] for c in run), min(c.box[1] for c in run)
    x1, y1 = max(c.box[0] + c.box[2] for c in run), max(c.box[1] + c.box[3] for c in run)
    return PdfWord("".join(c.text for c in run), (x0, y0, x1 - x0, y1 - y0))
