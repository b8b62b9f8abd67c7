"""Pictures of faces looked at in parts: the same facts whatever the parts, and a bad picture costs itself."""

from __future__ import annotations

import hashlib
import os
import random
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.adapters.codec import facts_dumps
from services.adapters.sandbox import ChildLimits, Job, Sandbox
from services.domain.errors import EvidenceError, FileTooLarge, FileUnreadable
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import FacePicture, FaceSetFacts
from services.domain.text import Message
from services.verify import reading, set_reading
from services.verify.readers import ReaderContext, SetReader
from services.verify.readers.face import FACE_SET, FACES, Seen, compare_faces
from services.verify.reading import Reading, contents, read_evidence, replay_evidence
from services.verify.set_reading import PART, Step
from tests.generators import faces
from tests.unit.verify.reading_here import Here, Memory

CONTEXT = ReaderContext("faces")


def look(files: Mapping[str, Path], ctx: ReaderContext) -> dict[str, Seen | EvidenceError]:
    """A reader whose decoder can be killed."""
    return {path: _seen(path, file.read_bytes()) for path, file in files.items()}


def _seen(path: str, data: bytes) -> Seen | EvidenceError:
    if data.startswith(b"die"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if data.startswith(b"eat"):
        bytearray(20 * 1024**3)
    if data.startswith(b"fail"):
        raise ZeroDivisionError("a defect of ours")
    if data.startswith(b"broken"):
        return FileUnreadable(Message("坏", "broken"))
    return Seen(FacePicture(path, 0, False, "no_face"))


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(2, ChildLimits(memory=4 * 1024**3)) as made:
        yield made


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    fragile = replace(FACES, read_set=SetReader(look, compare_faces))
    monkeypatch.setattr(reading, "reader_for", lambda kind: fragile)


def _files(folder: Path, contents: Mapping[str, bytes]) -> tuple[list[EvidenceFile], dict[str, Path]]:
    files, paths = [], {}
    for path, data in contents.items():
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256).write_bytes(data)
        files.append(EvidenceFile(path, EvidenceKind.FACE, sha256, len(data)))
        paths[path] = folder / sha256
    return files, paths


def _names(count: int) -> list[str]:
    return [f"faces/checks/{i:03d}.jpg" for i in range(count)]


def _read(files: list[EvidenceFile], folder: Path, sandbox: Any, store: Memory | None = None, **options: Any) -> Reading:
    return read_evidence(files, folder.__truediv__, store or Memory(), sandbox, **options)


def _problems(read: Reading) -> dict[str, str]:
    return {e.file.path: e.problems[0].message.zh for e in read.evidence if e.problems}


def _ends(job: Job[Step], bad: set[str], error: EvidenceError) -> Any:
    """A child that ends before it has looked at its files, where one of `bad` is among them."""
    return error if bad & set(job.key.paths) else job.function(*job.args)


def _passing(error: EvidenceError) -> EvidenceError:
    error.passing = True
    return error


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    people = (*faces.PEOPLE, faces.LOOK_ALIKE)
    pictures = {f"faces/enrolled/{i}.jpg": faces.portrait(person) for i, person in enumerate(people)}
    pictures |= {f"faces/checks/{i}.jpg": faces.snapshot(people[i % 3], 20 + i) for i in range(7)}
    pictures["faces/checks/empty.jpg"] = faces.empty_room()
    shots = {path: faces.jpeg(picture) for path, picture in pictures.items()}
    return shots | {"faces/checks/broken.jpg": shots["faces/checks/3.jpg"][:900], "faces/checks/same.jpg": shots["faces/checks/3.jpg"]}


@pytest.fixture(scope="module")
def at_once(drawn: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> FaceSetFacts:
    facts = FACE_SET.read(_files(tmp_path_factory.mktemp("faces"), drawn)[1], CONTEXT)
    assert isinstance(facts, FaceSetFacts) and len(facts.pictures) == 12 and len(facts.distances) > 15 and len(facts.unreadable) == 1
    return facts


@pytest.mark.parametrize("part", [1, 5, PART])
def test_the_facts_are_the_same_whatever_the_parts(
    part: int, drawn: dict[str, bytes], at_once: FaceSetFacts, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, _ = _files(tmp_path, drawn)
    random.Random(part).shuffle(files)
    monkeypatch.setattr(set_reading, "PART", part)
    store = Memory()
    read = _read(files, tmp_path, sandbox, store)
    assert read.faces is not None and facts_dumps(read.faces) == facts_dumps(at_once)
    assert [facts_dumps(facts) for facts, _ in store.kept.values()] == [facts_dumps(at_once)]


def test_a_picture_that_kills_its_child_costs_itself_alone(sandbox: Sandbox, tmp_path: Path, fragile: None) -> None:
    bad = {"faces/checks/007.jpg": b"die 7", "faces/checks/021.jpg": b"eat 21", "faces/checks/030.jpg": b"broken 30", "faces/checks/031.jpg": b"fail 31"}
    files, _ = _files(tmp_path, {path: bad.get(path, path.encode()) for path in _names(3 * PART)})
    store, told = Memory(), list[tuple[int, int]]()
    read = _read(files, tmp_path, sandbox, store, progress=lambda done, total, path: told.append((done, total)))
    assert read.faces is not None
    assert {p.path for p in read.faces.pictures} == set(_names(3 * PART)) - bad.keys()
    why = _problems(read)
    assert why.keys() == bad.keys() == dict(read.faces.unreadable).keys()
    assert "SIGSEGV" in why["faces/checks/007.jpg"] and "内存" in why["faces/checks/021.jpg"]
    assert all(e.problems[0].message.en.isascii() for e in read.evidence if e.problems)
    assert "坏" in why["faces/checks/030.jpg"] and "ZeroDivisionError" in why["faces/checks/031.jpg"]
    assert told == sorted(told) and told[-1] == (3 * PART, 3 * PART)


def test_parts_are_alike_in_size_and_progress_counts_pictures(tmp_path: Path, fragile: None) -> None:
    files, _ = _files(tmp_path, {path: path.encode() for path in _names(PART + 4)})
    here, told = Here(lambda job: job.function(*job.args)), list[tuple[int, int, str]]()
    _read(files, tmp_path, here, progress=lambda *said: told.append(said))
    assert [len(paths) for paths in here.ran] == [PART // 2 + 2, PART // 2 + 2, 0]
    assert [done for done, _, _ in told] == [PART // 2 + 2, PART + 4] and {total for _, total, _ in told} == {PART + 4}
    assert {path for _, _, path in told} < set(_names(PART + 4))


def test_what_failed_for_the_moment_is_looked_at_again_next_time_and_can_be_replayed(tmp_path: Path, fragile: None) -> None:
    files, _ = _files(tmp_path, {path: path.encode() for path in _names(20)})
    away, store = {"faces/checks/004.jpg"}, Memory()
    busy = _passing(FileTooLarge(Message("超时", "too long")))
    first = _read(files, tmp_path, Here(lambda job: _ends(job, away, busy)), store)
    assert _problems(first).keys() == away and first.faces is not None and len(first.faces.pictures) == 19
    versions = dict.fromkeys(contents(files), 1)
    assert replay_evidence(files, store, versions, {}) == first
    again = Here(lambda job: _ends(job, set(), busy))
    second = _read(files, tmp_path, again, store)
    assert again.ran and not _problems(second) and second.faces is not None and len(second.faces.pictures) == 20
    kept = dict(store.kept)
    idle = Here(lambda job: _ends(job, away, busy))
    assert _read(files, tmp_path, idle, store).faces == second.faces and not idle.ran
    assert _problems(_read(files, tmp_path, idle, store, reread=True)).keys() == away
    assert store.kept == kept, "what was read whole is not replaced by less"


def test_a_child_that_ends_for_good_reasons_is_believed(tmp_path: Path, fragile: None) -> None:
    files, _ = _files(tmp_path, {path: path.encode() for path in _names(3)})
    store = Memory()
    refuses = Here(lambda job: _ends(job, {"faces/checks/001.jpg"}, FileUnreadable(Message("坏", "bad"))))
    assert _problems(_read(files, tmp_path, refuses, store)).keys() == {"faces/checks/001.jpg"}
    idle = Here(lambda job: _ends(job, set(), FileUnreadable(Message("坏", "bad"))))
    assert _problems(_read(files, tmp_path, idle, store)).keys() == {"faces/checks/001.jpg"} and not idle.ran


@pytest.mark.parametrize("passing", [True, False])
def test_a_comparison_that_fails_costs_the_set(tmp_path: Path, fragile: None, passing: bool) -> None:
    files, _ = _files(tmp_path, {path: path.encode() for path in _names(3)})
    error = FileTooLarge(Message("大", "large"))
    error.passing = passing
    store = Memory()
    read = _read(files, tmp_path, Here(lambda job: job.function(*job.args) if job.key.paths else error), store)
    assert read.faces is None and [e.problems[0].code for e in read.evidence] == ["file.too_large"] * 3
    assert [facts for facts, _ in store.kept.values()] == ([] if passing else [None])


def test_vectors_are_not_shown_nor_kept(tmp_path: Path, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    files, paths = _files(tmp_path, {f"faces/{place}.jpg": faces.jpeg(faces.snapshot("admiral", 5 + i)) for i, place in enumerate(("enrolled/1", "checks/2"))})
    seen = FACE_SET.look(paths, CONTEXT)
    numbers = [f"{value:.4f}"[:-1] for one in seen.values() for value in one.vector[:8]]
    store = Memory()
    with caplog.at_level("DEBUG"):
        read = _read(files, tmp_path, sandbox, store)
    assert read.faces is not None and len(read.faces.distances) == 1
    told = caplog.text + repr(seen) + "".join(repr(facts) + str(facts_dumps(facts)) for facts, _ in store.kept.values())
    assert not [number for number in numbers if number in told]
