"""Celery over the job table: with each kind of broker the jobs are done, killed workers and brokers cost time only."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from services.adapters.celery_app import broker_folder, celery_app, queue_name
from services.adapters.celery_engine import CeleryEngine, Hints
from services.adapters.queue import Lane
from services.adapters.repository.base import now
from services.adapters.repository.tables import jobs
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from tests import brokers

MODULES = ("tests.integration.jobs_for_tests",)


@pytest.fixture(params=["filesystem", pytest.param("redis", marks=pytest.mark.slow), pytest.param("rabbitmq", marks=pytest.mark.slow)])
def broker(request: pytest.FixtureRequest) -> Iterator[brokers.Broker | None]:
    """None: no server but a folder."""
    if request.param == "filesystem":
        yield None
        return
    if not brokers.has(f"{request.param}-server"):
        pytest.skip(f"{request.param}-server is not installed")
    with getattr(brokers, request.param)() as server:
        yield server


@pytest.fixture
def installed(broker: brokers.Broker | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    settings = Settings(data_dir=tmp_path / "data", database_url=None, broker_url="filesystem://" if broker is None else broker.url, workers=2)
    settings = settings.model_copy(update={"job_lease_seconds": 3.0, "job_backoff_seconds": 0.1})
    for name in ("broker_url", "job_lease_seconds", "job_backoff_seconds", "data_dir"):
        monkeypatch.setenv(f"HEZHENG_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    store = open_store(settings)
    yield store
    store.close()


def wait_until(done: Callable[[], bool], seconds: float = 150.0) -> None:
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


def test_no_job_is_lost_when_celery_and_its_broker_are_killed(installed: Store, broker: brokers.Broker | None, tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    traces.mkdir()
    for n in range(16):
        installed.queue.enqueue("test.trace", folder=str(traces), n=n)
    engine, stop = CeleryEngine(installed.settings, MODULES), threading.Event()
    running = threading.Thread(target=engine.run, args=(stop,))
    running.start()
    try:
        wait_until(lambda: len(list(traces.iterdir())) >= 4)
        os.killpg(engine.pids()[0], signal.SIGKILL)
        if broker is not None:
            broker.kill()
            broker.restart()
        installed.queue.enqueue("test.trace", folder=str(traces), n=99)
        wait_until(lambda: installed.queue.counts() == {"done": 17})
    finally:
        stop.set()
        running.join()
    assert {int(p.name.split(".")[0]) for p in traces.iterdir()} == {*range(16), 99}
    assert engine.pids() == []


def test_files_are_read_by_children_of_celerys_children(installed: Store, tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    traces.mkdir()
    installed.queue.enqueue("test.child", folder=str(traces), n=21)
    engine, stop = CeleryEngine(installed.settings, MODULES), threading.Event()
    running = threading.Thread(target=engine.run, args=(stop,))
    running.start()
    try:
        wait_until(lambda: sum(installed.queue.counts().get(state, 0) for state in ("done", "dead")) == 1)
    finally:
        stop.set()
        running.join()
    assert [p.name for p in traces.iterdir()] == ["42"]


def test_the_private_folder_of_the_server_less_transport(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, broker_url="filesystem://")
    folder = broker_folder(settings)
    assert folder.stat().st_mode & 0o077 == 0
    (folder / "1.msg").touch()
    (folder / "2.msg").write_text("{}", encoding="ascii")
    broker_folder(settings)
    assert [p.name for p in folder.iterdir()] == ["2.msg"], "what a full disk left would kill the worker"


@pytest.mark.parametrize("url", ["filesystem://", "amqp://localhost//", "redis://localhost/0"])
def test_the_configuration(tmp_path: Path, url: str) -> None:
    conf = celery_app(Settings(data_dir=tmp_path, broker_url=url)).conf
    assert conf.task_acks_late and not conf.task_reject_on_worker_lost and conf.worker_prefetch_multiplier == 1 and conf.task_ignore_result
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert {q.name for q in conf.task_queues} == {queue_name(lane) for lane in Lane}
    if url.startswith("redis"):
        options = (conf.visibility_timeout, conf.broker_transport_options["visibility_timeout"], conf.result_backend_transport_options["visibility_timeout"])
        assert all(seconds > conf.task_time_limit for seconds in options)
    if url.startswith("amqp"):
        assert all(q.queue_arguments["x-queue-type"] == "quorum" and q.queue_arguments["x-delivery-limit"] > 1 for q in conf.task_queues)
        assert conf.broker_transport_options["confirm_publish"]


@pytest.mark.parametrize("broker", ["filesystem"], indirect=True)
def test_a_hint_is_sent_once_and_again_when_nobody_takes_it_up(installed: Store) -> None:
    installed.queue.enqueue("test.trace", folder="x", n=1)
    installed.queue.enqueue("test.trace", folder="x", n=2, delay_seconds=1000)
    app = celery_app(installed.settings)
    assert [Hints(installed, app).send() for _ in range(2)] == [1, 0]
    assert Hints(installed, app, again_after=timedelta(0)).send() == 1


def test_a_hint_sent_before_the_clock_was_set_back_is_sent_again(installed: Store) -> None:
    installed.queue.enqueue("test.trace", folder="x", n=1)
    hints = Hints(installed, celery_app(installed.settings))
    assert hints.send() == 1
    with installed.database.writing() as connection:
        connection.execute(update(jobs).values(hinted_at=now() + timedelta(hours=1)))
    assert [hints.send() for _ in range(2)] == [1, 0]
