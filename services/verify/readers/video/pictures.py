"""Pictures out of a video: a few for the reviewer, more as hashes for finding the video again."""

from __future__ import annotations

from pathlib import Path

from services.adapters import images, picture_hash
from services.domain.facts import Frame

_SHOWN = 12
_THUMB = 32


def frames_of(folder: Path, every: float) -> tuple[Frame, ...]:
    """The pictures 00001.jpg, 00002.jpg, … of `folder`, one every `every` seconds; at most twelve keep their JPEG, evenly spread."""
    paths = sorted(folder.glob("*.jpg"))
    step = max(1, -(-len(paths) // _SHOWN))
    frames = []
    for index, path in enumerate(paths):
        picture = images.open_image(path)
        value, quality = picture_hash.pdq(picture)
        jpeg = path.read_bytes() if index % step == 0 else b""
        frames.append(Frame(round(index * every, 3), jpeg, value, quality, picture_hash.grey_square(picture, _THUMB)))
    return tuple(frames)
