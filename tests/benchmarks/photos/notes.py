"""What cameras write into their files, beside what metadata-extractor reads there: times, places, cameras.

    python -m tests.benchmarks.photos.notes FOLDER

FOLDER is a checkout of github.com/drewnoakes/metadata-extractor-images: files of some 250 cameras in a folder each type, and in each
`metadata/java/NAME.txt` what that library says of NAME.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from PIL import UnidentifiedImageError

from services.adapters.exif import PictureNotes, read_notes

_TYPES = ("jpg", "heic", "png", "webp", "tif")


def main(folder: Path) -> None:
    told: Counter[str] = Counter()
    for path in sorted(p for kind in _TYPES for p in (folder / kind).iterdir() if p.is_file()):
        said = path.parent / "metadata" / "java" / f"{path.name}.txt"
        if not said.is_file():
            continue
        try:
            notes = read_notes(path)
        except UnidentifiedImageError:
            told["no picture"] += 1
            continue
        for what, right in _compared(notes, said.read_text("utf-8", "replace")):
            told[f"{what} {'the same' if right else 'another'}"] += 1
            if not right:
                print(f"{path.parent.name}/{path.name}: another {what}")
    print(", ".join(f"{name} {count}" for name, count in sorted(told.items())))


def _compared(notes: PictureNotes, theirs: str) -> list[tuple[str, bool]]:
    """Each thing that the peer found a value of: whether ours is the same. A clock of zeros and a place of 0/0 are to be none."""
    found = []
    if (stated := _value(theirs, "Exif SubIFD", "0x9003")) is not None:
        ours = next((w.at for w in notes.witnesses if w.source == "exif.original"), None)
        unset = not re.match(r"[12]\d{3}:", stated)
        found.append(("unset time" if unset else "time", ours is None if unset else ours is not None and f"{ours:%Y:%m:%d %H:%M:%S}" == stated[:19]))
    latitude, longitude = (_degrees(theirs, tag, letter) for tag, letter in (("0x0002", "0x0001"), ("0x0004", "0x0003")))
    if latitude is not None and longitude is not None:
        if latitude == longitude == 0:
            found.append(("place of 0/0", notes.latitude is None))
        else:
            near = notes.latitude is not None and notes.longitude is not None and abs(notes.latitude - latitude) + abs(notes.longitude - longitude) < 2e-4
            found.append(("place", near))
    if (model := _value(theirs, "Exif IFD0", "0x0110")) is not None:
        found.append(("camera", notes.camera is not None and model.strip() in notes.camera))
    return found


def _value(theirs: str, directory: str, tag: str) -> str | None:
    found = re.search(rf"^\[{directory} - {tag}\] [^=]+ = (.*)$", theirs, re.MULTILINE)
    return found.group(1) if found else None


def _degrees(theirs: str, tag: str, letter: str) -> float | None:
    parts = re.match(r"(-?)(\d+)° (\d+)' ([\d.]+)\"", _value(theirs, "GPS", tag) or "")
    if parts is None:
        return None
    value = int(parts.group(2)) + int(parts.group(3)) / 60 + float(parts.group(4)) / 3600
    return -value if parts.group(1) or _value(theirs, "GPS", letter) in ("S", "W") else value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
