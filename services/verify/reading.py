"""Reading the evidence of a claim: which reader for which file, in child processes, each result kept once per content."""

from __future__ import annotations

import hashlib
from collections import deque
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
from services.verify.set_reading import SetReading, Step, Timed, timed

_EMPTY = FileProblem("file.empty", Message("文件为空（0字节），请重新上传", "the file is empty (0 bytes); upload it again"))
_UNREADABLE = "cannot be read as a picture (damaged, cut off, too large, or something else); export or take it again"
"""Facts of a set keep the reason in Chinese only."""

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

    @property
    def pieces(self) -> int:
        """What it counts in the progress: the files of a set, one for a content however often it is there."""
        return len({file.path for file in self.files}) if self.reader.whole_set else 1


def read_one(kind: EvidenceKind, source: Path, context: ReaderContext) -> Facts:
    """Run in a child: one file through the reader of its kind."""
    read = reader_for(kind).read
    assert read is not None
    return read(source, context)


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
    tasks = list(_tasks(files))
    kept: StoredFacts = {} if reread else store.facts_of((task.key, task.reader.name, task.reader.version) for task in tasks)
    work = _Work(tasks, kept, store, observe)
    more: deque[Job[Step]] = deque()
    for step, outcome in sandbox.run(work.jobs(path_of, ocr_engine, limits or Limits()), more):
        settled, following = work.take(step, outcome)
        more.extend(following)
        if progress and settled:
            progress(work.done, work.total, settled)
    return _assembled(files, tasks, work.known, {_slot(task): task.reader.version for task in tasks})


class _Work:
    """The tasks of a claim while they are read. `known`: what came of each; `done` and `total`: pieces that are settled, and all."""

    def __init__(self, tasks: Sequence[_Task], kept: StoredFacts, store: FactStore, observe: Callable[[str, float], None] | None) -> None:
        self.tasks, self.store, self.observe = tasks, store, observe
        whole = {key: outcome for key, outcome in kept.items() if outcome[0] is None or not outcome[1]}
        found = {_slot(task): _stored(whole, task, task.reader.version) for task in tasks}
        self.known = {slot: outcome for slot, outcome in found.items() if outcome is not None}
        self.sets: dict[int, SetReading] = {}
        self.total = sum(task.pieces for task in tasks)
        self.done = sum(task.pieces for task in tasks if _slot(task) in self.known)

    def jobs(self, path_of: Callable[[str], Path], ocr_engine: str, limits: Limits) -> list[Job[Step]]:
        """What can be begun with, long ones first, so that no core waits at the end."""
        jobs: list[Job[Step]] = []
        for number, task in enumerate(self.tasks):
            if _slot(task) in self.known:
                continue
            first = task.files[0]
            context = ReaderContext(name=first.path.rsplit("/", 1)[-1], media_type=first.media_type, ocr_engine=ocr_engine, limits=limits)
            if task.reader.read_set is not None:
                sources = {file.path: path_of(file.sha256) for file in task.files}
                self.sets[number] = SetReading(number, task.reader.read_set, sources, context)
                jobs += self.sets[number].first_steps()
            else:
                args = (read_one, first.kind, path_of(first.sha256), context)
                jobs.append(Job(Step(number, (first.path,)), timed, args, seconds=float(limits.cpu_seconds)))
        size_of = {(number, file.path): file.size for number, task in enumerate(self.tasks) for file in task.files}
        return sorted(jobs, key=lambda job: -sum(size_of[job.key.task, path] for path in job.key.paths))

    def take(self, step: Step, outcome: Timed | EvidenceError) -> tuple[str | None, list[Job[Step]]]:
        """What a child found: a path of the files that are settled by it, if there are any, and what is to be done then."""
        of_set = self.sets.get(step.task)
        following: list[Job[Step]] = []
        if of_set is not None and step.paths:
            following = of_set.next_steps(step.paths, outcome)
        else:
            self._settle(self.tasks[step.task], of_set, outcome)
        if not step.paths or any(job.key.paths for job in following):
            return None, following
        self.done += len(step.paths)
        return step.paths[0], following

    def _settle(self, task: _Task, of_set: SetReading | None, outcome: Timed | EvidenceError) -> None:
        lacking = tuple(FileProblem(error.code, error.message) for error in of_set.lacking.values()) if of_set else ()
        place = (task.key, task.reader.name, task.reader.version)
        if isinstance(outcome, EvidenceError):
            problem = self.known[_slot(task)] = FileProblem(outcome.code, outcome.message)
            if not outcome.passing:
                self.store.put_facts(*place, None, (problem,))
            return
        self.known[_slot(task)] = outcome.result
        if not lacking:
            self.store.put_facts(*place, outcome.result)
        elif (there := self.store.facts_of([place]).get(place)) is None or there[1]:
            # beside the facts: a batch can replay what was judged, and the next reading looks at the files again
            self.store.put_facts(*place, outcome.result, lacking)
        if self.observe:
            self.observe(task.reader.name, outcome.seconds + (of_set.seconds if of_set else 0.0))


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


def _assembled(files: Sequence[EvidenceFile], tasks: Sequence[_Task], known: Mapping[str, Facts | FileProblem], versions: Mapping[str, int]) -> Reading:
    outcome_of = {(file.path, file.sha256): known[_slot(task)] for task in tasks for file in task.files}
    evidence: list[Evidence] = []
    faces: FaceSetFacts | None = None
    pictures = {picture.path: picture for outcome in known.values() if isinstance(outcome, FaceSetFacts) for picture in outcome.pictures}
    unreadable = {path: why for outcome in known.values() if isinstance(outcome, FaceSetFacts) for path, why in outcome.unreadable}
    for file in files:
        outcome = outcome_of.get((file.path, file.sha256))
        if isinstance(outcome, FaceSetFacts):
            faces = outcome
            why = unreadable.get(file.path)
            problems = (FileProblem("file.unreadable", Message(f"{file.path} 无法读取：{why}", f"{file.path} {_UNREADABLE}")),) if why else ()
            own = pictures.get(file.path)
            evidence.append(Evidence(file, FaceSetFacts((own,), ()) if own else None, problems))
        elif isinstance(outcome, FileProblem):
            evidence.append(Evidence(file, None, (outcome,)))
        else:
            evidence.append(Evidence(file, outcome, (_EMPTY,) if file.size == 0 else ()))
    return Reading(tuple(evidence), faces, tuple(sorted((task.key, task.reader.name, versions[_slot(task)]) for task in tasks)))
