"""Reading the evidence of a claim: which reader for which file, in child processes, each result kept once per content."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.adapters.sandbox import Job, Sandbox
from services.domain.case import Evidence, FileProblem
from services.domain.errors import EvidenceError, HezhengError
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import FaceSetFacts, Facts
from services.domain.text import Message
from services.verify.readers import Limits, Reader, ReaderContext, all_readers, reader_for

_EMPTY = FileProblem("file.empty", Message("文件为空（0字节），请重新上传", "the file is empty (0 bytes); upload it again"))


StoredFacts = Mapping[tuple[str, str, int], tuple[Facts | None, tuple[FileProblem, ...]]]


class FactStore(Protocol):
    """Where facts are kept by (sha256, reader, version)."""

    def facts_of(self, wanted: Iterable[tuple[str, str, int]]) -> StoredFacts: ...

    def put_facts(self, sha256: str, reader: str, version: int, facts: Facts | None, problems: tuple[FileProblem, ...] = ()) -> None: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: evidence in the claim's order, and the comparison of its face pictures, if there are any.

    `used`: (content, reader, version) of the facts it is made of.
    """

    evidence: tuple[Evidence, ...]
    faces: FaceSetFacts | None
    used: tuple[tuple[str, str, int], ...] = ()


class FactsMissing(HezhengError):
    """Facts that a replay needs are not stored (any more)."""


@dataclass(frozen=True, slots=True)
class _Task:
    reader: Reader
    key: str
    files: tuple[EvidenceFile, ...]


def read_one(kind: EvidenceKind, source: Path, context: ReaderContext) -> Facts:
    """Run in a child: one file through the reader of its kind."""
    read = reader_for(kind).read
    assert read is not None
    return read(source, context)


def read_set(kind: EvidenceKind, sources: Mapping[str, Path], context: ReaderContext) -> Facts:
    """Run in a child: all files of a kind whose reader compares them with each other."""
    read = reader_for(kind).read_set
    assert read is not None
    return read(sources, context)


@dataclass(frozen=True, slots=True)
class Timed:
    """What was read, and how long that took the child."""

    facts: Facts
    seconds: float


def timed(read: Callable[..., Facts], *args: object) -> Timed:
    """Run in a child: a reading with its time."""
    began = time.monotonic()
    facts = read(*args)
    return Timed(facts, time.monotonic() - began)


def read_evidence(
    files: Sequence[EvidenceFile],
    path_of: Callable[[str], Path],
    store: FactStore,
    sandbox: Sandbox,
    *,
    ocr_engine: str = "rapidocr",
    limits: Limits | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    observe: Callable[[str, float], None] | None = None,
    reread: bool = False,
) -> Reading:
    """Read what is not in the store yet. `progress(done, total, path)`; `observe(reader, seconds)`; `path_of(sha256)` gives the bytes' place.

    That a file cannot be read is kept like facts, unless it may have been for the moment only (time, memory).
    """
    limits = limits or Limits()
    tasks = list(_tasks(files))
    kept: StoredFacts = {} if reread else store.facts_of((task.key, task.reader.name, task.reader.version) for task in tasks)
    known: dict[str, Facts | FileProblem] = {}
    jobs: list[Job[int]] = []
    for number, task in enumerate(tasks):
        outcome = _stored(kept, task, task.reader.version)
        if outcome is not None:
            known[_slot(task)] = outcome
        else:
            jobs.append(_job(number, task, path_of, ocr_engine, limits))
    jobs.sort(key=lambda job: -sum(f.size for f in tasks[job.key].files))  # long ones first, so that no core waits at the end
    done = len(tasks) - len(jobs)
    for number, outcome in sandbox.run(jobs):
        task = tasks[number]
        if isinstance(outcome, EvidenceError):
            problem = known[_slot(task)] = FileProblem(outcome.code, outcome.message)
            if not outcome.passing:
                store.put_facts(task.key, task.reader.name, task.reader.version, None, (problem,))
        else:
            known[_slot(task)] = outcome.facts
            store.put_facts(task.key, task.reader.name, task.reader.version, outcome.facts)
            if observe:
                observe(task.reader.name, outcome.seconds)
        done += 1
        if progress:
            progress(done, len(tasks), task.files[0].path)
    return _assembled(files, tasks, known, {_slot(task): task.reader.version for task in tasks})


def replay_evidence(
    files: Sequence[EvidenceFile],
    store: FactStore,
    versions: Mapping[tuple[str, str], int],
    earlier: Mapping[str, tuple[FileProblem, ...]],
) -> Reading:
    """The evidence from stored facts alone, whatever version of a reader they are of: `versions` of (content, reader).

    `earlier`: the problems of unreadable files (by path) as they were found before. Raises FactsMissing.
    """
    tasks = list(_tasks(files))
    kept = store.facts_of((*place, versions[place]) for task in tasks if (place := (task.key, task.reader.name)) in versions)
    known: dict[str, Facts | FileProblem] = {}
    used: dict[str, int] = {}
    for task in tasks:
        path = task.files[0].path
        version = versions.get((task.key, task.reader.name))
        outcome = None if version is None else _stored(kept, task, version)
        if outcome is None:
            problems = earlier.get(path, ())
            if not problems:
                zh, en = f"{path} 的读取结果未保存；请选择重新读取（reread）", f"what was read in {path} is not stored; ask for it to be read again (reread)"
                raise FactsMissing(Message(zh, en))
            outcome = problems[0]
        known[_slot(task)] = outcome
        used[_slot(task)] = task.reader.version if version is None else version
    return _assembled(files, tasks, known, used)


def contents(files: Sequence[EvidenceFile]) -> list[tuple[str, str]]:
    """What facts of these files are stored under: (content, reader)."""
    return [(task.key, task.reader.name) for task in _tasks(files)]


def _stored(kept: StoredFacts, task: _Task, version: int) -> Facts | FileProblem | None:
    stored = kept.get((task.key, task.reader.name, version))
    if stored is None:
        return None
    facts, problems = stored
    return facts if facts is not None else (problems[0] if problems else None)


def reader_versions() -> tuple[tuple[str, int], ...]:
    """Every reader with its version: what a report says it was read by."""
    return tuple((reader.name, reader.version) for reader in all_readers())


def _tasks(files: Sequence[EvidenceFile]) -> Iterator[_Task]:
    """One task for each distinct content and reader; one for each kind that is read as a whole set."""
    sets: dict[str, tuple[Reader, list[EvidenceFile]]] = {}
    singles: dict[tuple[str, str], tuple[Reader, list[EvidenceFile]]] = {}
    for file in files:
        if file.kind is None or file.size == 0:
            continue
        reader = reader_for(file.kind)
        slot = sets.setdefault(reader.name, (reader, [])) if reader.whole_set else singles.setdefault((file.sha256, reader.name), (reader, []))
        slot[1].append(file)
    for (sha256, _), (reader, same) in singles.items():
        yield _Task(reader, sha256, tuple(same))
    for reader, members in sets.values():
        listing = "\n".join(sorted(f"{f.path} {f.sha256}" for f in members))
        yield _Task(reader, hashlib.sha256(listing.encode()).hexdigest(), tuple(members))


def _slot(task: _Task) -> str:
    return f"{task.reader.name} {task.key}"


def _job(number: int, task: _Task, path_of: Callable[[str], Path], ocr_engine: str, limits: Limits) -> Job[int]:
    first = task.files[0]
    assert first.kind is not None
    context = ReaderContext(name=first.path.rsplit("/", 1)[-1], media_type=first.media_type, ocr_engine=ocr_engine, limits=limits)
    if task.reader.whole_set:
        sources = {f.path: path_of(f.sha256) for f in task.files}
        return Job(number, timed, (read_set, first.kind, sources, context), seconds=limits.cpu_seconds + 5.0 * len(sources))
    return Job(number, timed, (read_one, first.kind, path_of(first.sha256), context), seconds=float(limits.cpu_seconds))


def _assembled(files: Sequence[EvidenceFile], tasks: Sequence[_Task], known: Mapping[str, Facts | FileProblem], versions: Mapping[str, int]) -> Reading:
    outcome_of = {(file.path, file.sha256): known[_slot(task)] for task in tasks for file in task.files}
    evidence: list[Evidence] = []
    faces: FaceSetFacts | None = None
    pictures = {picture.path: picture for outcome in known.values() if isinstance(outcome, FaceSetFacts) for picture in outcome.pictures}
    for file in files:
        outcome = outcome_of.get((file.path, file.sha256))
        if isinstance(outcome, FaceSetFacts):
            faces = outcome
            why = dict(outcome.unreadable).get(file.path)
            problems = (FileProblem("file.unreadable", Message(f"{file.path} 无法读取：{why}", f"{file.path} cannot be read: {why}")),) if why else ()
            own = pictures.get(file.path)
            evidence.append(Evidence(file, FaceSetFacts((own,), ()) if own else None, problems))
        elif isinstance(outcome, FileProblem):
            evidence.append(Evidence(file, None, (outcome,)))
        else:
            evidence.append(Evidence(file, outcome, (_EMPTY,) if file.size == 0 else ()))
    return Reading(tuple(evidence), faces, tuple(sorted((task.key, task.reader.name, versions[_slot(task)]) for task in tasks)))
