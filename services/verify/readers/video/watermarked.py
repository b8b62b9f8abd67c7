"""The stamp of a watermark camera in a video: read on two of its frames, in the size they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from services.adapters import av_demux
from services.domain.facts import Watermark
from services.verify.readers.photo.watermark import read_watermark
from services.verify.readers.video.structure import Structure

_WIDTH = 960
_LEAST_WIDTH = 320
_PLACES = (0.0, 0.5)
"""Where to look, in shares of the length; each at the key frame before."""


def stamp_of(source: Path, stream: dict[str, Any], shown: Structure, engine: str) -> tuple[Watermark | None, float]:
    """(the stamp, seconds from the first frame to the one it stands in). None where there is none, or where frames state different days."""
    found: list[tuple[Watermark, float]] = []
    for share in _PLACES:
        second = _key_before(shown, share * shown.playable)
        picture = _upright(source, stream, shown.first + second)
        stamp = None if picture is None else read_watermark(picture, engine)
        if stamp is not None:
            found.append((stamp, second))
    if not found or len({stamp.date for stamp, _ in found}) > 1:
        return None, 0.0
    return found[0]


def _key_before(shown: Structure, second: float) -> float:
    return max((key for key in shown.key_times if key <= second), default=0.0)


def _upright(source: Path, stream: dict[str, Any], second: float) -> Image.Image | None:
    """The frame at a key frame, as a player shows it; None where it cannot be decoded or is too small to hold a legible stamp."""
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    if min(width, height) < _LEAST_WIDTH // 2 or max(width, height) < _LEAST_WIDTH:
        return None
    scale = min(1.0, _WIDTH / max(width, height))
    try:
        frames = av_demux.frames_from(source, int(stream["index"]), second, 1, (round(width * scale), round(height * scale)))
    except av_demux.NotDemuxed:
        return None
    return Image.fromarray(np.ascontiguousarray(np.rot90(frames[0], _quarters(stream)))) if len(frames) else None


def _quarters(stream: dict[str, Any]) -> int:
    """Quarter turns against the clock that a player makes: phones record upright videos lying and say so."""
    turns = [float(data["rotation"]) for data in stream.get("side_data_list", ()) if "rotation" in data]
    return round(turns[0] / 90) % 4 if turns else 0
