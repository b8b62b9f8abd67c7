"""Pictures: bytes in a file to an upright RGB picture, bounded before anything is decoded.

The only module that opens picture files (Pillow, with pillow-heif for HEIC). What it takes: JPEG (also the multi-picture files of
phones), PNG, HEIC/HEIF, WebP, BMP, TIFF. Everything else, also what merely bears such a name, is `FileUnreadable`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from services.domain.errors import EvidenceError, FileEmpty, FileTooLarge, FileUnreadable
from services.domain.text import Message

pillow_heif.register_heif_opener()
# The bound is checked here, per call and with a message; Pillow's own would only warn up to twice its size.
Image.MAX_IMAGE_PIXELS = None

FORMATS = ("JPEG", "PNG", "HEIF", "WEBP", "BMP", "TIFF")
_MAX_SIDE = 65_500
_MAX_FRAMES = 200


def open_image(path: Path, *, max_pixels: int = 200_000_000, at_most: int | None = None) -> Image.Image:
    """The picture (first frame) as RGB, upright: EXIF orientation applied, transparency on white, 16 bits scaled to 8.

    `at_most`: the longer side that the caller needs, in pixels; the picture may be decoded at a reduced size whose longer side is
    still at least that (and less than about twice that). Raises FileEmpty, FileTooLarge (more than `max_pixels`), FileUnreadable.
    """
    with _opened(path, max_pixels) as image:
        return _upright(image, at_most)


def open_grey(path: Path, *, at_most: int, max_pixels: int = 200_000_000) -> Image.Image:
    """The picture as `open_image` gives it at a reduced size, in grey levels: a quarter quicker where colours are not needed."""
    with _opened(path, max_pixels) as image:
        return _upright(image, at_most, grey=True)


def frames(path: Path, *, max_pixels: int = 200_000_000, max_frames: int = _MAX_FRAMES) -> Iterator[Image.Image]:
    """Every frame of a multi-page TIFF (of other formats the first one), each as `open_image` gives it.

    Raises as `open_image`; FileTooLarge also for more than `max_frames` frames.
    """
    with _opened(path, max_pixels) as image:
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if count > max_frames:
            raise FileTooLarge(
                Message(f"图片共{count}页，超过上限{max_frames}页，请拆分后重新上传", f"the picture has {count} pages, more than {max_frames}; split it")
            )
        for index in range(count):
            if count > 1:
                image.seek(index)
                _check_size(image.size, max_pixels)
            yield _upright(image, None).copy()


def size(path: Path, *, max_pixels: int = 200_000_000) -> tuple[int, int]:
    """Width and height as a viewer shows it, without decoding. Raises as `open_image`."""
    with _opened(path, max_pixels) as image:
        turned = image.format != "TIFF" and image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (image.height, image.width) if turned else (image.width, image.height)


def shrink(grey: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Grey levels at a smaller size (width, height), averaged: by a whole factor first, in half the time."""
    height, width = grey.shape
    if (factor := min(width // size[0], height // size[1])) > 1:
        grey = np.asarray(cv2.resize(grey, (width // factor, height // factor), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@contextmanager
def _opened(path: Path, max_pixels: int) -> Iterator[Image.Image]:
    if path.stat().st_size == 0:
        raise FileEmpty(Message("文件为空（0字节），请重新上传", "the file is empty (0 bytes); upload it again"))
    # face_recognition switches this on for the whole process at import: half a picture would pass for a whole one
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                _check_size(image.size, max_pixels)
                yield image
    except (EvidenceError, MemoryError):  # too little memory says nothing of the file: it is told as too large
        raise
    except Exception as error:  # a decoder fed hostile bytes raises anything: OSError, SyntaxError, struct.error, ValueError, ...
        raise FileUnreadable(
            Message(
                "图片无法解码：文件已损坏、不完整，或不是支持的图片格式（jpg、png、heic、webp、tiff、bmp）；请重新导出或拍摄后上传",
                f"the picture cannot be decoded ({type(error).__name__}): damaged, cut off, or no jpg, png, heic, webp, tiff or bmp; export or take it again",
            )
        ) from error


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise FileUnreadable(Message("图片尺寸为零", "the picture has no pixels"))
    if width * height > max_pixels or max(width, height) > _MAX_SIDE:
        raise FileTooLarge(
            Message(
                f"图片为{width}×{height}像素，超过上限{max_pixels}像素，请缩小后重新上传",
                f"the picture has {width} x {height} pixels, more than the limit of {max_pixels}; make it smaller and upload again",
            )
        )


def _upright(image: Image.Image, at_most: int | None, *, grey: bool = False) -> Image.Image:
    longer = max(image.size)
    if at_most is not None and longer > at_most:
        scale = at_most / longer
        image.draft("L" if grey and image.mode == "RGB" else None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    # Pillow turns a TIFF itself while loading it; its Orientation tag may linger.
    upright = image if image.format == "TIFF" else ImageOps.exif_transpose(image)
    upright.load()
    plain = upright if grey and upright.mode == "L" and "transparency" not in upright.info else _to_rgb(upright)
    if at_most is not None and (factor := max(plain.size) // at_most) > 1:
        plain = plain.reduce(factor)
    return plain.convert("L") if grey and plain.mode != "L" else plain


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _deep_to_rgb(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGB", layered.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return image if image.mode == "RGB" else image.convert("RGB")


def _deep_to_rgb(image: Image.Image) -> Image.Image:
    """16- and 32-bit grey: scaled by the format's range where it is known, else by the picture's own."""
    values = np.asarray(image, dtype=np.float32)
    top = 65535.0 if image.mode.startswith("I;16") or values.max(initial=0) > 255 else 255.0
    top = max(top, float(values.max(initial=0)))
    return Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8), "L").convert("RGB")
