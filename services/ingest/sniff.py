"""What a file is, told by its content, and whether that agrees with its name and its folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

from services.adapters.zip_files import open_zip
from services.domain.case import FileProblem
from services.domain.evidence import KIND_NAMES, EvidenceKind
from services.domain.text import Message
from services.ingest.fields import shown

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "video/x-ms-asf"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"%!PS", "application/postscript"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"MZ", "application/x-dosexec"),
    (0, b"\x7fELF", "application/x-elf"),
)
_STILL_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"}

_FAMILIES = {
    ".jpg": "image", ".jpeg": "image", ".png": "image", ".heic": "image", ".heif": "image", ".webp": "image", ".tif": "image", ".tiff": "image", ".bmp": "image", ".gif": "image",
    ".pdf": "pdf",
    ".mp4": "video", ".mov": "video", ".m4v": "video", ".avi": "video", ".mkv": "video", ".webm": "video", ".wmv": "video", ".flv": "video", ".mpg": "video", ".mpeg": "video", ".3gp": "video", ".ts": "video", ".mts": "video",
    ".xlsx": "office", ".docx": "office", ".xls": "office", ".doc": "office",
    ".csv": "text", ".txt": "text", ".json": "text", ".jsonl": "text", ".tsv": "text",
    ".zip": "archive",
}  # fmt: skip
_EMPTY = "application/x-empty"
_FAMILY_NAMES = {
    "image": ("图片", "a picture"),
    "pdf": ("PDF 文件", "a PDF"),
    "video": ("视频", "a video"),
    "office": ("Office 文档", "an Office document"),
    "text": ("文本", "text"),
    "archive": ("压缩包", "an archive"),
    "unknown": ("无法识别的格式", "of an unknown format"),
}
_KIND_FAMILIES = {EvidenceKind.PHOTO: {"image"}, EvidenceKind.VIDEO: {"video"}, EvidenceKind.LEARNING_LOG: {"office", "text"}, EvidenceKind.FACE: {"image"}}


def sniff(path: Path) -> str:
    """The media type by content; text/plain for text, application/octet-stream for what is none of ours."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        return _EMPTY
    for offset, magic, media_type in _SIGNATURES:
        if head[offset : offset + len(magic)] == magic and (media_type not in ("image/webp", "video/x-msvideo") or head[:4] == b"RIFF"):
            return _office_type(path) if media_type == "application/zip" else media_type
    if head[4:8] in _ISO_BOXES:
        return "image/heic" if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS else "video/mp4"
    if head[:1] == b"G" and head[188:189] in (b"G", b""):
        return "video/mp2t"
    return "text/plain" if _is_text(head) else "application/octet-stream"


def family(media_type: str) -> str:
    """image, video, pdf, office, text, archive or unknown."""
    if media_type.startswith(("image/", "video/")):
        return media_type.split("/")[0]
    if media_type == "application/x-ole" or media_type.startswith("application/vnd.openxmlformats"):
        return "office"
    return {"application/pdf": "pdf", "text/plain": "text", "application/zip": "archive"}.get(media_type, "unknown")


def type_problem(path: str, media_type: str, kind: EvidenceKind | None) -> FileProblem | None:
    """A finding where the content is of another family than the name says, or no such file belongs in the folder.

    Within a family (a PNG named .jpg, an mp4 named .mov) phones and chat programs mix names up every day: no finding.
    """
    if media_type == _EMPTY:
        return None  # told as file.empty: nothing is in it that could be something else
    suffix = Path(path).suffix.lower()
    name = shown(path.rsplit("/", 1)[-1])  # portals and attackers choose names: short here, and no ID number in full
    says, known = family(media_type), _FAMILIES.get(suffix)
    is_zh, is_en = _FAMILY_NAMES[says]
    if known is not None and known != says:
        zh, en = _FAMILY_NAMES[known]
        return FileProblem(
            "file.type_mismatch",
            Message(
                f"{name} 按扩展名应为{zh}，实际内容为{is_zh}；请提交原始文件",
                f"{name} should be {en} by its name, but its content is {is_en}; submit the original file",
            ),
        )
    allowed = _KIND_FAMILIES.get(kind) if kind else None
    if allowed and says not in allowed:
        zh, en = KIND_NAMES[kind]  # type: ignore[index]
        return FileProblem(
            "file.type_mismatch",
            Message(f"{name} 的内容为{is_zh}，不能作为{zh}；请放入对应的文件夹", f"{name} is {is_en}, which cannot serve as {en}; put it into its own folder"),
        )
    return None


def _office_type(path: Path) -> str:
    try:
        with open_zip(path) as archive:
            names = set(archive.namelist()[:2000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "application/zip"
    if "[Content_Types].xml" in names:
        if any(n.startswith("xl/") for n in names):
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        if any(n.startswith("word/") for n in names):
            return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:3] == b"\xef\xbb\xbf":
        return True
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return sum(c < " " and c not in "\t\r\n\f" for c in text) < max(1, len(text) // 100)
    return False
