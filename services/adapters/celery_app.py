"""Celery as an engine over the job table: a message is only a hint that a job is there. The one module that configures it.

Whatever a broker loses, doubles or delays costs nothing but time: a hint is taken up only if the table says that the job waits, and
hints that nobody took up are sent again.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.process import AuthenticationString  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, signals
from kombu.entity import Exchange
from kombu.entity import Queue as BrokerQueue

from services.adapters.queue import Lane, job_kinds
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.adapters.worker import do_job, load_jobs, spare_the_collector, worker_name

HARD_SECONDS = 5 * 3600
"""Above the longest job; every broker's patience is above it in turn."""
_SOFT_SECONDS = HARD_SECONDS - 60
_PATIENCE_SECONDS = 2 * HARD_SECONDS
_TASKS_A_CHILD = 200
_CHILD_KILOBYTES = 6 * 1024**2
_DELIVERIES = 20
TASK = "hezheng.hint"
__all__ = ["TASK", "broker_folder", "celery_app", "queue_name"]


def queue_name(lane: str) -> str:
    return f"hezheng.{lane}"


def celery_app(settings: Settings, modules: tuple[str, ...] = ()) -> Celery:
    """The application for a broker: filesystem:// (a private folder of the installation), amqp:// (quorum queues) or redis://."""
    url = settings.broker_url or "filesystem://"
    scheme = urlsplit(url).scheme
    app = Celery("hezheng", broker=url, set_as_current=False)
    app.conf.update(
        task_queues=[_queue(lane, scheme) for lane in Lane],
        task_default_queue=queue_name(Lane.LIGHT),
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=False,  # the sweeper gives the job to another attempt, and counts it
        task_acks_on_failure_or_timeout=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_time_limit=HARD_SECONDS,
        task_soft_time_limit=_SOFT_SECONDS,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=_TASKS_A_CHILD,
        worker_max_memory_per_child=_CHILD_KILOBYTES,
        worker_soft_shutdown_timeout=20.0,
        worker_enable_soft_shutdown_on_idle=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport(settings, scheme),
        result_backend=None,
        result_backend_transport_options={"visibility_timeout": _PATIENCE_SECONDS},
        visibility_timeout=_PATIENCE_SECONDS,
    )
    _hint_task(app, settings, modules)
    return app


def _queue(lane: Lane, scheme: str) -> BrokerQueue:
    arguments: dict[str, Any] = {}
    if scheme in ("amqp", "amqps", "pyamqp"):
        arguments = {"x-queue-type": "quorum", "x-delivery-limit": _DELIVERIES}
    name = queue_name(lane)
    exchange = Exchange(name, type="direct")  # type: ignore[no-untyped-call]
    return BrokerQueue(name, exchange, routing_key=name, queue_arguments=arguments)  # type: ignore[no-untyped-call]


def _transport(settings: Settings, scheme: str) -> dict[str, Any]:
    if scheme == "filesystem":
        folder = broker_folder(settings)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder.with_name("broker-control")),
            "store_processed": False,
        }
    if scheme in ("redis", "rediss"):
        return {"visibility_timeout": _PATIENCE_SECONDS, "socket_keepalive": True, "socket_timeout": 30, "health_check_interval": 20}
    return {"confirm_publish": True}


def broker_folder(settings: Settings) -> Path:
    """The private folder of the server-less transport; messages without content, which a full disk leaves, are taken away."""
    for name in ("broker", "broker-control"):
        (settings.data_dir / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = settings.data_dir / "broker"
    for message in folder.glob("*.msg"):
        try:
            if message.stat().st_size == 0:
                message.unlink()
        except FileNotFoundError:
            pass  # another worker was quicker
    return folder


def _hint_task(app: Celery, settings: Settings, modules: tuple[str, ...]) -> None:
    stores: dict[int, Store] = {}

    def begun(**_: object) -> None:
        # Ours read files in children of their own. A child of Celery counts as a daemon, which may have none, and has a key of billiard's class,
        # which multiprocessing cannot hand on to them.
        config = multiprocessing.current_process()._config  # type: ignore[attr-defined]
        config["daemon"], config["authkey"] = False, AuthenticationString(config["authkey"])
        load_jobs(modules)
        spare_the_collector()

    def store_here() -> Store:
        """Of this child; opened by its first job, for the database may be away when the child begins."""
        if os.getpid() not in stores:
            stores[os.getpid()] = open_store(settings)
        return stores[os.getpid()]

    def ended(**_: object) -> None:
        store = stores.pop(os.getpid(), None)
        if store is not None:
            store.close()

    def hint(job_id: str) -> None:
        """Do the job, if it still waits."""
        store = store_here()
        held = store.queue.claim_one(worker_name(), job_id, sorted(job_kinds()))
        if held is not None:
            do_job(store, held)

    signals.worker_process_init.connect(begun, weak=False)
    signals.worker_process_shutdown.connect(ended, weak=False)
    app.task(name=TASK)(hint)
