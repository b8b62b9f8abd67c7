"""Files that are compared with each other, on all cores: looked at in parts, each in a child, then compared in one child more.

A part that its child cannot end (the child dies, takes too long or too much memory) is looked at again file by file, so that a bad file costs
itself. What was seen, vectors of faces among it, is in this process until it is compared: it is neither stored nor logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.adapters.sandbox import Job
from services.domain.errors import EvidenceError
from services.verify.readers import ReaderContext, SetReader

PART = 16
"""At most so many files are looked at in one go: two seconds of a child, about what it takes to load the model of faces the first time."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a child does for a task of the claim: it reads or looks at the files `paths`; without any it compares what was seen of the set."""

    task: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """What a child found, and how long that took it."""

    result: Any
    seconds: float


def timed(work: Callable[..., Any], *args: object) -> Timed:
    """Run in a child: a reading with its time."""
    began = time.monotonic()
    result = work(*args)
    return Timed(result, time.monotonic() - began)


class SetReading:
    """The steps of one set. `lacking`: files of which a child could see nothing now, though another time it may (`EvidenceError.passing`)."""

    def __init__(self, task: int, reader: SetReader, sources: Mapping[str, Path], context: ReaderContext) -> None:
        self.task, self.reader, self.sources, self.context = task, reader, sources, context
        self.seconds = 0.0
        self.lacking: dict[str, EvidenceError] = {}
        self._left = set(sources)
        self._seen: dict[str, Any] = {}

    def first_steps(self) -> list[Job[Step]]:
        """Parts of about the same size, with neighbours in different ones: what lies beside each other often is of one kind and size."""
        paths = sorted(self.sources)
        parts = -(-len(paths) // PART)
        return [self._look(tuple(paths[i::parts]), self.context.limits.cpu_seconds / 2) for i in range(parts)]

    def next_steps(self, paths: tuple[str, ...], outcome: Timed | EvidenceError) -> list[Job[Step]]:
        """Take what came of looking at some files; what is to be done then."""
        if isinstance(outcome, Timed):
            self.seconds += outcome.seconds
            self._seen.update(outcome.result)
        elif len(paths) > 1:
            return [self._look((path,), self.context.limits.cpu_seconds) for path in paths]
        else:
            self._seen[paths[0]] = outcome
            if outcome.passing:
                self.lacking[paths[0]] = outcome
        self._left.difference_update(paths)
        return [] if self._left else [self._compare()]

    def _look(self, paths: tuple[str, ...], seconds: float) -> Job[Step]:
        sources = {path: self.sources[path] for path in paths}
        return Job(Step(self.task, paths), timed, (self.reader.look, sources, self.context), seconds=float(seconds))

    def _compare(self) -> Job[Step]:
        seen, self._seen = self._seen, {}
        return Job(Step(self.task, ()), timed, (self.reader.compare, seen), seconds=float(self.context.limits.cpu_seconds))
