"""What a photo or video leaves to be found by, and what it asks for: PDQ hashes, and words of its local features. Pure.

A word is the first 32 bits of an ORB descriptor: a copy that is cropped, bordered or tilted, whose hash tells nothing, still has
dozens of its original's words up to one bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.domain.facts import Facts, PhotoFacts, VideoFacts
from services.verify.match.alignment import RECORD

Array = np.ndarray[Any, np.dtype[Any]]

LEAST_QUALITY = 50
"""A hash of lesser quality says too little: sky, paper, the dark."""
NEAR_BITS = 31
LEAST_WORDS = 5
"""Two pictures with nothing in common share none or one, in ten thousand pairs seldom more than this."""
MOST_BY_WORDS = 40

_ROWS, _COLUMNS = (part.reshape(-1) for part in np.divmod(np.arange(256).reshape(16, 16), 16))
_TRANSPOSED = _COLUMNS * 16 + _ROWS


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for: `hashes` uint64 [n, 4] in every orientation, `words` and `mirrored` (of the picture's mirror image) uint32 [m]."""

    hashes: Array
    words: Array
    mirrored: Array


def fingerprint(facts: Facts) -> tuple[bytes, bytes] | None:
    """(hashes of 32 bytes, words of 4 bytes) by which a medium can be found again; None for what shows too little, or is no picture."""
    if isinstance(facts, PhotoFacts):
        if facts.hash is None or facts.hash_quality < LEAST_QUALITY:
            return None
        return bytes.fromhex(facts.hash), _words(facts.features).tobytes()
    if isinstance(facts, VideoFacts):
        hashes = b"".join(bytes.fromhex(f.hash) for f in facts.frames if f.hash is not None and f.hash_quality >= LEAST_QUALITY)
        return (hashes, b"") if hashes else None
    return None


def question(facts: Facts) -> Question | None:
    """What to look for to find other copies of a medium; None where there is nothing to hold on to."""
    nothing = np.zeros(0, dtype=np.uint32)
    if isinstance(facts, PhotoFacts):
        if facts.hash is None or facts.hash_quality < LEAST_QUALITY:
            return None
        return Question(hash_words(facts.hashes or (facts.hash,)), _words(facts.features), _words(facts.features_mirrored))
    if isinstance(facts, VideoFacts):
        frames = hash_words([f.hash for f in facts.frames if f.hash is not None and f.hash_quality >= LEAST_QUALITY])
        return Question(turned(frames), nothing, nothing) if len(frames) else None
    return None


def hash_words(hashes: list[str] | tuple[str, ...]) -> Array:
    """Hashes of 64 hex digits as uint64 [n, 4]."""
    return np.frombuffer(b"".join(bytes.fromhex(h) for h in hashes), dtype="<u8").reshape(-1, 4)


def turned(hashes: Array) -> Array:
    """Hashes uint64 [n, 4] in their eight orientations [8 n, 4], to within a few bits.

    Bit r * 16 + c tells whether a cosine of r waves down and c across is above the median: turning a picture transposes them, and
    flips the sign of the odd ones.
    """
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 32), axis=1)
    odd_row, odd_column = (_ROWS % 2).astype(np.uint8), (_COLUMNS % 2).astype(np.uint8)
    views = [source ^ flip for source in (bits, bits[:, _TRANSPOSED]) for flip in (0, odd_row, odd_column, odd_row ^ odd_column)]
    return np.ascontiguousarray(np.packbits(np.concatenate(views), axis=1)).view(np.uint64).reshape(-1, 4)


def _words(features: bytes) -> Array:
    records = np.frombuffer(features, dtype=RECORD)
    return np.ascontiguousarray(records["descriptor"][:, :4]).view("<u4").reshape(-1)
