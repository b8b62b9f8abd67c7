"""Blobs are stored once under their hash, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.blobs import Blobs
from services.domain.errors import FileTooLarge, NotFound


def files(root: Path) -> list[Path]:
    return [p for p in root.rglob("*") if p.is_file()]


def test_bytes_are_found_under_their_hash_and_kept_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    source = tmp_path / "a.bin"
    source.write_bytes(b"x" * 3_000_000)
    sha256, size = blobs.put_file(source)
    assert (sha256, size) == (hashlib.sha256(source.read_bytes()).hexdigest(), 3_000_000)
    assert blobs.path(sha256).read_bytes() == source.read_bytes()
    assert blobs.put_stream([b"x" * 1_000_000] * 3) == (sha256, size)
    assert files(blobs.root) == [blobs.path(sha256)]
    assert blobs.remove(sha256) and not blobs.remove(sha256)
    assert not blobs.has(sha256)


def test_nothing_stays_of_what_ends_in_an_error(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")

    def breaking() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        blobs.put_stream(breaking())
    with pytest.raises(FileTooLarge):
        blobs.put_stream([b"ab", b"cd"], limit=3)
    assert blobs.put_stream([b"ab", b"c"], limit=3)[1] == 3
    assert len(files(blobs.root)) == 1


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_only_hashes_of_what_is_there_name_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        Blobs(tmp_path / "blobs").path(name)
