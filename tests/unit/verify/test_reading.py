from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from services.domain.errors import FileUnreadable
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import DocumentFacts
from services.domain.text import Message
from services.verify.reading import read_evidence
from services.verify.set_reading import Timed
from tests.unit.verify.reading_here import Here, Memory


def _file(path: str, kind: EvidenceKind | None, data: bytes) -> EvidenceFile:
    return EvidenceFile(path, kind, hashlib.sha256(data).hexdigest(), len(data))


PLAN = _file("plan/a.txt", EvidenceKind.PLAN, b"a")
COPY = _file("plan/b.txt", EvidenceKind.PLAN, b"a")
EMPTY = _file("photos/e.jpg", EvidenceKind.PHOTO, b"")
STRAY = _file("other/x.txt", None, b"x")
DOCUMENT = DocumentFacts(1, "培训计划", "text")


def _read(files: Any, store: Memory, sandbox: Here, **options: Any) -> Any:
    return read_evidence(files, lambda sha256: Path("/nowhere") / sha256, store, sandbox, **options)  # type: ignore[arg-type]


def test_equal_bytes_are_read_once_and_kept() -> None:
    store, sandbox = Memory(), Here(lambda job: Timed(DOCUMENT, 0.5))
    for again in (1, 0):
        sandbox.ran.clear()
        reading = _read([PLAN, COPY], store, sandbox)
        assert len(sandbox.ran) == again
        assert [e.facts for e in reading.evidence] == [DOCUMENT, DOCUMENT]
    _read([PLAN], store, sandbox, reread=True)
    assert len(sandbox.ran) == 1


@pytest.mark.parametrize(("passing", "tries"), [(False, 1), (True, 2)])
def test_that_a_file_cannot_be_read_is_kept_unless_it_may_be_for_the_moment_only(passing: bool, tries: int) -> None:
    broken = FileUnreadable(Message("坏", "broken"))
    broken.passing = passing
    store, sandbox = Memory(), Here(lambda job: broken)
    for _ in range(2):
        reading = _read([PLAN, EMPTY, STRAY], store, sandbox)
        assert [[p.code for p in e.problems] for e in reading.evidence] == [["file.unreadable"], ["file.empty"], []]
    assert len(sandbox.ran) == tries


@pytest.mark.parametrize("kind", list(EvidenceKind))
def test_every_kind_has_a_reader(kind: EvidenceKind) -> None:
    from services.verify.readers import reader_for

    reader = reader_for(kind)
    assert kind in reader.kinds and (reader.read is None) == reader.whole_set
