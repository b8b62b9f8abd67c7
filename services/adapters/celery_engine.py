"""Workers by Celery: its process runs below this one, which sends the hints, keeps house, and starts it anew when it ends or falls asleep."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from celery import Celery
from kombu.exceptions import OperationalError

from services.adapters.celery_app import TASK, broker_folder, celery_app, queue_name
from services.adapters.queue import Lane
from services.adapters.repository.base import now
from services.adapters.settings import Settings
from services.adapters.store import Store, await_store
from services.adapters.worker import Housework, worker_name

log = logging.getLogger("hezheng.celery")

_LOOK_SECONDS = 0.5
_HINT_AGAIN = timedelta(seconds=30)
_ASLEEP_SECONDS = 180.0
_STOP_SECONDS = 40.0


class Hints:
    """Tells the broker of jobs that are due: once at once, and again while nobody takes them up."""

    def __init__(self, store: Store, app: Celery, *, again_after: timedelta = _HINT_AGAIN) -> None:
        self._store, self._app, self._again = store, app, again_after

    def send(self) -> int:
        """How many hints were sent. A broker that is away is tried again later."""
        jobs = self._store.queue.unhinted(again_after=self._again)
        sent = 0
        for job_id, lane in jobs:
            try:
                self._app.send_task(TASK, args=(job_id,), queue=queue_name(lane), retry=False)
                sent += 1
            except (OperationalError, OSError) as error:
                log.warning("the broker does not take hints: %s", error)
                break
        return sent


class CeleryEngine:
    """Celery's worker as a process below this one."""

    def __init__(self, settings: Settings, modules: Sequence[str], *, lanes: Sequence[Lane] = tuple(Lane)) -> None:
        self._settings, self._modules, self._lanes = settings, tuple(modules), tuple(lanes)
        self._process: subprocess.Popen[bytes] | None = None
        self._moved = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; then the jobs at hand are let end."""
        store = await_store(self._settings)
        began, name = now(), worker_name()
        hints, housework = Hints(store, celery_app(self._settings)), Housework(store, name)
        try:
            while not stop.wait(_LOOK_SECONDS):
                self._keep_running(store)
                try:
                    store.queue.here(name, self._lanes, began)
                    housework.do()
                    if store.queue.lead("dispatcher", name, 10 * _LOOK_SECONDS):
                        hints.send()
                except Exception:  # the database is away: wait for it
                    log.exception("the job table does not answer")
        finally:
            self._end()
            store.queue.leave(name)
            store.close()

    def pids(self) -> list[int]:
        """Celery's main process, while it runs."""
        return [self._process.pid] if self._process is not None and self._process.poll() is None else []

    def _keep_running(self, store: Store) -> None:
        """Start Celery anew if it ended, or if jobs wait for long and none of its processes does any."""
        if self._process is not None and self._process.poll() is None:
            if not self._asleep(store):
                return
            log.error("Celery takes no jobs up: it is started anew")
            self._end()
        if not self._settings.broker_url or self._settings.broker_url.startswith("filesystem:"):
            broker_folder(self._settings)
        command = [sys.executable, "-m", "services.adapters.celery_worker", str(self._settings.workers), ",".join(self._lanes), *self._modules]
        environment = os.environ | {"HEZHENG_DATA_DIR": str(self._settings.data_dir)}
        self._process = subprocess.Popen(command, env=environment, start_new_session=True)
        self._moved = time.monotonic()

    def _asleep(self, store: Store) -> bool:
        try:
            waiting = any(lane in self._lanes for lane in store.queue.waiting())
            if not waiting or store.queue.counts().get("running"):
                self._moved = time.monotonic()
        except Exception:  # the database is away: nobody can do anything
            self._moved = time.monotonic()
        return time.monotonic() - self._moved > _ASLEEP_SECONDS

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
