"""One document's text, whatever its format: told by content, never by the file's name.

A page without a text layer, and every picture, is read by OCR, at most `OCR_PAGES` pages of a file: a document says what
it is on its first pages, and each page costs seconds.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from services.adapters import images
from services.adapters.docx import read_docx
from services.adapters.ocr import OcrLine, engine, read_page
from services.adapters.pdf import open_pdf
from services.adapters.qr import read_qr
from services.adapters.table_text import encoding_of
from services.adapters.tabular import cell_text, read_tables
from services.adapters.zip_files import open_zip
from services.domain.errors import EvidenceError, FileEmpty, FileEncrypted, FileTooLarge, FileTypeMismatch, FileUnreadable
from services.domain.text import Message
from services.verify.readers import ReaderContext
from services.verify.readers.document.marks import SeenMarks, seen_marks
from services.verify.readers.document.upright import upright

OCR_PAGES = 12
_DPI = 200
_LOOK_DPI = 100
_SEALED = re.compile(r"承\s*诺|公\s*章|盖\s*章|签\s*章")
"""What pages say that bear a seal: only those are looked at for one."""
_TEXT_PAGE_CHARS = 12
"""A text layer with fewer characters than this is a page number or a stamp, not the page."""
_MAX_ROWS = 5_000
"""Table rows kept: a document is looked at for what it says; lists of people come by other ways."""
_CSV_SUFFIXES = (".csv", ".tsv")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\x00", b"MM\x00*")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Page:
    """One page's text, the texts of its QR codes, and its seals and signatures (None: not looked for)."""

    text: str
    codes: tuple[str, ...] = ()
    marks: SeenMarks | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """`count` pages in all, `pages` those that were read. `source` is text | ocr (if any page needed OCR)."""

    count: int
    pages: tuple[Page, ...]
    source: str = "text"
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)


def content_of(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    """What a document says. Raises one of the evidence errors."""
    size = source.stat().st_size
    if size == 0:
        raise FileEmpty(Message("文件为空（0字节），请重新上传", "the file is empty (0 bytes); upload it again"))
    if size > ctx.limits.file_bytes:
        raise FileTooLarge(Message("文件过大，请拆分后上传", "the file is too large; split it"))
    with source.open("rb") as stream:
        head = stream.read(1024)
    return _format(source, head, ctx)(source, ctx, max_chars)


def _format(source: Path, head: bytes, ctx: ReaderContext) -> Callable[[Path, ReaderContext, int], Content]:
    if b"%PDF-" in head:
        return _pdf
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS):
        return _picture
    if head.startswith(b"PK\x03\x04"):
        return _packed(source)
    if head.startswith(_OLE):
        return _ole(source)
    if head[4:8] == b"ftyp" or head.startswith((b"\x1aE\xdf\xa3", b"RIFF", b"ID3", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")):
        raise FileTypeMismatch(
            Message(
                "文件内容不是文档（pdf、docx、xlsx、xls、csv、txt或图片），请上传正确的文件",
                "the file holds no document (pdf, docx, xlsx, xls, csv, txt or picture)",
            )
        )
    return _tables if Path(ctx.name).suffix.lower() in _CSV_SUFFIXES else _plain


def _packed(source: Path) -> Callable[[Path, ReaderContext, int], Content]:
    try:
        with open_zip(source) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise FileUnreadable(Message("文件已损坏或不完整，请重新导出后上传", "the file is damaged or cut off; export it again")) from error
    if any(name.startswith("word/") for name in names):
        return _word
    if any(name.startswith("xl/") for name in names):
        return _tables
    if any(name.startswith("ppt/") for name in names):
        raise FileUnreadable(Message("不支持演示文稿（pptx），请另存为pdf后上传", "presentations (pptx) are not read; save it as pdf"))
    raise FileTypeMismatch(Message("文件是压缩包，不是docx或xlsx文档，请解压后上传", "the file is an archive, neither docx nor xlsx; unpack it first"))


def _ole(source: Path) -> Callable[[Path, ReaderContext, int], Content]:
    data = source.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileEncrypted(Message("文档设有打开密码，请取消密码后上传", "the document has a password: remove it and upload again"))
    if "WordDocument".encode("utf-16-le") in data:
        raise FileUnreadable(Message("不支持旧版Word格式（doc），请另存为docx或pdf后上传", "the old Word format (doc) is not read; save it as docx or pdf"))
    return _tables


# --- one function per format ----------------------------------------------------------------------------------


def _pdf(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    pages: list[Page] = []
    scanned = 0
    with open_pdf(source, max_pages=ctx.limits.pages, max_pixels=ctx.limits.pixels) as pdf:
        for page in pdf:
            text = page.text().replace("\r\n", "\n").replace("\r", "\n")
            if len("".join(text.split())) < _TEXT_PAGE_CHARS and scanned < OCR_PAGES:
                scanned += 1
                pages.append(_pictured(page.render(_DPI), ctx, text.strip()))
            else:
                codes = _codes(page.render(_DPI)) if "发票" in text else ()
                marks = seen_marks(page.render(_LOOK_DPI), [(word.text, word.box) for word in page.words()]) if _SEALED.search(text) else None
                pages.append(Page(text, codes, marks))
            if sum(len(p.text) for p in pages) >= max_chars:
                break
        return Content(len(pdf), tuple(pages), "ocr" if scanned else "text")


def _picture(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    pages: list[Page] = []
    count = 0
    for frame in images.frames(source, max_pixels=ctx.limits.pixels, max_frames=ctx.limits.pages):
        count += 1
        if count <= OCR_PAGES:
            pages.append(_pictured(frame, ctx))
    return Content(count, tuple(pages), "ocr")


def _word(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    word = read_docx(source, max_chars=max_chars, max_rows=_MAX_ROWS)
    nothing_but_scans = not word.text.strip() and bool(word.pictures)
    sealed = _SEALED.search(word.text) is not None
    pasted: list[Page] = []
    for data in word.pictures[:OCR_PAGES] if nothing_but_scans or sealed else ():
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(data)
            copy.flush()
            try:
                if nothing_but_scans:
                    pasted += _picture(Path(copy.name), ctx, max_chars).pages
                else:
                    pasted.append(Page("", (), seen_marks(images.open_image(Path(copy.name), max_pixels=ctx.limits.pixels), cut_out=True)))
            except EvidenceError:
                continue  # a drawing (wmf, emf) or a broken picture: the others may tell
    if nothing_but_scans:
        return Content(max(1, len(pasted)), tuple(pasted), "ocr", word.rows)
    seals = tuple(seal for page in pasted if page.marks for seal in page.marks.seals)
    # Whoever opens the file sees its pictures in colour: what is not among them is not there.
    return Content(1, (Page(word.text, (), SeenMarks(seals, True) if sealed else None),), "text", word.rows)


def _tables(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    rows: list[tuple[str, ...]] = []
    size = pages = 0
    for table in read_tables(source, ctx.name, max_rows=ctx.limits.rows):
        pages += 1
        for _, cells in table.rows:
            row = tuple(cell_text(cell) for cell in cells)
            size += sum(len(cell) + 1 for cell in row)
            if len(rows) >= _MAX_ROWS or size > max_chars:
                break
            rows.append(row)
    text = "\n".join("\t".join(row).rstrip() for row in rows)
    return Content(max(1, pages), (Page(text),), "text", tuple(rows))


def _plain(source: Path, ctx: ReaderContext, max_chars: int) -> Content:
    encoding, errors = encoding_of(source, ctx.name)
    with source.open(encoding=encoding, errors=errors) as stream:
        text = stream.read(max_chars)
    if not text.strip():
        raise FileEmpty(Message("文件没有内容，请重新上传", "the file holds nothing but blanks; upload it again"))
    return Content(1, (Page(text),))


# --- pictures -------------------------------------------------------------------------------------------------


def _codes(picture: Image.Image) -> tuple[str, ...]:
    return read_qr(np.asarray(picture.convert("L"), dtype=np.uint8))


def _pictured(picture: Image.Image, ctx: ReaderContext, known: str = "") -> Page:
    """A page of pixels, read by OCR after the text that is `known` of it."""
    codes, level = _codes(picture), upright(picture)
    lines = read_page(level, engine(ctx.ocr_engine))
    text = "\n".join(part for part in (known, _joined(lines)) if part)
    return Page(text, codes, seen_marks(level, [(line.text, line.box) for line in lines]) if _SEALED.search(text) else None)


def _joined(lines: Sequence[OcrLine]) -> str:
    """A line per line of the page, words on one height apart by two blanks."""
    text: list[str] = []
    last: OcrLine | None = None
    for line in lines:
        beside = last is not None and abs(_middle(line) - _middle(last)) < 0.5 * min(line.box[3], last.box[3]) and line.box[0] > last.box[0]
        text.append(("  " if beside else "\n") + line.text)
        last = line
    return "".join(text).strip()


def _middle(line: OcrLine) -> float:
    return line.box[1] + line.box[3] / 2
