"""Blobs: originals and renderings, stored once under the SHA-256 of their bytes in a local directory."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from services.domain.errors import FileTooLarge, NotFound
from services.domain.text import Message

_CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobWriter:
    """Bytes on their way in: written to a temporary file and hashed, in the store only after `keep`. End it with `discard` in any case."""

    def __init__(self, blobs: Blobs, incoming: Path, limit: int | None) -> None:
        handle, name = tempfile.mkstemp(dir=incoming)
        self._file = os.fdopen(handle, "wb")
        self._blobs = blobs
        self._temporary = Path(name)
        self._limit = limit
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Raises FileTooLarge past the limit, OSError when the disk is full."""
        self.size += len(chunk)
        if self._limit is not None and self.size > self._limit:
            raise FileTooLarge(Message(f"文件超过{self._limit}字节的上限", f"the file exceeds the limit of {self._limit} bytes"))
        self._hash.update(chunk)
        self._file.write(chunk)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self) -> tuple[str, int]:
        """Sync the bytes to disk and take them into the store; (sha256, size)."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._blobs.take(self._temporary, self.sha256)
        return self.sha256, self.size

    def discard(self) -> None:
        """Close, and remove what was not kept."""
        self._file.close()
        self._temporary.unlink(missing_ok=True)


class Blobs:
    """A directory of `ab/cd/<sha256>` files that are written once, synced, and renamed into place."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def root(self) -> Path:
        return self._root

    def path(self, sha256: str) -> Path:
        """Where the bytes are. Raises NotFound."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound(Message("存储中没有该文件", "the store has no such file"))
        return place

    def has(self, sha256: str) -> bool:
        return self._place(sha256).is_file()

    def stage(self, *, limit: int | None = None) -> BlobWriter:
        """A writer for bytes that come piece by piece, at most `limit` of them."""
        return BlobWriter(self, self._incoming, limit)

    def put_file(self, path: Path, *, limit: int | None = None) -> tuple[str, int]:
        """Copy a file in; its (sha256, size). Raises FileTooLarge past `limit` bytes, OSError."""
        with path.open("rb") as source:
            return self.put_stream(iter(lambda: source.read(_CHUNK), b""), limit=limit)

    def put_bytes(self, data: bytes) -> tuple[str, int]:
        return self.put_stream([data])

    def put_stream(self, chunks: Iterable[bytes], *, limit: int | None = None) -> tuple[str, int]:
        """Take chunks in; (sha256, size). Nothing is kept if the iterator raises or the limit is passed."""
        writer = self.stage(limit=limit)
        try:
            for chunk in chunks:
                writer.write(chunk)
            return writer.keep()
        finally:
            writer.discard()

    def remove(self, sha256: str) -> bool:
        """Delete the bytes; whether they were there."""
        place = self._place(sha256)
        existed = place.is_file()
        place.unlink(missing_ok=True)
        return existed

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._root).free

    def take(self, temporary: Path, sha256: str) -> None:
        """Rename synced bytes to their place and sync the directory, so that they outlast a power cut."""
        place = self._place(sha256)
        if place.is_file():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, place)
        for directory in (place.parent, place.parent.parent, self._root):
            handle = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound(Message("文件标识不是SHA-256", "the file's identifier is no SHA-256"))
        return self._root / sha256[:2] / sha256[2:4] / sha256
