"""Seconds of a 12-megapixel JPEG: everything the photo reader does but faces, faces, and imagehash.phash on its own full decode.

    python -m tests.benchmarks.photos.speed [--photos 4] [--times 5] [--real FOLDER]

`--real` is a folder of cameras' own files, of which the JPEGs of 9.5 to 14.5 megapixels are taken. Processor seconds of one thread, the best of
several times: what other work on the machine takes does not count.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
from PIL import Image

from services.adapters import faces, images
from services.domain.errors import EvidenceError
from services.verify.readers import ReaderContext
from services.verify.readers.photo import read
from tests.generators.photos import exif_bytes, save_photo, training_photo
from tests.generators.watermarks import stamped


def best(call: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        began = time.process_time()
        call()
        spent.append(time.process_time() - began)
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--real", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.real:
        measured = [(megapixels, _row(path, options.times)) for path, megapixels in _about_twelve_megapixels(options.real)]
        _tell("real, 9.5 to 14.5 megapixels", [row for _, row in measured])
        _tell("of these 12 to 13 megapixels", [row for megapixels, row in measured if 12 <= megapixels <= 13.1])
    with TemporaryDirectory() as folder:
        for name in ("plain", "stamped"):
            rows = []
            for seed in range(3000, 3000 + options.photos):
                picture = training_photo(seed, size=(4000, 3000))
                picture = stamped(picture, "clock", seed).picture if name == "stamped" else picture
                path = save_photo(picture, Path(folder) / f"{name}{seed}.jpg", quality=92, exif=exif_bytes(None))
                rows.append(_row(path, options.times))
            _tell(name, rows)


def _tell(name: str, rows: list[tuple[float, float, float, float]]) -> None:
    whole, decoding, faces_, peer = (1000 * sum(row[k] for row in rows) / len(rows) for k in range(4))
    median, slowest = 1000 * statistics.median(row[0] for row in rows), 1000 * max(row[0] for row in rows)
    print(f"{name}: {len(rows)} photos, everything but faces {median:.1f} ms in the median ({1000 / median:.1f} a second), ", end="")
    print(f"mean {whole:.1f}, slowest {slowest:.0f}; decoding {decoding:.1f} ms, faces {faces_:.0f} ms", end="")
    print(f"; imagehash.phash with its own decode {peer:.0f} ms, {peer / median:.1f} times our median" if peer else "; imagehash is not installed", flush=True)


def _about_twelve_megapixels(folder: Path) -> Iterator[tuple[Path, float]]:
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg")):
        try:
            width, height = images.size(path)
        except EvidenceError:
            continue
        if 9.5 <= (megapixels := width * height / 1e6) <= 14.5:
            yield path, megapixels


def _row(path: Path, times: int) -> tuple[float, float, float, float]:
    context = ReaderContext(path.name)
    with patch.object(faces, "count_faces", lambda _picture: 0):
        read(path, context)
        without = best(lambda: read(path, context), times)
    decode = best(lambda: images.open_grey(path, at_most=900), times)
    grey = images.open_grey(path, at_most=900)
    counting = best(lambda: faces.count_faces(grey), 2)
    return without, decode, counting, _peer(path, times)


def _peer(path: Path, times: int) -> float:
    if not importlib.util.find_spec("imagehash"):
        return 0.0
    import imagehash

    def whole() -> None:
        with Image.open(path) as image:
            imagehash.phash(image)

    return best(whole, min(times, 3))


if __name__ == "__main__":
    main()
