"""Child processes for work on untrusted files: without network, limited in memory, time and where they write, replaced when they die.

A decoder that crashes, hangs or eats memory costs its own file, never the claim. The only importer of pebble.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from services.adapters.confinement import hidden_from_children, limit, wall_in
from services.adapters.temporary import HeldFolder, remove_left_behind
from services.domain.errors import EvidenceError, FileTooLarge, FileUnreadable
from services.domain.text import Message

K = TypeVar("K")

log = logging.getLogger("hezheng.sandbox")


@dataclass(frozen=True, slots=True)
class Job(Generic[K]):
    """One call in a child. `function` must be importable by name, `args` and its result picklable."""

    key: K
    function: Callable[..., Any]
    args: tuple[Any, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """Bytes of address space, bytes of one written file, seconds of CPU and calls until a child is replaced."""

    memory: int = 8 * 1024**3
    written: int = 5 * 1024**3
    calls: int = 200
    cpu_seconds: int = 4 * 3600


class Sandbox:
    """A pool of limited children. Use as a context manager."""

    def __init__(self, workers: int, limits: ChildLimits | None = None) -> None:
        self.limits = limits or ChildLimits()
        self.workers = max(1, workers)
        self._lock = threading.RLock()
        self._stopped = False
        remove_left_behind()
        self._held = HeldFolder("children")
        self._pool = self._new_pool()

    @property
    def folder(self) -> Path:
        """The only place that the children can write to; it goes with them."""
        with self._lock:
            if not self._stopped and not self._held.path.is_dir():
                log.error("somebody removed the folder of the children: %s", self._held.path)
                self._renew()
            return self._held.path

    def _new_pool(self) -> ProcessPool:
        # spawn: a fork of a process with threads may deadlock, and models are loaded in the child anyway
        return ProcessPool(
            max_workers=self.workers,
            max_tasks=self.limits.calls,
            initializer=_confine,
            initargs=(self.limits, self._held.path, hidden_from_children()),
            context=multiprocessing.get_context("spawn"),
        )

    def _renew(self) -> None:
        """Other children, where those at hand cannot be used any more."""
        self._end_pool()
        if not self._held.path.is_dir():
            self._held.remove()
            self._held = HeldFolder("children")
        self._pool = self._new_pool()

    def _end_pool(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the children, whatever they are doing."""
        with self._lock:
            self._stopped = True
            self._end_pool()
            self._held.remove()

    def run(self, jobs: Iterable[Job[K]], more: deque[Job[K]] | None = None) -> Iterator[tuple[K, Any]]:
        """Each job's key with its result, or with the EvidenceError it ended in, as they finish.

        What the caller puts into `more` because of a result is run too, after the jobs that wait already.
        """
        waiting: dict[Any, Job[K]] = {self._schedule(job): job for job in jobs}
        again: set[int] = set()
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                job = waiting.pop(future)
                if (future.cancelled() or isinstance(future.exception(), BrokenProcessPool)) and id(job) not in again and not self._stopped:
                    again.add(id(job))
                    waiting[self._schedule(job)] = job
                else:
                    yield job.key, _result_of(future)
            while more:
                job = more.popleft()
                waiting[self._schedule(job)] = job

    def _schedule(self, job: Job[K]) -> Any:
        """A pool ends for good when a child dies that had nothing to do: then it gets a successor."""
        with self._lock:
            try:
                return self._pool.schedule(_guarded, args=(job.function, job.args), timeout=job.seconds)
            except RuntimeError:
                if self._stopped:
                    raise
                log.error("the children are gone; others are started")
                self._renew()
                return self._pool.schedule(_guarded, args=(job.function, job.args), timeout=job.seconds)


def _guarded(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Run in the child: what a decoder throws at a hostile file may not even be picklable, so it comes back as a value."""
    try:
        return function(*args)
    except EvidenceError as error:
        return error
    except MemoryError:
        raise
    except Exception as error:
        return _Unexpected(f"{type(error).__name__}: {error}"[:300], traceback.format_exc())


@dataclass(frozen=True, slots=True)
class _Unexpected:
    summary: str
    trace: str


def _result_of(future: Any) -> Any:
    try:
        result = future.result()
        if isinstance(result, _Unexpected):
            log.error("a reader failed: %s", result.trace)
            return _for_now(
                FileUnreadable(
                    Message(f"读取时出错（{result.summary}），请核对或重新导出文件", f"reading failed ({result.summary}); look at the file or export it again")
                )
            )
        return result
    except (FutureTimeout, TimeoutError):
        return _for_now(
            FileTooLarge(
                Message("文件处理超时，已中止；请拆分或压缩后重新提交", "the file took too long and was stopped; split or shrink it and submit it again")
            )
        )
    except MemoryError:
        return _for_now(
            FileTooLarge(
                Message("处理文件所需内存超出限制；请降低分辨率或拆分后重新提交", "the file needs more memory than allowed; lower its resolution or split it")
            )
        )
    except (BrokenProcessPool, CancelledError):
        log.error("children cannot be started")
        return _for_now(FileUnreadable(Message("解码进程无法启动，请联系运维人员", "no child for decoding can be started; tell the operator")))
    except ProcessExpired as error:
        reason = signal.Signals(-error.exitcode).name if error.exitcode and error.exitcode < 0 else str(error.exitcode)
        return _for_now(
            FileUnreadable(
                Message(f"解码程序异常退出（{reason}），文件可能已损坏；请重新导出", f"the decoder died ({reason}); the file may be damaged, export it again")
            )
        )


def _for_now(error: EvidenceError) -> EvidenceError:
    """What a busy machine or a fault of ours may have caused is not held against the file for good."""
    error.passing = True
    return error


def _confine(limits: ChildLimits, folder: Path, hidden: tuple[Path, ...] = ()) -> None:
    """Run in the child before any file is opened. One thread per library: the pool has a process per core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ[name] = "1"
    own = Path(tempfile.mkdtemp(dir=folder))
    os.chdir(own)
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    limit(limits.memory, limits.written, limits.cpu_seconds)
    wall_in([folder], hidden)
