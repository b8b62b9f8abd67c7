"""Faces in pictures: how many, and a vector to compare them; the only importer of face_recognition (dlib).

For processes, never for threads that share it: dlib's networks crash when two threads use them at once (a lock keeps a process
that has threads safe, not quick). Measured on three small public sets: at a distance of 0.5 between 0 and 1.7 % of pairs of different
people match and 86 to 97 % of true pairs do; 0 to 2.6 % of true pairs are 0.6 or more apart (docs/benchmarks/online.md). The model is
known to be weaker on East-Asian faces, how much is not measured here. So a distance is a hint with a wide margin for a human, never a verdict alone.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

LONG_SIDE = 1200
"""Pixels; larger pictures are shrunk: a face that counts is larger than one 15th of the picture."""
COUNTING_SIDE = 1000
"""Pixels at which people are counted: faces of 40 pixels are found, in a sixth of a second."""
_SHORTEST = 320
"""Small snapshots are enlarged to this long side: the detector needs faces of 40 pixels (one upsampling)."""
_ALONE = 0.45
"""A second face is a bystander when its side is at most this share of the largest one's."""
_SECOND_FROM = 0.5
"""Detector score from which a further face in a portrait is believed."""
_COUNTED_FROM = 0.0
_FACE_FROM = 0.2
"""Detector scores: real frontal faces have 0.5 to 3, patterns that look like one up to 0.2."""
_LOCK = threading.Lock()


_Face = tuple[int, tuple[int, int, int, int], float]
"""Side in pixels, (top, right, bottom, left), score of the detector."""


@dataclass(frozen=True, slots=True)
class FaceReading:
    """`faces` in the picture; `vector` (128 numbers) of the one that stands out, None if there is none or no single one.

    `size`: side of that face in pixels of the original; `sharpness`: variance of the Laplacian of the face at 128 pixels.
    """

    faces: int
    vector: np.ndarray[Any, np.dtype[np.float64]] | None
    size: int = 0
    sharpness: float = 0.0


@cache
def _library() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its models package still asks pkg_resources for their place
        import face_recognition
    return face_recognition


def count_faces(image: Image.Image) -> int:
    """How many faces the detector (HOG, one upsampling) sees. Upright picture, best grey; profiles and faces under 40 of 1000 px are missed."""
    pixels, _ = _scaled(image, COUNTING_SIDE)
    with _LOCK:
        return len(_detect(pixels, 1, _COUNTED_FROM))


def encode(image: Image.Image) -> FaceReading:
    """The face of a picture of one person, upright RGB."""
    pixels, scale = _scaled(image.convert("RGB"))
    with _LOCK:
        # a portrait's face is large; only where none is found the picture is searched for smaller ones
        found = _detect(pixels, 0, _FACE_FROM) or _detect(pixels, 1, _FACE_FROM)
        if not found:
            return FaceReading(0, None)
        side, box, _ = max(found, key=lambda face: (face[2] >= _SECOND_FROM, face[0]))
        found = [face for face in found if face[1] == box or face[2] >= _SECOND_FROM]
        if sum(face[0] > _ALONE * side for face in found) > 1:
            return FaceReading(len(found), None, round(side / scale))
        vector = _library().face_encodings(pixels, known_face_locations=[box], num_jitters=1)[0]
    return FaceReading(len(found), np.asarray(vector, dtype=np.float64), round(side / scale), _sharpness(pixels, box))


def _detect(pixels: np.ndarray[Any, np.dtype[np.uint8]], upsample: int, least_score: float) -> list[_Face]:
    """The faces found, largest first."""
    height, width = pixels.shape[:2]
    boxes, scores, _ = _library().api.face_detector.run(pixels, upsample, 0.0)
    sized = [
        (int(box.bottom() - box.top()), (max(0, box.top()), min(width, box.right()), min(height, box.bottom()), max(0, box.left())), float(score))
        for box, score in zip(boxes, scores, strict=True)
        if score >= least_score
    ]
    return sorted(sized, reverse=True)


def distances(vectors: np.ndarray[Any, np.dtype[np.float64]], others: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Euclidean distances [n, m] of vectors [n, 128] and [m, 128]; 0 is the same, 0.6 the library's usual bound."""
    squares = (vectors**2).sum(1)[:, None] + (others**2).sum(1)[None, :] - 2 * vectors @ others.T
    apart: np.ndarray[Any, np.dtype[np.float64]] = np.sqrt(np.maximum(squares, 0))
    return apart


def _scaled(image: Image.Image, most: int = LONG_SIDE) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    image = image if image.mode in ("RGB", "L") else image.convert("RGB")
    longest = max(image.size)
    scale = most / longest if longest > most else _SHORTEST / longest if longest < _SHORTEST else 1.0
    if scale != 1.0:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(image, dtype=np.uint8)), scale


def _sharpness(pixels: np.ndarray[Any, np.dtype[np.uint8]], box: tuple[int, int, int, int]) -> float:
    top, right, bottom, left = (max(0, side) for side in box)
    crop = Image.fromarray(pixels[top:bottom, left:right]).convert("L").resize((128, 128), Image.Resampling.BILINEAR)
    grey = np.asarray(crop, dtype=np.float64)
    laplacian = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1] - 4 * grey[1:-1, 1:-1]
    return float(laplacian.var())
