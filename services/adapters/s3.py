"""Blobs in an S3-compatible store; the only importer of boto3. What is read is kept in a local folder, the least used go first.

Bytes are staged on disk while they are hashed, as with a local store, and put under their SHA-256 when they are whole. S3 checks the SHA-256 itself.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.adapters.blobs import Blobs
from services.domain.errors import NotFound, StorageAway
from services.domain.text import Message

_MISSING = ("404", "NoSuchKey", "NotFound")
_PART_BYTES = 64 * 1024**2


def _away() -> StorageAway:
    return StorageAway(Message("对象存储没有应答，请稍后重试", "the object store does not answer; try again later"))


class S3Blobs(Blobs):
    """`s3://bucket/prefix?endpoint=https://…&region=…`; credentials where AWS's tools look for them. `root` is the local folder."""

    def __init__(self, url: str, root: Path, *, cache_bytes: int = 50 * 1024**3) -> None:
        super().__init__(root)
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._bucket = parts.netloc
        self._prefix = unquote(parts.path).strip("/") + "/" if parts.path.strip("/") else ""
        self._cache_bytes, self._came = cache_bytes, 0
        config = Config(retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=60, s3={"addressing_style": "path"})
        self._client: Any = boto3.client("s3", endpoint_url=asked.get("endpoint"), region_name=asked.get("region", "us-east-1"), config=config)

    def path(self, sha256: str) -> Path:
        """A local copy of the bytes. Raises NotFound, StorageAway."""
        place = self._place(sha256)
        if place.is_file():
            os.utime(place)  # the least used go first
            return place
        handle, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                self._client.download_fileobj(self._bucket, self._key(sha256), file)
            with open(name, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    raise StorageAway(Message(f"对象存储中的文件 {sha256} 已损坏", f"the object store gives other bytes for the file {sha256}"))
            place.parent.mkdir(parents=True, exist_ok=True)
            size = os.stat(name).st_size
            os.replace(name, place)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                raise NotFound(Message("存储中没有该文件", "the store has no such file")) from error
            raise _away() from error
        except BotoCoreError as error:
            raise _away() from error
        finally:
            Path(name).unlink(missing_ok=True)
        self._make_room(size)
        return place

    def has(self, sha256: str) -> bool:
        """Raises StorageAway."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                return False
            raise _away() from error
        except BotoCoreError as error:
            raise _away() from error
        return True

    def remove(self, sha256: str) -> bool:
        """Raises StorageAway."""
        existed = self.has(sha256)
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._key(sha256))
        except (ClientError, BotoCoreError) as error:
            raise _away() from error
        self._place(sha256).unlink(missing_ok=True)
        return existed

    def take(self, temporary: Path, sha256: str) -> None:
        """Into the object store first; the local copy is only a copy."""
        if not self.has(sha256):
            self._upload(temporary, sha256)
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        size = temporary.stat().st_size
        os.replace(temporary, place)
        self._make_room(size)

    def ping(self) -> None:
        """Raises StorageAway."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (ClientError, BotoCoreError) as error:
            raise _away() from error

    def _upload(self, source: Path, sha256: str) -> None:
        try:
            if source.stat().st_size <= _PART_BYTES:
                with source.open("rb") as body:
                    checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
                    self._client.put_object(Bucket=self._bucket, Key=self._key(sha256), Body=body, ChecksumSHA256=checksum)
            else:
                self._client.upload_file(str(source), self._bucket, self._key(sha256), ExtraArgs={"ChecksumAlgorithm": "SHA256"})
        except (ClientError, BotoCoreError) as error:
            raise _away() from error

    def _make_room(self, more: int) -> None:
        """Remove the least used copies until the folder is within its bound again; looked at after each fiftieth of it that came."""
        slack = self._cache_bytes // 50
        self._came += more
        if self._came < slack:
            return
        self._came = 0
        copies = []
        for file in self.root.glob("??/??/*"):
            with suppress(FileNotFoundError):  # another process makes room too
                copies.append((file.stat().st_atime, file.stat().st_size, file))
        over = sum(size for _, size, _ in copies) - (self._cache_bytes - slack)
        for _, size, file in sorted(copies, key=lambda copy: copy[0])[:-1]:
            if over <= 0:
                return
            file.unlink(missing_ok=True)
            over -= size

    def _key(self, sha256: str) -> str:
        self._place(sha256)  # raises NotFound for what is no SHA-256
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free
