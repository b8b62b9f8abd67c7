"""Seconds of a 12-megapixel JPEG: everything the photo reader does but faces, faces, and imagehash.phash on its own full decode.

    python -m tests.benchmarks.photos.speed [--photos 4] [--times 5]

Processor seconds of one thread, the best of several times: what other work on the machine takes does not count.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
from PIL import Image

from services.adapters import faces, images
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
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with TemporaryDirectory() as folder:
        for name in ("plain", "stamped"):
            rows = []
            for seed in range(3000, 3000 + options.photos):
                picture = training_photo(seed, size=(4000, 3000))
                picture = stamped(picture, "clock", seed).picture if name == "stamped" else picture
                path = save_photo(picture, Path(folder) / f"{name}{seed}.jpg", quality=92, exif=exif_bytes(None))
                rows.append(_row(path, options.times))
            mean = [sum(r[k] for r in rows) / len(rows) for k in range(4)]
            print(
                f"{name}: {len(rows)} photos, everything but faces {mean[0] * 1000:.1f} ms ({1 / mean[0]:.1f} a second), of it decoding {mean[1] * 1000:.1f} ms; faces {mean[2] * 1000:.0f} ms",
                end="",
            )
            print(
                f"; imagehash.phash with its own decode {mean[3] * 1000:.0f} ms, {mean[3] / mean[0]:.1f} times as long"
                if mean[3]
                else "; imagehash is not installed",
                flush=True,
            )


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
