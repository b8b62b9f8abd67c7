"""Resumable uploads: the words of tus 1.0, and the pieces of a file as they come."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync

from services.adapters.blobs import Partial
from services.domain.text import Message
from services.ingest.problems import Problem, plain

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256", "sha512", "md5")
PIECE = "application/offset+octet-stream"
_BATCH = 1024 * 1024
_LONGEST_METADATA = 8 * 1024
_HASHES_KEPT = 1000


def parse_metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` as a dictionary. Raises Problem 400."""
    broken = Problem(
        400,
        "upload-metadata-invalid",
        Message("Upload-Metadata 应为逗号分隔的“键 base64值”", "Upload-Metadata is a list of `key base64-value`, separated by commas"),
    )
    if len(header) > _LONGEST_METADATA:
        raise broken
    found: dict[str, str] = {}
    for pair in filter(None, (p.strip() for p in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise broken from error
        if not key or key in found:
            raise broken
        found[key] = text
    return found


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes


def parse_checksum(header: str | None) -> Checksum | None:
    """Raises Problem 400 for an algorithm that is not known here, or a digest that is none."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Problem(
            400,
            "upload-checksum-invalid",
            Message(
                f"Upload-Checksum 应为“算法 base64摘要”，算法为 {'、'.join(ALGORITHMS)} 之一",
                f"Upload-Checksum is `algorithm base64-digest`, one of {', '.join(ALGORITHMS)}",
            ),
        )
    return Checksum(algorithm, digest)


def number(header: str | None, name: str) -> int:
    """A header that is a count of bytes. Raises Problem 400."""
    if header is None or not header.isascii() or not header.isdigit() or len(header) > 18:
        raise Problem(400, "upload-header-invalid", Message(f"{name} 应为非负整数", f"{name} is a whole number of bytes"), header=name)
    return int(header)


class Digests:
    """Running hashes of uploads that this process took the last piece of, so that a finished file need not be read again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, upload_id: str, offset: int) -> Any | None:
        """The hash of the first `offset` bytes, if it is known."""
        with self._lock:
            known = self._kept.pop(upload_id, None)
        return known[1] if known is not None and known[0] == offset else None

    def keep(self, upload_id: str, part: Partial) -> None:
        if part.digest is None:
            return
        with self._lock:
            self._kept[upload_id] = (part.offset, part.digest)
            if len(self._kept) > _HASHES_KEPT:
                self._kept.popitem(last=False)


async def take_piece(part: Partial, chunks: AsyncIterator[bytes], most: int, checksum: Checksum | None) -> None:
    """Write what comes, at most `most` bytes. What arrived before a client hung up stays, unless it came with a checksum.

    Raises Problem 413 for more bytes than announced and 460 for a wrong checksum; nothing of the piece stays then.
    """
    begin, before = part.offset, None if part.digest is None else part.digest.copy()
    check = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    problem: Problem | None = None
    writing = Writing(_writer(part, check))
    received, pending = 0, bytearray()
    whole = False
    try:
        async for chunk in chunks:
            received += len(chunk)
            if received > most:
                problem = plain(413)
                break
            pending += chunk
            if len(pending) >= _BATCH:
                await writing.start(bytes(pending))
                pending.clear()
        whole = problem is None
    finally:
        if pending and (whole or checksum is None) and problem is None:
            await writing.start(bytes(pending))
        await writing.end()
        if whole and check is not None and checksum is not None and not hmac.compare_digest(check.digest(), checksum.digest):
            problem = plain(460)
        if problem is not None or (not whole and checksum is not None):
            await run_sync(part.cut, begin, before)
        await run_sync(part.sync)
    if problem is not None:
        raise problem


def _writer(part: Partial, check: Any | None) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        part.write(data)
        if check is not None:
            check.update(data)

    return write


class Writing:
    """Writes one batch in a thread while the next is received. Errors of `write` come out of the following call."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._task: asyncio.Task[None] | None = None

    async def start(self, data: bytes) -> None:
        await self.end()
        self._task = asyncio.create_task(run_sync(self._write, data))

    async def end(self) -> None:
        """Wait for the batch at hand."""
        task, self._task = self._task, None
        if task is not None:
            await task
