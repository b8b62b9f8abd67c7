"""Photos: what they show in short (hashes, features, faces) and what they say about themselves (time, place, camera, programs)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from services.adapters import exif, faces, features, images, picture_hash
from services.domain.errors import FileTooLarge, FileTypeMismatch, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.domain.facts import PhotoFacts
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register

_LONG_SIDE = 960
"""Pixels to decode at least: a quarter of 12 megapixels."""
_THUMB = 64

_EDITORS: tuple[tuple[str, str], ...] = (
    (r"lightroom", "Adobe Lightroom"),
    (r"photoshop", "Adobe Photoshop"),
    (r"\bgimp\b", "GIMP"),
    (r"snapseed", "Snapseed"),
    (r"picsart", "PicsArt"),
    (r"pixelmator", "Pixelmator"),
    (r"affinity photo", "Affinity Photo"),
    (r"paint\.net", "paint.net"),
    (r"paint ?shop", "PaintShop"),
    (r"photoscape", "PhotoScape"),
    (r"acdsee", "ACDSee"),
    (r"\bvsco\b", "VSCO"),
    (r"canva\b", "Canva"),
    (r"beautyplus|meitu|美图|美颜相机|美妆相机", "美图秀秀"),
    (r"醒图|hypic|xingtu", "醒图"),
    (r"轻颜|ulike", "轻颜相机"),
    (r"\bb612\b", "B612"),
    (r"faceu", "Faceu激萌"),
    (r"天天p图", "天天P图"),
    (r"黄油相机", "黄油相机"),
    (r"光影魔术手|neo ?imaging", "光影魔术手"),
    (r"稿定", "稿定设计"),
    (r"\bpicmonkey\b", "PicMonkey"),
    (r"\bfotor\b", "Fotor"),
    (r"polarr", "Polarr"),
    (r"stable diffusion|midjourney|dall-?e|firefly|comfyui", "AI"),
)
_SCREENSHOT_NAME = re.compile(r"screen[ _-]?shot|screen[ _-]?capture|截屏|截图|屏幕快照|snipaste|^snip[ _-]", re.IGNORECASE)
_PHONE_WIDTHS = frozenset(
    {640, 720, 750, 828, 886, 1080, 1125, 1170, 1179, 1206, 1212, 1216, 1220, 1224, 1228, 1236, 1240, 1242, 1260, 1284, 1290, 1320, 1344, 1440}
)

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


def read(source: Path, ctx: ReaderContext) -> PhotoFacts:
    """The facts of one photo. Raises FileEmpty, FileTooLarge, FileTypeMismatch (no picture at all), FileUnreadable (damaged)."""
    if source.stat().st_size > ctx.limits.file_bytes:
        raise FileTooLarge(Message("照片文件过大，请压缩后重新上传", "the photo file is too large; make it smaller and upload again"))
    # face_recognition makes Pillow accept cut-off pictures in the whole process; here they are unreadable.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        width, height = images.size(source, max_pixels=ctx.limits.pixels)
        picture = images.open_grey(source, max_pixels=ctx.limits.pixels, at_most=_LONG_SIDE)
    except FileUnreadable as error:
        raise _mismatch(source) or error from error
    notes = exif.read_notes(source)
    return replace(
        looks(picture, (width, height)),
        taken_at=notes.taken_at,
        taken_at_source=notes.taken_at_source,
        latitude=notes.latitude,
        longitude=notes.longitude,
        camera=notes.camera,
        software=notes.software,
        faces=faces.count_faces(picture),
        edited_by=edited_by(notes),
        screenshot=screenshot(ctx.name, notes, picture, (width, height)),
    )


def looks(picture: Image.Image, size: tuple[int, int]) -> PhotoFacts:
    """What an upright picture, decoded to some size, is found again by; `size` is that of the whole picture."""
    hashes, quality = picture_hash.pdq_dihedral(picture)
    points, mirrored = features.local_features(picture)
    return PhotoFacts(
        *size,
        hash=hashes[0],
        hash_quality=quality,
        hashes=hashes,
        thumb=picture_hash.grey_square(picture, _THUMB),
        features=points,
        features_mirrored=mirrored,
    )


def edited_by(notes: exif.PictureNotes) -> str | None:
    """The editing program that left its mark in the file. A phone's firmware version is none."""
    for program in notes.programs:
        for pattern, name in _EDITORS:
            if re.search(pattern, program, re.IGNORECASE):
                return name
    return "Adobe Photoshop" if notes.photoshop and notes.camera is None and notes.programs else None


def screenshot(name: str, notes: exif.PictureNotes, picture: Image.Image, size: tuple[int, int]) -> str | None:
    """Why the picture is held for a screenshot, None if it is not. A camera's EXIF settles it: a photo.

    Stripped metadata alone is no sign (chat apps strip all photos), nor is a screen's size (phones take full-screen photos).
    """
    if notes.camera is not None:
        return None
    if notes.comment and "screenshot" in notes.comment.lower():
        return f"EXIF: {notes.comment}"
    if notes.software and _SCREENSHOT_NAME.search(notes.software):
        return f"Software: {notes.software}"
    stem = name.replace("\\", "/").rsplit("/", 1)[-1]
    if _SCREENSHOT_NAME.search(stem):
        return f"文件名：{stem}"
    width, height = size
    if width in _PHONE_WIDTHS and 1.6 <= height / width <= 2.4 and _has_status_bar(picture):
        return f"{width}×{height}，顶部有状态栏"
    return None


def _has_status_bar(picture: Image.Image) -> bool:
    """A strip of one exact colour at the top with small signs at both its ends: drawn by a phone, not seen by a sensor."""
    grey = np.asarray(picture.convert("L"), dtype=np.int16)
    strip = grey[: max(6, round(grey.shape[0] * 0.028))]
    values, counts = np.unique(strip, return_counts=True)
    ground = int(values[counts.argmax()])
    off = np.abs(strip - ground) > 24
    if (np.abs(strip - ground) <= 2).mean() < 0.72 or not 0.005 <= off.mean() <= 0.22:
        return False
    third = strip.shape[1] // 3
    left, middle, right = off[:, :third].mean(), off[:, third:-third].mean(), off[:, -third:].mean()
    return bool(left > 0.004 and right > 0.004 and middle <= max(left, right))


def _mismatch(source: Path) -> FileTypeMismatch | None:
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


register(Reader("photo", 2, (EvidenceKind.PHOTO,), read=read))
