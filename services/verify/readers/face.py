"""The pictures under `faces/`, read together: which show one usable face, and how far apart the faces are.

Vectors live only while the set is read. `reason` of an unusable picture is no_face | several_faces | too_small | blurred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from services.verify.readers import Reader, ReaderContext, register

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


def read_faces(files: Mapping[str, Path], ctx: ReaderContext) -> FaceSetFacts:
    """All pictures (path in the claim → file). Pictures that can't be decoded are listed in `unreadable`, none raises."""
    pictures: list[FacePicture] = []
    vectors: list[np.ndarray[Any, Any]] = []
    owners: list[int] = []
    unreadable: list[tuple[str, str]] = []
    for path in sorted(files):
        try:
            image = open_image(files[path], max_pixels=ctx.limits.pixels, at_most=LONG_SIDE)
        except EvidenceError as error:
            unreadable.append((path, error.message.zh))
            continue
        reading = encode(image)
        reason = _reason(reading)
        digest, quality = pdq(image)
        if reason is None and reading.vector is not None:
            owners.append(len(pictures))
            vectors.append(reading.vector)
        pictures.append(FacePicture(path, reading.faces, reason is None, reason, digest if quality >= _LEAST_HASH_QUALITY else None))
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


FACES = register(Reader("faces", 1, (EvidenceKind.FACE,), read_set=read_faces))
