"""Measures one claim's set of face pictures, read as `hezheng verify` reads it: in children of the sandbox, in parts.

    python -m tests.benchmarks.face_sets [--pictures 200] [--cores 1 2] [--parts 16] [--first-seed 1000]

Pictures a second by wall time, beside bare face_recognition on the same files in one process, and whether the facts are the same each time.
`first`: new children, which start and load the model; `next`: the same children with another set. One core of a machine of two stays idle with 1.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services.adapters.codec import facts_dumps
from services.adapters.sandbox import Sandbox
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.verify import set_reading
from services.verify.reading import read_evidence
from tests.unit.verify.reading_here import Memory

# The children import this module when they start: what only the parent needs is imported where it is needed.


def draw(folder: Path, count: int, first: int) -> dict[str, Path]:
    """A reference picture for every twenty snapshots of 640 x 480, as JPEG files."""
    from tests.generators import faces

    files: dict[str, Path] = {}
    for i in range(count):
        person = faces.PEOPLE[i % len(faces.PEOPLE)]
        name, picture = (f"enrolled/{i}", faces.portrait(person, first + i)) if i % 20 == 0 else (f"checks/{i}", faces.snapshot(person, first + i))
        files[f"faces/{name}.jpg"] = folder / f"{i}.jpg"
        (folder / f"{i}.jpg").write_bytes(faces.jpeg(picture))
    return files


def by_library(files: dict[str, Path]) -> float:
    """Seconds of the bare library with its defaults, one process, model loaded: each file's vector, and the distances."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import face_recognition

    began = time.perf_counter()
    found = [face_recognition.face_encodings(face_recognition.load_image_file(path)) for path in files.values()]
    known = [vectors[0] for vectors in found if len(vectors) == 1]
    for vector in known:
        face_recognition.face_distance(known, vector)
    return time.perf_counter() - began


def measure(files: dict[str, Path], cores: Sequence[int], parts: Sequence[int]) -> None:
    evidence = [EvidenceFile(path, EvidenceKind.FACE, path, file.stat().st_size) for path, file in files.items()]
    bare = by_library(files)
    print(f"a set of {len(files)} pictures\n  face_recognition, one process {len(files) / bare:19.2f} pictures/s", flush=True)
    outcomes = set()
    for part in parts:
        set_reading.PART = part
        for workers in cores:
            with Sandbox(workers) as sandbox:
                for title in ("first", "next"):
                    began = time.perf_counter()
                    facts = read_evidence(evidence, files.__getitem__, Memory(), sandbox).faces
                    took = time.perf_counter() - began
                    outcomes.add(facts_dumps(facts))
                    print(f"  cores {workers}, parts of {part:3}, {title:5} set {len(files) / took:14.2f} pictures/s   ratio {bare / took:5.2f}", flush=True)
    print(f"  the same facts each time: {'yes' if len(outcomes) == 1 else 'NO'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--cores", nargs="+", type=int, default=(1, 2))
    parser.add_argument("--parts", nargs="+", type=int, default=(set_reading.PART,))
    parser.add_argument("--first-seed", type=int, default=1000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(draw(Path(folder), options.pictures, options.first_seed), options.cores, options.parts)


if __name__ == "__main__":
    main()
