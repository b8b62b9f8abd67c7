"""Files from outside are looked into by a child process, never by the one that answers the calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from services.adapters.sandbox import Job, Sandbox
from services.domain.errors import EvidenceError

A = TypeVar("A")
T = TypeVar("T")

_SECONDS = 120.0
_LEAST_BYTES_A_SECOND = 4e6
"""Of a file that is read once, on a slow disk."""


def in_child(sandbox: Sandbox, read: Callable[[Path, A], T], path: Path, argument: A) -> T:
    """`read(path, argument)` in a limited child. Raises the EvidenceError that it ends in."""
    seconds = _SECONDS + path.stat().st_size / _LEAST_BYTES_A_SECOND
    ((_, outcome),) = sandbox.run([Job("", read, (path, argument), seconds)])
    if isinstance(outcome, EvidenceError):
        raise outcome
    result: T = outcome
    return result
