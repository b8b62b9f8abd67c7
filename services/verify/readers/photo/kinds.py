"""What a file is that bears a photo's name but cannot be opened as a picture."""

from __future__ import annotations

from pathlib import Path

from services.domain.errors import FileTypeMismatch
from services.domain.text import Message

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF", 0, "PDF"),
    (b"PK\x03\x04", 0, "ZIP/Office"),
    (b"GIF8", 0, "GIF"),
    (b"\xd0\xcf\x11\xe0", 0, "Office 97-2003"),
    (b"\x1aE\xdf\xa3", 0, "Matroska/WebM"),
    (b"Rar!", 0, "RAR"),
    (b"7z\xbc\xaf", 0, "7z"),
    (b"MZ", 0, "EXE"),
    (b"%!PS", 0, "PostScript"),
    (b"<svg", 0, "SVG"),
    (b"<?xml", 0, "XML"),
    (b"<html", 0, "HTML"),
    (b"<!DOC", 0, "HTML"),
)
_VIDEO_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"qt  ", b"avc1", b"M4V ", b"3gp4", b"3gp5")


def mismatch(source: Path) -> FileTypeMismatch | None:
    """The error for a file that is something else altogether; None for a damaged picture."""
    with source.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF", b"BM", b"II*\0", b"MM\0*")) or (head[4:8] == b"ftyp" and head[8:12] not in _VIDEO_BRANDS):
        return None
    found = next((kind for magic, at, kind in _MAGIC if head[at : at + len(magic)].lower() == magic.lower()), None)
    if head[4:8] == b"ftyp":
        found = "MP4/MOV"
    if found is None and _is_text(head):
        found = "TXT"
    if found is None:
        return None
    return FileTypeMismatch(
        Message(
            f"该文件不是照片，其内容为{found}；请上传原始照片（jpg、png、heic、webp、tiff、bmp）",
            f"the file is no photo, it holds {found}; upload the original photo (jpg, png, heic, webp, tiff, bmp)",
        )
    )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(text) and sum(c.isprintable() or c in "\r\n\t" for c in text) >= 0.95 * len(text)
