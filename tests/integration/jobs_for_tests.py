"""Jobs that leave a trace in a folder, for tests of workers as processes."""

from __future__ import annotations

import operator
import os
import time
from pathlib import Path

from services.adapters.queue import job
from services.adapters.sandbox import Job, Sandbox
from services.adapters.store import Store


@job("test.trace")
def trace(_store: Store, folder: str, n: int) -> None:
    """Leaves one file for each run."""
    time.sleep(0.05)
    (Path(folder) / f"{n}.{os.getpid()}.{time.monotonic_ns()}").touch()


@job("test.child")
def in_a_child(_store: Store, folder: str, n: int) -> None:
    """Leaves a file named by what a child of the worker reckoned, as files are read."""
    with Sandbox(workers=1) as sandbox:
        [(_, result)] = sandbox.run([Job(0, operator.mul, (n, 2), 60.0)])
    (Path(folder) / f"{result}").touch()


@job("test.overtime", seconds=0.3)
def overtime(_store: Store, folder: str) -> None:
    """Never ends."""
    (Path(folder) / f"began.{time.monotonic_ns()}").touch()
    while True:
        time.sleep(1)
