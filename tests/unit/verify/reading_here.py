"""What tests of reading need: a store in a dictionary, and jobs run in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from services.adapters.sandbox import Job
from services.domain.case import FileProblem
from services.domain.facts import Facts
from services.verify.reading import StoredFacts
from services.verify.set_reading import Step


class Memory:
    """A store of facts in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int], tuple[Facts | None, tuple[FileProblem, ...]]] = {}

    def facts_of(self, wanted: Iterable[tuple[str, str, int]]) -> StoredFacts:
        return {key: self.kept[key] for key in wanted if key in self.kept}

    def put_facts(self, sha256: str, reader: str, version: int, facts: Facts | None, problems: tuple[FileProblem, ...] = ()) -> None:
        self.kept[sha256, reader, version] = facts, problems


class Here:
    """Runs jobs in this process: what is tested is which are run, not how. `ran`: the files of each."""

    def __init__(self, answer: Callable[[Job[Step]], Any]) -> None:
        self.answer = answer
        self.ran: list[tuple[str, ...]] = []

    def run(self, jobs: Iterable[Job[Step]], more: deque[Job[Step]]) -> Iterator[tuple[Step, Any]]:
        waiting = deque(jobs)
        while waiting:
            job = waiting.popleft()
            self.ran.append(job.key.paths)
            yield job.key, self.answer(job)
            while more:
                waiting.append(more.popleft())
