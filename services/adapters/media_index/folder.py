"""Segments of the media index in a folder: files that are mapped, not read, so that all workers of a machine share one copy.

`manifest.json` names the segments that count and is replaced as a whole; a segment's files never change. What is damaged or missing
is told as None: the index is then built anew from the database.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.adapters.media_index.segment import Array, Segment, merge

_VERSION = 1
_NAMES = tuple(Segment.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a folder holds: every entry up to number `last`, whose name is `last_key`; `segments` with the names of their folders."""

    last: int
    last_key: str
    segments: tuple[tuple[str, Segment], ...]


class Folder:
    """A folder with an index. Reading needs no lock; `locked` is for the one that writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._manifest = path / "manifest.json"

    def state(self) -> tuple[int, int] | None:
        """Changes whenever the manifest is replaced; None where there is none."""
        try:
            found = self._manifest.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def load(self) -> Kept | None:
        """The index as it is kept now; None where there is none or it is damaged."""
        for _ in range(5):  # a writer may remove what an older manifest names
            before = self.state()
            if before is None:
                return None
            try:
                said = json.loads(self._manifest.read_text())
                if said["version"] != _VERSION:
                    return None
                return Kept(int(said["last"]), str(said["last_key"]), tuple((str(name), self._open(str(name))) for name in said["segments"]))
            except (OSError, ValueError, KeyError, TypeError):
                if self.state() == before:
                    return None
        return None

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether this process may write until the end of the block; False where another one is writing."""
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def save(self, last: int, last_key: str, kept: Sequence[tuple[str, Segment]], new: Sequence[Segment]) -> Kept:
        """Write `new` segments as one beside the `kept` ones and make them count; what is no longer named is removed. Under the lock."""
        name = secrets.token_hex(8)
        place = self._path / name
        place.mkdir(mode=0o700)

        def room(array: str, shape: tuple[int, ...], kind: Any) -> Array:
            if 0 in shape:  # nothing can be mapped from an empty file
                np.save(place / f"{array}.npy", np.empty(shape, dtype=kind))
                return np.empty(shape, dtype=kind)
            mapped: Array = np.lib.format.open_memmap(place / f"{array}.npy", mode="w+", shape=shape, dtype=kind)
            return mapped

        for array in merge(new, room).arrays().values():
            if isinstance(array, np.memmap):
                array.flush()
        names = [*(name for name, _ in kept), name]
        self._replace({"version": _VERSION, "last": last, "last_key": last_key, "segments": names})
        self._remove_all_but(names)
        return Kept(last, last_key, (*kept, (name, self._open(name))))

    def clear(self) -> None:
        """Forget everything. Under the lock."""
        self._manifest.unlink(missing_ok=True)
        self._remove_all_but([])

    def _open(self, name: str) -> Segment:
        arrays = {array: np.load(self._path / name / f"{array}.npy", mmap_mode="r") for array in _NAMES}
        return Segment(**arrays)

    def _replace(self, manifest: dict[str, Any]) -> None:
        fresh = self._manifest.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(manifest, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._manifest)

    def _remove_all_but(self, names: Sequence[str]) -> None:
        for place in self._path.iterdir():
            if place.is_dir() and place.name not in names:
                shutil.rmtree(place, ignore_errors=True)
