"""The worker: takes jobs from the table one at a time, keeps their lease while they run, and never dies of a bad one."""

from __future__ import annotations

import gc
import importlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from services.adapters.logs import about, log_to_stderr, words_of
from services.adapters.meters import observe
from services.adapters.queue import Job, JobKind, Lane, job_kinds, scrub
from services.adapters.repository.base import now
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store

log = logging.getLogger("hezheng.worker")

_OVERTIME_EXIT = 70
_RESPAWN_SECONDS = 1.0
_SAY_SECONDS = 15.0
_SWEEP_SECONDS = 15.0
_CLEAN_SECONDS = 3600.0


def run_worker(
    settings: Settings, stop: threading.Event, *, modules: Sequence[str] = (), lanes: Sequence[Lane] = tuple(Lane), pulse: Callable[[], None] = lambda: None
) -> None:
    """Do jobs of these lanes until `stop` is set; the one at hand is finished first. `modules` are imported to register their jobs.

    `pulse` is called as long as the worker is well: between jobs, and while the lease of one is lengthened.
    """
    load_jobs(modules)
    store = open_store(settings)
    spare_the_collector()
    try:
        _loop(store, stop, lanes, pulse)
    finally:
        _leave(store)
        store.close()


def load_jobs(modules: Sequence[str]) -> None:
    """Import modules that register jobs."""
    for module in modules:
        importlib.import_module(module)


def spare_the_collector() -> None:
    """A case is thousands of records without a cycle among them: looking for cycles each 700 of them took a quarter of the time to judge."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _loop(store: Store, stop: threading.Event, lanes: Sequence[Lane], pulse: Callable[[], None]) -> None:
    name, began = worker_name(), now()
    housework = Housework(store, name)
    seen = 0.0
    while not stop.is_set():
        pulse()
        try:
            if time.monotonic() - seen > _SAY_SECONDS:
                seen = time.monotonic()
                store.queue.here(name, lanes, began)
            housework.do()
            held = store.queue.claim(name, sorted(job_kinds()), lanes)
        except Exception:  # the database is away: the worker waits for it, it has nothing to lose
            log.exception("the job table does not answer")
            held = None
        if held is None:
            stop.wait(store.settings.job_poll_seconds)
        else:
            do_job(store, held, pulse)


def _leave(store: Store) -> None:
    try:
        store.queue.leave(worker_name())
    except Exception:
        log.exception("the worker could not say that it leaves")


class Housework:
    """What one worker of all does from time to time: taking back jobs of silent workers, forgetting old ones."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._swept = self._cleaned = 0.0

    def do(self) -> None:
        """Whatever is due."""
        store, at = self._store, time.monotonic()
        every = min(_SWEEP_SECONDS, store.queue.lease_seconds / 4)
        if self._swept and at - self._swept < every:
            return
        self._swept = at
        if not store.queue.lead("sweeper", self._name, 2 * every):
            return
        for given_up in store.queue.sweep(is_gone):
            bury(store, given_up, "the worker fell silent at every attempt")
        if not self._cleaned or at - self._cleaned > _CLEAN_SECONDS:
            self._cleaned = at
            while store.queue.clean(timedelta(days=store.settings.job_keep_days)):
                pass


def worker_name() -> str:
    return f"{_machine()}:{os.getpid()}"


def _machine() -> str:
    """Where process ids mean the same processes: containers may share a host's name, but not its processes."""
    try:
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def is_gone(worker: str) -> bool:
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


def do_job(store: Store, held: Job, pulse: Callable[[], None] = lambda: None) -> None:
    """Run one job to its end and write down what became of it."""
    with about(**words_of(held.id, held.name, held.attempt, held.args)):
        began = time.monotonic()
        _do_job(store, held, pulse)
        observe(store.database, "job", held.name, time.monotonic() - began)


def _do_job(store: Store, held: Job, pulse: Callable[[], None]) -> None:
    kind = job_kinds()[held.name]
    over = threading.Event()
    threading.Thread(target=_keep, args=(store, held, kind, over, pulse), daemon=True).start()
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
            bury(store, held, failure)
    except Exception:
        log.exception("job %s %s: its end could not be written down", held.name, held.id)


def bury(store: Store, held: Job, reason: str) -> None:
    kind = job_kinds().get(held.name)
    log.error("job %s %s is dead: %s", held.name, held.id, scrub(reason))
    if kind is None or kind.dead is None:
        return
    try:
        kind.dead(store, scrub(reason), **held.args)
    except Exception:
        log.exception("job %s %s: nobody could be told that it is dead", held.name, held.id)


def _keep(store: Store, held: Job, kind: JobKind, over: threading.Event, pulse: Callable[[], None]) -> None:
    """Lengthen the lease while the job runs; end the process when it runs past its time, so that its lease lapses."""
    began = time.monotonic()
    while not over.wait(min(_SWEEP_SECONDS, store.queue.lease_seconds / 4)):
        pulse()
        if time.monotonic() - began > kind.seconds:
            log.critical("job %s %s ran longer than %.0f s: the worker ends", held.name, held.id, kind.seconds)
            os._exit(_OVERTIME_EXIT)
        try:
            store.queue.beat(held)
        except Exception:
            log.exception("job %s %s: its lease could not be lengthened", held.name, held.id)


class WorkerPool:
    """Worker processes on this machine. One that ends, or whose heart stops though it runs, is replaced.

    Of several, the first leaves what takes minutes to the others: photos do not wait behind videos.
    """

    def __init__(self, settings: Settings, modules: Sequence[str], *, lanes: Sequence[Lane] = tuple(Lane), silence_seconds: float = 120.0) -> None:
        self._settings = settings
        self._modules = tuple(modules)
        self._lanes = tuple(lanes)
        self._silence = silence_seconds
        self._context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._hearts: list[Any] = []
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)

    def start(self) -> None:
        self._hearts = [self._context.Value("d", 0.0) for _ in range(self._settings.workers)]
        self._processes = [self._spawn(place) for place in range(self._settings.workers)]
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

    def _spawn(self, place: int) -> Any:
        lanes = self._lanes
        if place == 0 and self._settings.workers > 1:
            lanes = tuple(lane for lane in lanes if lane not in (Lane.HEAVY, Lane.BULK)) or lanes
        self._hearts[place].value = time.monotonic()
        process = self._context.Process(target=worker_process, args=(self._settings, self._modules, os.getpid(), lanes, self._hearts[place]), name="worker")
        process.start()
        return process

    def _watching(self) -> None:
        while not self._stop.wait(_RESPAWN_SECONDS):
            for place, process in enumerate(self._processes):
                if process.is_alive() and time.monotonic() - self._hearts[place].value > self._silence:
                    log.error("worker %s has given no sign for %.0f s: it is killed", process.pid, self._silence)
                    process.kill()
                    process.join()
                if not process.is_alive():
                    log.error("a worker ended with status %s: another one starts", process.exitcode)
                    self._processes[place] = self._spawn(place)


def worker_process(settings: Settings, modules: Sequence[str], parent: int | None = None, lanes: Sequence[Lane] = tuple(Lane), heart: Any = None) -> None:
    """A worker as a process: stops on SIGTERM or SIGINT after the job at hand, and when its parent is gone."""
    log_to_stderr(as_json=settings.log_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None:
        threading.Thread(target=_watch_parent, args=(parent, stop), daemon=True).start()

    def pulse() -> None:
        if heart is not None:
            heart.value = time.monotonic()

    run_worker(settings, stop, modules=modules, lanes=lanes, pulse=pulse)


def _watch_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(_RESPAWN_SECONDS):
        if os.getppid() != parent:
            stop.set()
