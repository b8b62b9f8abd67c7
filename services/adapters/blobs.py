"""Blobs: originals and renderings, stored once under the SHA-256 of their bytes in a local directory."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.domain.errors import FileTooLarge, NotFound, StorageAway
from services.domain.text import Message

_CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9_]{1,60}")


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
    def path(self) -> Path:
        """Where the bytes are until they are kept; all of them once `flush` was called."""
        return self._temporary

    def flush(self) -> None:
        self._file.flush()

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


class Busy(Exception):
    """Somebody else is writing this file."""


class Partial:
    """The bytes of a resumable upload so far, held by one writer at a time across processes. Close it in any case.

    How much is there is told by the file itself, so that a killed process costs nothing that was written. `digest` is the running hash
    where this writer knows it, else None: then `sha256` reads the file again.
    """

    def __init__(self, path: Path, digest: Any | None) -> None:
        self.path = path
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise Busy from error
        self._file = os.fdopen(handle, "r+b")
        self.offset = self._file.seek(0, os.SEEK_END)
        self.digest = hashlib.sha256() if self.offset == 0 else digest

    def write(self, chunk: bytes) -> None:
        """Raises OSError when the disk is full."""
        self._file.write(chunk)
        self.offset += len(chunk)
        if self.digest is not None:
            self.digest.update(chunk)

    def cut(self, offset: int, digest: Any | None) -> None:
        """Back to an earlier end, with the hash of that moment."""
        self._file.flush()
        self._file.truncate(offset)
        self.offset, self.digest = self._file.seek(offset), digest

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def sha256(self) -> str:
        if self.digest is not None:
            return str(self.digest.hexdigest())
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").hexdigest()

    def close(self) -> None:
        self._file.close()


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

    def partial(self, name: str, digest: Any | None = None) -> Partial:
        """The bytes so far of the resumable upload of that name; `digest`: their hash, if known. Raises Busy."""
        return Partial(self._part(name), digest)

    def partial_size(self, name: str) -> int:
        place = self._part(name)
        return place.stat().st_size if place.exists() else 0

    def drop_partial(self, name: str) -> None:
        self._part(name).unlink(missing_ok=True)

    def adopt(self, part: Partial) -> tuple[str, int]:
        """Take a finished upload into the store; (sha256, size). Its own file stays until `drop_partial`, should the caller come to grief."""
        part.sync()
        sha256 = part.sha256()
        aside = self._incoming / f"{part.path.name}.kept"
        aside.unlink(missing_ok=True)
        os.link(part.path, aside)
        try:
            self.take(aside, sha256)
        finally:
            aside.unlink(missing_ok=True)
        return sha256, part.offset

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

    def ping(self) -> None:
        """Raises StorageAway where the store is not there."""
        if not self._incoming.is_dir():
            raise StorageAway(Message("文件存储不可用", "the file store is not there"))

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

    def _part(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound(Message("没有该上传", "there is no such upload"))
        return self._incoming / f"{name}.part"

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound(Message("文件标识不是SHA-256", "the file's identifier is no SHA-256"))
        return self._root / sha256[:2] / sha256[2:4] / sha256
