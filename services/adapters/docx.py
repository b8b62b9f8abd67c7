"""Word documents (.docx) through python-docx: the text in reading order, the rows of tables, the pictures."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from services.adapters.zip_files import open_zip
from services.domain.errors import FileTooLarge, FileUnreadable
from services.domain.text import Message

_UNPACKED_BYTES = 200 * 1024**2
_PARTS = 5_000
_PICTURES = 20


@dataclass(frozen=True, slots=True)
class WordContent:
    """`text` has one line per paragraph and per table row, cells apart by tabs. `pictures` are the bytes of pictures in it (at most 20)."""

    text: str
    rows: tuple[tuple[str, ...], ...]
    pictures: tuple[bytes, ...]


def read_docx(path: Path, *, max_chars: int = 200_000, max_rows: int = 20_000) -> WordContent:
    """What a .docx says. Raises FileTooLarge for what unpacks to too much, FileUnreadable for what is no Word document."""
    _check_bounds(path)
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, SyntaxError) as error:
        raise FileUnreadable(Message("Word 文档已损坏或不是 docx 格式，请重新导出", f"not a sound Word document ({error}); export it again")) from error
    lines: list[str] = []
    rows: list[tuple[str, ...]] = []
    size = 0
    for line, cells in _blocks(document.element.body):
        lines.append(line)
        size += len(line) + 1
        if cells is not None and len(rows) < max_rows:
            rows.append(cells)
        if size >= max_chars:
            break
    return WordContent("\n".join(lines)[:max_chars], tuple(rows), _pictures(document))


def _check_bounds(path: Path) -> None:
    try:
        with open_zip(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileUnreadable(Message("Word 文档已损坏，请重新导出", "the Word document is damaged; export it again")) from error
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
        raise FileTooLarge(Message("Word 文档解压后过大，请拆分后上传", "the Word document unpacks to too much; split it"))


def _blocks(body: Any) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """The lines of a body in reading order; of a table's row also its cells."""
    for child in body.iterchildren():
        if child.tag == qn("w:tbl"):
            for row in child.iter(qn("w:tr")):
                cells = tuple(_text(cell) for cell in row.iterchildren(qn("w:tc")))
                yield "\t".join(cells).rstrip(), cells
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None:
                yield from _blocks(content)
        elif line := _text(child):
            yield line, None


def _text(element: Any) -> str:
    """The text under an element. A text box is stored twice (with a fallback for old programs): taken once."""
    parts: list[str] = []
    for node in element.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        if any(parent.tag.endswith("}Fallback") for parent in node.iterancestors()):
            continue
        parts.append(node.text or "" if node.tag == qn("w:t") else " ")
    return "".join(parts).strip()


def _pictures(document: Any) -> tuple[bytes, ...]:
    """The pictures of the body, headers and footers, in their order in the file; not the file's own thumbnail."""
    parts = document.part.package.iter_parts()
    found = [part for part in parts if str(part.content_type).startswith("image/") and str(part.partname).startswith("/word/")]
    return tuple(part.blob for part in found[:_PICTURES])
