"""The worker: takes jobs from the table one at a time, keeps their lease while they run, and never dies of a bad one."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Sequence
from typing import Any

from services.adapters.queue import Job, JobKind, job_kinds, scrub
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store

log = logging.getLogger("hezheng.worker")

_OVERTIME_EXIT = 70
_RESPAWN_SECONDS = 1.0


def run_worker(settings: Settings, stop: threading.Event, *, modules: Sequence[str] = ()) -> None:
    """Do jobs until `stop` is set; the one at hand is finished first. `modules` are imported to register their jobs."""
    for module in modules:
        importlib.import_module(module)
    store = open_store(settings)
    try:
        _loop(store, stop)
    finally:
        store.close()


def _loop(store: Store, stop: threading.Event) -> None:
    name = f"{_machine()}:{os.getpid()}"
    swept = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() - swept > store.queue.lease_seconds / 4:
                swept = time.monotonic()
                for given_up in store.queue.sweep(_is_gone):
                    _bury(store, given_up, "the worker fell silent at every attempt")
            held = store.queue.claim(name, sorted(job_kinds()))
        except Exception:  # the database is away: the worker waits for it, it has nothing to lose
            log.exception("the job table does not answer")
            held = None
        if held is None:
            stop.wait(store.settings.job_poll_seconds)
        else:
            do_job(store, held)


def _machine() -> str:
    """Where process ids mean the same processes: containers may share a host's name, but not its processes."""
    try:
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _is_gone(worker: str) -> bool:
    """Whether a worker was a process of this machine that no longer runs: its job need not wait until the lease lapses."""
    machine, _, pid = worker.rpartition(":")
    if machine != _machine() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it runs as somebody else
    return False


def do_job(store: Store, held: Job) -> None:
    """Run one job to its end and write down what became of it."""
    kind = job_kinds()[held.name]
    over = threading.Event()
    threading.Thread(target=_keep, args=(store, held, kind, over), daemon=True).start()
    try:
        kind.run(store, **held.args)
    except Exception as error:
        reason = "".join(traceback.format_exception_only(error)).strip()
        log.error("job %s %s, attempt %d: %s", held.name, held.id, held.attempt, scrub(traceback.format_exc()))
        over.set()
        _write(store, held, reason)
    else:
        over.set()
        _write(store, held, None)


def _write(store: Store, held: Job, failure: str | None) -> None:
    """If the database is away now the lease runs out, and another attempt follows."""
    try:
        if failure is None:
            if not store.queue.complete(held):
                log.warning("job %s %s was given to another worker meanwhile", held.name, held.id)
        elif store.queue.fail(held, failure):
            _bury(store, held, failure)
    except Exception:
        log.exception("job %s %s: its end could not be written down", held.name, held.id)


def _bury(store: Store, held: Job, reason: str) -> None:
    kind = job_kinds().get(held.name)
    log.error("job %s %s is dead: %s", held.name, held.id, scrub(reason))
    if kind is None or kind.dead is None:
        return
    try:
        kind.dead(store, scrub(reason), **held.args)
    except Exception:
        log.exception("job %s %s: nobody could be told that it is dead", held.name, held.id)


def _keep(store: Store, held: Job, kind: JobKind, over: threading.Event) -> None:
    """Lengthen the lease while the job runs; end the process when it runs past its time, so that its lease lapses."""
    began = time.monotonic()
    while not over.wait(store.queue.lease_seconds / 4):
        if time.monotonic() - began > kind.seconds:
            log.critical("job %s %s ran longer than %.0f s: the worker ends", held.name, held.id, kind.seconds)
            os._exit(_OVERTIME_EXIT)
        try:
            store.queue.beat(held)
        except Exception:
            log.exception("job %s %s: its lease could not be lengthened", held.name, held.id)


class WorkerPool:
    """Worker processes of an embedded server; one that ends is started again."""

    def __init__(self, settings: Settings, modules: Sequence[str]) -> None:
        self._settings = settings
        self._modules = tuple(modules)
        self._context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)

    def start(self) -> None:
        self._processes = [self._spawn() for _ in range(self._settings.workers)]
        self._watch.start()

    def stop(self, timeout: float = 20.0) -> None:
        """Ask the workers to stop after the job at hand; kill those that have not by then (their jobs are done again later)."""
        self._stop.set()
        self._watch.join()
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + timeout
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def pids(self) -> list[int]:
        """The processes at work now."""
        return [process.pid for process in self._processes if process.is_alive()]

    def _spawn(self) -> Any:
        process = self._context.Process(target=worker_process, args=(self._settings, self._modules, os.getpid()))
        process.start()
        return process

    def _watching(self) -> None:
        while not self._stop.wait(_RESPAWN_SECONDS):
            for place, process in enumerate(self._processes):
                if not process.is_alive():
                    log.error("a worker ended with status %s: another one starts", process.exitcode)
                    self._processes[place] = self._spawn()


def worker_process(settings: Settings, modules: Sequence[str], parent: int | None = None) -> None:
    """A worker as a process: stops on SIGTERM or SIGINT after the job at hand, and when its parent is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None:
        threading.Thread(target=_watch_parent, args=(parent, stop), daemon=True).start()
    run_worker(settings, stop, modules=modules)


def _watch_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(_RESPAWN_SECONDS):
        if os.getppid() != parent:
            stop.set()
