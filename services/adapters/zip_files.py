"""Opening zip files from outside: their directory is read whole and made into objects at once, so it is bounded before."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DIRECTORY_BYTES = 8 * 1024**2
"""Enough for 20 000 entries with long names; as objects it takes some hundred MB at most."""


class _Bounded(io.BufferedReader):
    opening = True

    def read(self, size: int | None = -1, /) -> bytes:
        """While the archive is opened: at most as much in one piece as its directory may have. Raises zipfile.BadZipFile."""
        if not self.opening:
            return super().read(size)
        data = super().read(_DIRECTORY_BYTES + 1 if size is None or size < 0 else min(size, _DIRECTORY_BYTES + 1))
        if len(data) > _DIRECTORY_BYTES:
            raise zipfile.BadZipFile("its directory is too large")
        return data


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, to be read. Raises what zipfile.ZipFile raises, zipfile.BadZipFile also for a directory past the bound."""
    with _Bounded(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        file.opening = False
        yield archive
