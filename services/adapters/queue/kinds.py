"""What workers do: `@job("name")` registers a function for jobs of a name; names and ids are all that the services know of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.domain.identity import mask_in_text

SOON = 3
"""A person waits for it."""
NORMAL = 5
BATCH = 8
"""Behind everything that somebody waits for."""

_REASON_CHARACTERS = 2000


class Lane(StrEnum):
    """Queues by weight, in the order in which a worker looks at them: nothing light waits behind something heavy."""

    URGENT = "urgent"
    LIGHT = "light"
    HEAVY = "heavy"
    """Videos and the like: minutes each."""
    BATCH = "batch"
    """Slices of batches: seconds each."""
    BULK = "bulk"
    """Batches that read files again, and what is done once for a whole batch: minutes each."""


def lane_of(priority: int) -> Lane:
    """Where a job goes whose weight nobody told."""
    if priority <= SOON:
        return Lane.URGENT
    return Lane.BATCH if priority >= BATCH else Lane.LIGHT


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker holds. `attempt` counts from 1."""

    id: str
    name: str
    args: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class JobKind:
    """What is done for a name. `seconds`: the longest it may take. `dead` is told (store, reason, **args) when it is given up."""

    name: str
    run: Callable[..., None]
    seconds: float
    dead: Callable[..., None] | None


CANCELLED = "cancelled by an operator"
"""The reason that `dead` is told where nothing went wrong."""

_KINDS: dict[str, JobKind] = {}


def job(name: str, *, seconds: float = 3600.0, dead: Callable[..., None] | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function `(store: Store, **args)` for jobs of a name. It must be fit to run twice. Raises ValueError for a name taken."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        known = _KINDS.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(f"jobs {name!r} are done by {known.run.__module__} already")
        _KINDS[name] = JobKind(name, function, seconds, dead)
        return function

    return register


def job_kinds() -> dict[str, JobKind]:
    return dict(_KINDS)


def scrub(text: str) -> str:
    """A reason fit for operators' eyes: bounded, no citizen's number in full."""
    return mask_in_text(text)[:_REASON_CHARACTERS]
