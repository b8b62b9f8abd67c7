"""Which pictures are measured on: rooms that are drawn, and real ones of a folder, each tuned on or held out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from services.domain.facts import PhotoFacts
from services.verify.readers.photo import looks
from tests.generators.photos import training_photo

SIZE = (1200, 900)
HELD_OUT_FROM = 2000
"""Seeds below were tuned on."""
_SUFFIXES = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that shows what no other one of the set shows. `key` is a seed or a file's name."""

    key: str
    picture: Image.Image
    held_out: bool
    drawn: bool


def originals(drawn: int, real: Path | None, *, held_out: bool | None = None, most: int | None = None) -> Iterator[Original]:
    """`drawn` rooms of each side and the pictures of a folder; of one side only if asked, at most `most` real ones of each."""
    for side in (False, True):
        if held_out in (None, side):
            for seed in range(HELD_OUT_FROM if side else 1, (HELD_OUT_FROM if side else 1) + drawn):
                yield Original(str(seed), training_photo(seed, size=SIZE), side, True)
    taken = {False: 0, True: 0}
    for path in sorted(p for p in real.rglob("*") if p.suffix.lower() in _SUFFIXES) if real else ():
        side = bool(zlib.crc32(path.name.encode()) & 1)
        if held_out in (None, side) and (most is None or taken[side] < most):
            taken[side] += 1
            with Image.open(path) as opened:
                picture = opened.convert("RGB")
            if min(picture.size) >= 200:
                yield Original(path.name, picture, side, False)


def facts_of(picture: Image.Image) -> PhotoFacts:
    """What the photo reader keeps of a picture; it sees 960 pixels and more in grey."""
    grey = picture.convert("L")
    factor = max(grey.size) // 960
    return looks(grey.reduce(factor) if factor > 1 else grey, picture.size)


def bits(facts: PhotoFacts) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(facts.hash or "0" * 64), dtype=np.uint64)
