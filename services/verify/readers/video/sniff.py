"""Is it a video at all? Told by the first bytes, before any decoder sees the file."""

from __future__ import annotations

from pathlib import Path

from services.domain.errors import FileTypeMismatch
from services.domain.text import Message

_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx", b"uuid"})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "JPEG图片", "a JPEG picture"),
    (b"\x89PNG", "PNG图片", "a PNG picture"),
    (b"GIF8", "GIF动图", "a GIF"),
    (b"BM", "BMP图片", "a BMP picture"),
    (b"%PDF", "PDF文档", "a PDF document"),
    (b"PK\x03\x04", "压缩包或Office文档", "a ZIP archive or Office document"),
    (b"Rar!", "RAR压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z压缩包", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0", "Office文档", "an Office document"),
    (b"ID3", "音频文件", "a sound file"),
    (b"OggS", "Ogg音频文件", "an Ogg file"),
    (b"fLaC", "音频文件", "a sound file"),
    (b"#EXTM3U", "播放列表（不含视频内容）", "a playlist without any video in it"),
    (b"ffconcat", "播放列表（不含视频内容）", "a playlist without any video in it"),
    (b"\0\0\0\x01", "没有封装的裸视频流", "a raw video stream without a container"),
    (b"MZ", "可执行程序", "a program"),
)


def check_is_video(source: Path) -> None:
    """Raises FileTypeMismatch unless the bytes begin like MP4/MOV, Matroska/WebM, AVI, MPEG, ASF/WMV or FLV. Unknown bytes pass: a decoder decides."""
    with source.open("rb") as stream:
        head = stream.read(4096)
    if _is_container(head):
        return
    for magic, zh, en in _OTHERS:
        if head.startswith(magic):
            raise _mismatch(zh, en)
    if head[4:8] == b"ftyp":
        raise _mismatch("HEIC/AVIF图片", "a HEIC or AVIF picture")
    if head[:4] == b"RIFF":
        raise _mismatch("WAV音频或WebP图片", "a WAV sound or WebP picture")
    if _is_text(head):
        raise _mismatch("文本", "text")


def _is_container(head: bytes) -> bool:
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return False
    if head[4:8] in _ATOMS or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    if head.startswith((b"\x1aE\xdf\xa3", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3")):
        return True
    return any(len(head) > at + 2 * step and head[at] == head[at + step] == head[at + 2 * step] == 0x47 for at, step in ((0, 188), (4, 192)))


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = head.decode(encoding, "strict" if len(head) < 4096 else "ignore")
        except UnicodeDecodeError:
            continue
        if text and sum(c.isprintable() or c in "\r\n\t" for c in text) >= 0.95 * len(text):
            return True
    return False


def _mismatch(zh: str, en: str) -> FileTypeMismatch:
    return FileTypeMismatch(
        Message(
            f"该文件不是视频，其内容为{zh}；请上传原始视频（mp4、mov、avi、mkv、webm、wmv、flv、mpg）",
            f"the file is no video but {en}; upload the original video (mp4, mov, avi, mkv, webm, wmv, flv, mpg)",
        )
    )
