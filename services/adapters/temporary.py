"""Temporary folders: marked as held while their process lives, so that what a killed one left behind is known, and removed.

What lies in them is personal data in the open: tables as they came, pictures cut out of sheets.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "hezheng-"
_MARK = ".held"
_BEING_MADE_SECONDS = 60.0


class HeldFolder:
    """A new folder of the system's temporary one, held until `remove` or the end of this process."""

    def __init__(self, what: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{what}-"))
        self._mark = os.open(self.path / _MARK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._folder, fcntl.LOCK_SH)  # which systemd-tmpfiles, that removes what is old, goes around

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._mark >= 0:
            os.close(self._mark)
            os.close(self._folder)
            self._mark = -1


def remove_left_behind(*, older_than: float | None = None, root: Path | None = None) -> int:
    """Remove the folders of processes that are gone; how many there were. `older_than` seconds: also those without a mark that are older."""
    count = 0
    for path in (root or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        try:
            about = path.lstat()
            if about.st_uid != os.getuid() or path.is_symlink() or not path.is_dir():
                continue
            age = time.time() - about.st_mtime
            marked = (path / _MARK).exists()
            over = (age > _BEING_MADE_SECONDS and not _is_held(path)) if marked else (older_than is not None and age > older_than)
        except OSError:
            continue  # somebody else was faster
        if over:
            shutil.rmtree(path, ignore_errors=True)
            count += 1
    return count


def _is_held(path: Path) -> bool:
    handle = os.open(path / _MARK, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
