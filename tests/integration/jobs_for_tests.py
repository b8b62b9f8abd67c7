"""Jobs that leave a trace in a folder, for tests of workers as processes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from services.adapters.queue import job
from services.adapters.store import Store


@job("test.trace")
def trace(_store: Store, folder: str, n: int) -> None:
    """Leaves one file for each run."""
    time.sleep(0.05)
    (Path(folder) / f"{n}.{os.getpid()}.{time.monotonic_ns()}").touch()


@job("test.overtime", seconds=0.3)
def overtime(_store: Store, folder: str) -> None:
    """Never ends."""
    (Path(folder) / f"began.{time.monotonic_ns()}").touch()
    while True:
        time.sleep(1)
