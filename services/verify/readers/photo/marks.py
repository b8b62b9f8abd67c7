"""Marks that something was done to a photo: an editing program's name in the file, or a phone's screen around the picture."""

from __future__ import annotations

import re

import numpy as np
from PIL import Image

from services.adapters import exif

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
