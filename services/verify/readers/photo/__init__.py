"""Photos: what they show in short (hashes, features, faces) and what they say about themselves (time, place, camera, programs)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageFile

from services.adapters import exif, faces, features, images, picture_hash
from services.domain.errors import FileTooLarge, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.domain.facts import PhotoFacts
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.photo.clock import stated
from services.verify.readers.photo.kinds import mismatch
from services.verify.readers.photo.marks import edited_by, screenshot
from services.verify.readers.photo.watermark import read_watermark

__all__ = ["edited_by", "looks", "read", "screenshot"]

_LONG_SIDE = 900
"""Pixels to decode at least: a quarter of 10 megapixels and more."""
_LOOKED_AT = 480
"""Pixels of the longer side that hashes and features are made from, at least."""
_THUMB = 128


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
        raise mismatch(source) or error from error
    notes = exif.read_notes(source)
    stamp = read_watermark(picture, ctx.ocr_engine)
    time = stated(notes.witnesses, stamp)
    place, place_source = (notes.latitude, notes.longitude), "exif"
    if notes.latitude is None:
        place, place_source = (stamp.latitude, stamp.longitude) if stamp else (None, None), "watermark"
    return replace(
        looks(picture, (width, height)),
        taken_at=time.taken_at,
        taken_at_source=time.source,
        latitude=place[0],
        longitude=place[1],
        camera=notes.camera,
        software=notes.software,
        faces=faces.count_faces(picture),
        edited_by=edited_by(notes),
        screenshot=screenshot(ctx.name, notes, picture, (width, height)),
        witnesses=time.witnesses,
        time_agreement=time.agreement,
        time_confidence=time.confidence,
        watermark=stamp,
        position_source=None if place[0] is None else place_source,
    )


def looks(picture: Image.Image, size: tuple[int, int]) -> PhotoFacts:
    """What an upright picture, decoded to some size, is found again by; `size` is that of the whole picture."""
    if (factor := max(picture.size) // _LOOKED_AT) > 1:
        picture = picture.reduce(factor)  # once for all three
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


register(Reader("photo", 4, (EvidenceKind.PHOTO,), read=read))
