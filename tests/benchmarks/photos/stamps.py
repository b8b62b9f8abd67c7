"""Stamps of watermark cameras: how many are looked at and read, what unstamped photos cost and whether any is taken for stamped.

    python -m tests.benchmarks.photos.stamps [--drawn 15] [--real FOLDER] [--of-real 80] [--side held-out]

Every picture is asked once without a stamp and with three stamps of different styles, saved as a JPEG and opened as the photo reader does.
The tuned side has the styles that the reader was made with, the held-out side further ones. Processor seconds of one thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from PIL import Image

from services.adapters import images
from services.domain.facts import Watermark
from services.verify.readers.photo import watermark
from tests.benchmarks.photos.sets import originals
from tests.generators.watermarks import HELD_OUT_STYLES, STYLES, Stamped, stamped

_LEAST = 700
"""Pixels of the shorter side: smaller pictures have no room for letters."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawn", type=int, default=15)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--of-real", type=int, default=80)
    parser.add_argument("--side", choices=("tuned", "held-out"), default="held-out")
    options = parser.parse_args()
    held_out = options.side == "held-out"
    styles = (*STYLES, *HELD_OUT_STYLES) if held_out else STYLES
    cv2.setNumThreads(1)
    seconds: list[float] = []
    looked = taken = 0
    told: dict[str, Counter[str]] = defaultdict(Counter)
    with TemporaryDirectory() as folder:
        for number, original in enumerate(originals(options.drawn, options.real, held_out=held_out, most=options.of_real)):
            if min(original.picture.size) < _LEAST:
                continue
            grey = _as_read(original.picture, Path(folder) / "photo.jpg", 90)
            began = time.process_time()
            found = watermark.read_watermark(grey, "rapidocr")
            seconds.append(time.process_time() - began)
            looked, taken = looked + _looked_at(grey), taken + (found is not None)
            for k in range(3):
                style = styles[(3 * number + k) % len(styles)]
                made = stamped(original.picture, style, 7 * number + k)
                grey = _as_read(made.picture, Path(folder) / "photo.jpg", 72 + (11 * number + 7 * k) % 21)
                told[style].update(["stamps", *(["looked at"] if _looked_at(grey) else []), *_judged(watermark.read_watermark(grey, "rapidocr"), made)])
    print(
        f"{len(seconds)} photos without a stamp: {looked} looked at, {taken} taken for stamped; milliseconds: median {1000 * np.median(seconds):.1f}, ", end=""
    )
    print(f"mean {1000 * np.mean(seconds):.1f}, 95 of 100 below {1000 * np.percentile(seconds, 95):.1f}")
    for style, counts in told.items():
        print(f"{style}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    print("all: " + ", ".join(f"{name} {count}" for name, count in sum(told.values(), Counter()).items()))


def _as_read(picture: Image.Image, path: Path, quality: int) -> Image.Image:
    picture.save(path, quality=quality)
    return images.open_grey(path, at_most=900)


def _looked_at(picture: Image.Image) -> bool:
    return any(watermark.may_be_stamped(np.asarray(picture)))


def _judged(found: Watermark | None, made: Stamped) -> list[str]:
    if found is None:
        return ["not read"]
    said = ["date right" if found.date == made.moment.date() else "DATE WRONG"]
    if found.taken_at is not None:
        said.append("time right" if found.taken_at.replace(tzinfo=None) == made.moment else "TIME WRONG")
    if made.place is not None and found.place is not None:
        said.append("place right" if found.place == made.place else "place differs")
    if found.latitude is not None:
        said.append("position right" if (found.latitude, found.longitude) == made.coordinates else "POSITION WRONG")
    return said


if __name__ == "__main__":
    main()
