"""The pictures under `faces/`, a set: which show one usable face, and how far apart the faces are.

Pictures are looked at one by one and compared when all were seen; vectors live only while the set is read. `reason` of an unusable
picture is no_face | several_faces | too_small | blurred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from services.adapters.faces import LONG_SIDE, FaceReading, distances, encode
from services.adapters.images import open_image
from services.adapters.picture_hash import pdq
from services.domain.errors import EvidenceError
from services.domain.evidence import EvidenceKind
from services.domain.face_files import is_enrolled
from services.domain.facts import FaceDistance, FacePicture, FaceSetFacts
from services.verify.readers import Reader, ReaderContext, SetReader, register

PLAINLY_DIFFERENT = 0.75
"""A snapshot this far from a reference picture need not be listed."""
PLAINLY_DIFFERENT_SNAPSHOTS = 0.55
"""Two snapshots are compared to find the same face again, which needs far less: listing more would only be bulk."""
_SMALLEST = 30
"""Side of a face in pixels, below which its vector says little."""
_BLURRED = 4.0
"""Sharpness (see `FaceReading`), below which a face can't be told."""
_BLOCK = 512
_LEAST_HASH_QUALITY = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture while its set is read. `vector`: that of its face, where it is usable."""

    picture: FacePicture
    vector: np.ndarray[Any, np.dtype[np.float64]] | None = field(default=None, repr=False)


def look_at_faces(files: Mapping[str, Path], ctx: ReaderContext) -> dict[str, Seen | EvidenceError]:
    """What is seen in each picture (path in the claim → file) by itself. None raises that can't be decoded."""
    return {path: _seen(path, files[path], ctx) for path in sorted(files)}


def _seen(path: str, file: Path, ctx: ReaderContext) -> Seen | EvidenceError:
    try:
        image = open_image(file, max_pixels=ctx.limits.pixels, at_most=LONG_SIDE)
    except EvidenceError as error:
        return error
    reading = encode(image)
    reason = _reason(reading)
    digest, quality = pdq(image)
    picture = FacePicture(path, reading.faces, reason is None, reason, digest if quality >= _LEAST_HASH_QUALITY else None)
    return Seen(picture, reading.vector if reason is None else None)


def compare_faces(seen: Mapping[str, Seen | EvidenceError]) -> FaceSetFacts:
    """The facts of a set. Pictures that can't be decoded are listed in `unreadable`."""
    pictures: list[FacePicture] = []
    vectors: list[np.ndarray[Any, Any]] = []
    owners: list[int] = []
    unreadable: list[tuple[str, str]] = []
    for path, one in sorted(seen.items()):
        if isinstance(one, EvidenceError):
            unreadable.append((path, one.message.zh))
            continue
        if one.vector is not None:
            owners.append(len(pictures))
            vectors.append(one.vector)
        pictures.append(one.picture)
    return FaceSetFacts(tuple(pictures), tuple(_distances(pictures, owners, vectors)), tuple(unreadable))


def _reason(reading: FaceReading) -> str | None:
    if reading.faces == 0:
        return "no_face"
    if reading.vector is None:
        return "several_faces"
    if reading.size < _SMALLEST:
        return "too_small"
    return "blurred" if reading.sharpness < _BLURRED else None


def _distances(pictures: Sequence[FacePicture], owners: Sequence[int], vectors: Sequence[np.ndarray[Any, Any]]) -> list[FaceDistance]:
    """Reference x snapshot and snapshot x snapshot, in blocks so that thousands of pictures stay within bounds."""
    enrolled = [i for i, owner in enumerate(owners) if is_enrolled(pictures[owner].path)]
    checks = [i for i, owner in enumerate(owners) if not is_enrolled(pictures[owner].path)]
    found: list[FaceDistance] = []
    if not checks:
        return found
    matrix = np.stack(vectors)
    for start in range(0, len(checks), _BLOCK):
        block = checks[start : start + _BLOCK]
        if enrolled:
            apart = distances(matrix[enrolled], matrix[block])
            for row, column in np.argwhere(apart < PLAINLY_DIFFERENT):
                found.append(FaceDistance(owners[enrolled[row]], owners[block[column]], round(float(apart[row, column]), 4)))
        apart = distances(matrix[block], matrix[checks[start:]])
        for row, column in np.argwhere(apart < PLAINLY_DIFFERENT_SNAPSHOTS):
            if column > row:
                found.append(FaceDistance(owners[block[row]], owners[checks[start + column]], round(float(apart[row, column]), 4)))
    return found


FACE_SET = SetReader(look_at_faces, compare_faces)
FACES = register(Reader("faces", 1, (EvidenceKind.FACE,), read_set=FACE_SET))
