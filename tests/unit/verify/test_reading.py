from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.adapters.sandbox import Job
from services.domain.case import FileProblem
from services.domain.errors import FileUnreadable
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import DocumentFacts, FacePicture, FaceSetFacts, Facts
from services.domain.text import Message
from services.verify.reading import StoredFacts, Timed, read_evidence


class Memory:
    """A store of facts in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int], tuple[Facts | None, tuple[FileProblem, ...]]] = {}

    def facts_of(self, wanted: Iterable[tuple[str, str, int]]) -> StoredFacts:
        return {key: self.kept[key] for key in wanted if key in self.kept}

    def put_facts(self, sha256: str, reader: str, version: int, facts: Facts | None, problems: tuple[FileProblem, ...] = ()) -> None:
        self.kept[sha256, reader, version] = facts, problems


class Here:
    """Runs jobs in this process: what is tested is which are run, not how."""

    def __init__(self, answer: Callable[[Job[int]], Any]) -> None:
        self.answer, self.ran = answer, 0

    def run(self, jobs: Any) -> Any:
        for job in jobs:
            self.ran += 1
            yield job.key, self.answer(job)


def _file(path: str, kind: EvidenceKind | None, data: bytes) -> EvidenceFile:
    return EvidenceFile(path, kind, hashlib.sha256(data).hexdigest(), len(data))


PLAN = _file("plan/a.txt", EvidenceKind.PLAN, b"a")
COPY = _file("plan/b.txt", EvidenceKind.PLAN, b"a")
EMPTY = _file("photos/e.jpg", EvidenceKind.PHOTO, b"")
STRAY = _file("other/x.txt", None, b"x")
FACES = (_file("faces/enrolled/1.jpg", EvidenceKind.FACE, b"1"), _file("faces/checks/2.jpg", EvidenceKind.FACE, b"2"))
DOCUMENT = DocumentFacts(1, "培训计划", "text")


def _read(files: Any, store: Memory, sandbox: Here, **options: Any) -> Any:
    return read_evidence(files, lambda sha256: Path("/nowhere") / sha256, store, sandbox, **options)  # type: ignore[arg-type]


def test_equal_bytes_are_read_once_and_kept() -> None:
    store, sandbox = Memory(), Here(lambda job: Timed(DOCUMENT, 0.5))
    for again in (1, 0):
        sandbox.ran = 0
        reading = _read([PLAN, COPY], store, sandbox)
        assert sandbox.ran == again
        assert [e.facts for e in reading.evidence] == [DOCUMENT, DOCUMENT]
    _read([PLAN], store, sandbox, reread=True)
    assert sandbox.ran == 1


@pytest.mark.parametrize(("passing", "tries"), [(False, 1), (True, 2)])
def test_that_a_file_cannot_be_read_is_kept_unless_it_may_be_for_the_moment_only(passing: bool, tries: int) -> None:
    broken = FileUnreadable(Message("坏", "broken"))
    broken.passing = passing
    store, sandbox = Memory(), Here(lambda job: broken)
    for _ in range(2):
        reading = _read([PLAN, EMPTY, STRAY], store, sandbox)
        assert [[p.code for p in e.problems] for e in reading.evidence] == [["file.unreadable"], ["file.empty"], []]
    assert sandbox.ran == tries


def test_faces_are_read_as_a_set() -> None:
    seen: list[Mapping[str, Path]] = []

    def answer(job: Job[int]) -> Timed:
        seen.append(job.args[2])
        return Timed(FaceSetFacts((whole,), (), unreadable=(("faces/checks/2.jpg", "truncated"),)), 0.5)

    whole = FacePicture("faces/enrolled/1.jpg", 1, True)
    reading = _read(FACES, Memory(), Here(answer))
    assert len(seen) == 1 and set(seen[0]) == {f.path for f in FACES}
    assert reading.faces is not None
    assert [[p.code for p in e.problems] for e in reading.evidence] == [[], ["file.unreadable"]]
    assert [e.facts for e in reading.evidence] == [FaceSetFacts((whole,), ()), None], "each picture has what was seen in it alone"


def test_progress_counts_up_to_all() -> None:
    said: list[tuple[int, int]] = []
    _read([PLAN, *FACES], Memory(), Here(lambda job: Timed(FaceSetFacts((), ()), 0.5)), progress=lambda done, total, path: said.append((done, total)))
    assert said == [(1, 2), (2, 2)]


@pytest.mark.parametrize("kind", list(EvidenceKind))
def test_every_kind_has_a_reader(kind: EvidenceKind) -> None:
    from services.verify.readers import reader_for

    reader = reader_for(kind)
    assert kind in reader.kinds and (reader.read is None) == reader.whole_set
