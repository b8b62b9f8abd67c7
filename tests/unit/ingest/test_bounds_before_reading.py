"""What is small on the wire and large in memory is refused before it is opened."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from services.adapters.zip_files import open_zip
from services.domain.errors import ClaimUnreadable
from services.ingest.archive import ArchiveLimits, unpack_all
from services.ingest.bodies import parse_json
from services.ingest.claim_json import load_claim
from services.ingest.problems import Problem
from services.ingest.sniff import sniff

_ENTRY = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"


def _with_directory(path: Path, entries: int) -> Path:
    """An archive of so many entries that all stand for the same empty file."""
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    directory = _ENTRY * entries
    at = len(local) + len(directory)
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries, entries, len(directory), len(local))
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(local + directory + end64 + locator + end)
    return path


def test_a_directory_larger_than_any_archive_needs_is_not_read(tmp_path: Path) -> None:
    path = _with_directory(tmp_path / "a.zip", 600_000)
    tracemalloc.start()
    assert sniff(path) == "application/zip"
    with pytest.raises(zipfile.BadZipFile):
        unpack_all(path, tmp_path, ArchiveLimits())
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert highest < 50_000_000, "28 MB of directory would be 250 MB of objects"


def test_what_archives_have_is_read(tmp_path: Path) -> None:
    with open_zip(_with_directory(tmp_path / "a.zip", 1000)) as archive:
        assert len(archive.namelist()) == 1000
    large, content = tmp_path / "b.zip", bytes(20_000_000)
    with zipfile.ZipFile(large, "w") as archive:
        archive.writestr("a", content)
        archive.comment = b"c" * 60_000
    with open_zip(large) as archive:
        assert archive.read("a") == content, "members may be larger than the directory"


def test_a_text_of_more_values_than_a_claim_can_have_is_not_parsed() -> None:
    text = b"[" + b"[]," * 1_000_001 + b"1]"
    with pytest.raises(Problem) as refused:
        parse_json(text)
    assert refused.value.status == 413
    with pytest.raises(ClaimUnreadable):
        load_claim(text, "a")
    assert parse_json(b"[1, {}]") == [1, {}]
