"""What is small on the wire and large in memory is refused before it is opened."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest

from services.adapters.sandbox import Sandbox
from services.adapters.zip_files import open_zip
from services.domain.errors import ClaimUnreadable
from services.ingest.archive import ArchiveLimits, unpack_all
from services.ingest.bodies import parse_json
from services.ingest.children import in_child
from services.ingest.claim_json import load_claim
from services.ingest.folder import take_in
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


def test_what_only_bombs_are_packed_by_is_refused(tmp_path: Path) -> None:
    """LZMA's window is as large as the archive says, and unpacking fills it."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.jpg", bytes(1000))
    (member,) = unpack_all(tmp_path / "a.zip", tmp_path / "into", ArchiveLimits())
    assert member.local is None and member.problem is not None and member.problem.code == "file.unreadable" and "zip" in member.problem.message.en


def test_a_zip_of_a_claim_is_unpacked_by_a_child(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.txt", "b")
        archive.writestr("../c.txt", "c")
    claim = {"enterprise": {"name": "e"}, "project": {"name": "p", "start": "2021-11-08", "end": "2021-11-12", "class_hours": "40"}}
    source = tmp_path / "claim.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("top/claim.json", json.dumps(claim))
        archive.writestr("top/plan/a.txt", "a")
        archive.writestr("top/plan/more.zip", inner.getvalue())
        archive.writestr("top/plan/broken.zip", b"PK\x03\x04 broken")
    into = {"directly": tmp_path / "work"}
    with Sandbox(1) as sandbox:
        into["child"] = sandbox.folder / "work"
        found = [take_in(source, into["directly"]), take_in(source, into["child"], opened=partial(in_child, sandbox))]
        assert [file.local.read_bytes() for file in found[1].files] == [b"a", b"b"]
        assert all(file.local.is_relative_to(sandbox.folder) for file in found[1].files)
    assert [(f.path, f.kind, f.media_type) for f in found[0].files] == [(f.path, f.kind, f.media_type) for f in found[1].files]
    assert found[0].problems == found[1].problems and {path for path, _ in found[1].problems} == {"plan/broken.zip", "plan/more.zip/c.txt"}


def test_a_text_of_more_values_than_a_claim_can_have_is_not_parsed() -> None:
    text = b"[" + b"[]," * 1_000_001 + b"1]"
    with pytest.raises(Problem) as refused:
        parse_json(text)
    assert refused.value.status == 413
    with pytest.raises(ClaimUnreadable):
        load_claim(text, "a")
    assert parse_json(b"[1, {}]") == [1, {}]
