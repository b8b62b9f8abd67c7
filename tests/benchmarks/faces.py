"""Measures faces on drawn takes: distances of same and different people, shares within the bounds, pictures per second.

    python -m tests.benchmarks.faces [--takes 40] [--first-seed 1000] [--timed 40] [--public FOLDER …]

`--public`: folders of real pictures, a folder for each person in them: true and false match rates at the bounds that verdicts use.
All takes of a person come from one portrait, so they vary less than real life does: the figures show that the reader keeps what
the face model can tell, not how good the model is. Seeds below 1000 were used for tuning.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import face_recognition
import numpy as np

from services.adapters.faces import LONG_SIDE, distances, encode
from services.adapters.images import open_image
from services.domain.facts import FaceSetFacts
from services.verify.match.face_verdicts import MATCH, MISMATCH, SAME_FACE
from services.verify.readers import ReaderContext
from services.verify.readers.face import FACE_SET
from tests.generators import faces

Vectors = np.ndarray[Any, np.dtype[np.float64]]
EVERYONE = (*faces.PEOPLE, faces.LOOK_ALIKE)


def vectors_of(person: str, seeds: Sequence[int]) -> Vectors:
    """A portrait's vector and those of its snapshots, [1 + n, 128]; takes in which no single face is found are left out."""
    pictures = [faces.portrait(person, seeds[0]), *(faces.snapshot(person, seed) for seed in seeds)]
    found = [vector for picture in pictures if (vector := encode(picture).vector) is not None]
    print(f"  {person:10} one face found in {len(found)} of {len(pictures)}")
    return np.stack(found)


def measure_distances(count: int, first: int) -> None:
    print(f"takes: a portrait and {count} snapshots of each, seeds from {first}")
    takes = {person: vectors_of(person, range(first, first + count)) for person in EVERYONE}
    print(f"distance of a portrait to snapshots {'':17} least  median  most   <= {MATCH:.2f}  >= {MISMATCH:.2f}")
    for kind, pairs in {
        "same person": [(p, p) for p in faces.PEOPLE],
        "another person": [(p, q) for p in faces.PEOPLE for q in faces.PEOPLE if p != q],
        "look-alike": [(p, faces.LOOK_ALIKE) for p in faces.PEOPLE],
    }.items():
        together = [distances(takes[p][:1], takes[q][1:])[0] for p, q in pairs]
        for (p, q), apart in zip(pairs, together, strict=True):
            _row(f"{p} / {q}", apart)
        _row(f"{kind}, all", np.concatenate(together))
    print("distance of snapshots to each other")
    for i, p in enumerate(faces.PEOPLE):
        for q in faces.PEOPLE[i:]:
            apart = distances(takes[p][1:], takes[q][1:])
            _row(f"{p} / {q}", apart[np.triu_indices(len(apart), 1)] if p == q else apart.ravel())


def _row(name: str, apart: Vectors) -> None:
    shares = f"{(apart <= MATCH).mean():8.1%} {(apart >= MISMATCH).mean():8.1%}"
    print(f"  {name:50} {apart.min():5.2f}  {np.median(apart):5.2f}  {apart.max():5.2f} {shares}   of {apart.size}")


def measure_public(folder: Path) -> list[Path]:
    """Every pair of pictures of one person and of two; pictures without a single usable face are counted and left out."""
    pictures = sorted(path for path in folder.glob("*/*") if path.is_file())
    known = [(path, reading.vector) for path in pictures if (reading := encode(open_image(path, max_pixels=10**8, at_most=LONG_SIDE))).vector is not None]
    people = np.array([path.parent.name for path, _ in known])
    apart = distances(np.stack([v for _, v in known]), np.stack([v for _, v in known]))
    first, second = np.triu_indices(len(known), 1)
    same = people[first] == people[second]
    print(f"{folder.name}: {len(set(people))} people, one face told in {len(known)} of {len(pictures)} pictures")
    print(f"  {'':14} {'pairs':>7}  <= {SAME_FACE:.2f}  <= {MATCH:.2f}   between  >= {MISMATCH:.2f}  median")
    for name, those in (("one person", apart[first, second][same]), ("two people", apart[first, second][~same])):
        shares = ((those <= SAME_FACE).mean(), (those <= MATCH).mean(), ((those > MATCH) & (those < MISMATCH)).mean(), (those >= MISMATCH).mean())
        print(f"  {name:14} {len(those):7}" + "".join(f" {share:8.2%}" for share in shares) + f"   {np.median(those):.2f}", flush=True)
    return [path for path, _ in known]


def measure_speed(files: dict[str, Path]) -> None:
    """Files → vectors and distances, by the reader and by the bare library with its own defaults; the faster of two turns each."""
    ways: dict[str, Callable[[], int]] = {"reader": lambda: _by_reader(files), "bare": lambda: _by_library(files)}
    best = dict.fromkeys(ways, float("inf"))
    found: dict[str, int] = {}
    for _ in range(2):
        for name, way in ways.items():
            began = time.process_time()
            found[name] = way()
            best[name] = min(best[name], time.process_time() - began)
    count = len(files)
    print(f"speed, {count} pictures, one process, by processor time")
    for name, title in (("bare", "face_recognition"), ("reader", "face reader")):
        print(f"  {title:18} {count / best[name]:6.2f} pictures/s   face told in {found[name]} of {count}")
    print(f"  ratio              {best['bare'] / best['reader']:6.2f} (reader / face_recognition)", flush=True)


def drawn_files(folder: Path, count: int, first: int) -> dict[str, Path]:
    """Drawn snapshots of 640 x 480 as JPEG files."""
    files: dict[str, Path] = {}
    for i in range(count):
        path = folder / f"{i}.jpg"
        path.write_bytes(faces.jpeg(faces.snapshot(faces.PEOPLE[i % len(faces.PEOPLE)], first + i)))
        files[f"faces/checks/{i}.jpg"] = path
    return files


def _by_reader(files: dict[str, Path]) -> int:
    facts = FACE_SET.read(files, ReaderContext("faces"))
    assert isinstance(facts, FaceSetFacts)
    return sum(picture.usable for picture in facts.pictures)


def _by_library(files: dict[str, Path]) -> int:
    found = [face_recognition.face_encodings(face_recognition.load_image_file(path)) for path in files.values()]
    known = [vectors[0] for vectors in found if len(vectors) == 1]
    for vector in known:
        face_recognition.face_distance(known, vector)
    return len(known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=int, default=40)
    parser.add_argument("--timed", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--public", nargs="*", type=Path, default=())
    options = parser.parse_args()
    for folder in options.public:
        real = measure_public(folder)
        if options.timed:
            measure_speed({f"faces/checks/{i}{path.suffix}": path for i, path in enumerate(real[:: max(1, len(real) // options.timed)])})
    if options.takes:
        measure_distances(options.takes, options.first_seed)
    if options.timed:
        with TemporaryDirectory() as folder:
            measure_speed(drawn_files(Path(folder), options.timed, options.first_seed))


if __name__ == "__main__":
    main()
