"""`hezheng serve|worker|migrate`: the service over an installation's store."""

from __future__ import annotations

import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer
import uvicorn
from pydantic import SecretStr

from services.adapters.confinement import hide_from_children
from services.adapters.logs import log_to_stderr
from services.adapters.queue import Lane
from services.adapters.settings import Settings
from services.adapters.store import Store, await_store, open_store
from services.adapters.worker import WorkerPool
from services.ingest.app import create_app
from services.ingest.wire import BoundedHttp
from services.report.pages import pages_router
from services.verify.batches import checked

JOB_MODULES = ("services.verify.tasks", "services.report.tasks", "services.report.notify")


def settings_for(data: Path | None, **changes: object) -> Settings:
    """The settings of the environment, with what the command line says instead."""
    given = {name: value for name, value in changes.items() if value is not None}
    if data is not None:
        given |= {"data_dir": data.absolute()}
    return Settings().model_copy(update=given)


@contextmanager
def installed_store(data: Path | None) -> Iterator[Store]:
    """The store of an installation, opened and brought up to date."""
    store = open_store(settings_for(data))
    try:
        yield store
    finally:
        store.close()


def serve(*, host: str | None, port: int | None, data: Path | None) -> int:
    """API, pages and workers until Ctrl-C or SIGTERM; prints the address and, where none is configured, an API key."""
    settings = settings_for(data, host=host, port=port)
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(_listen(settings.host, settings.port))
        except OSError as error:
            why = f"{settings.host}:{settings.port}: {str(error.strerror).partition(' (while')[0]}"
            typer.echo(f"{why}：无法监听，请用 --port 或 --host 另选 / cannot listen there; choose another with --port or --host", err=True)
            return 1
        log_to_stderr(as_json=settings.log_json)
        store = await_store(settings)
        stack.callback(store.close)
        settings, shown_key = _with_key(settings, store)
        app = create_app(settings, extra_routers=(pages_router(),))
        app.state.check_order = checked  # the API knows no policies
        server = uvicorn.Server(uvicorn.Config(app, http=BoundedHttp, log_config=None, access_log=False, server_header=False))
        stopped = _stop_on_signals(server)
        if not settings.broker_url:  # with a broker the workers are processes of their own: `hezheng worker`
            workers = WorkerPool(settings, JOB_MODULES)
            workers.start()
            stack.callback(workers.stop)
        address = f"http://{_in_url(settings.host)}:{listener.getsockname()[1]}"
        typer.echo(f"核证 Hezheng: {address}/    API: {address}/api/v1    文档 docs: {address}/docs\n数据 data: {settings.data_dir}\n{shown_key}")
        if not stopped.is_set():
            server.run(sockets=[listener])
        return 0 if stopped.is_set() else 1


def _stop_on_signals(server: uvicorn.Server) -> threading.Event:
    """SIGTERM and SIGINT end the server and are done with: whoever sent one gets status 0 after everything is closed.

    While it runs, uvicorn has handlers of its own that do the same and hand the signal on to these at its end.
    """
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopped


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def work(*, data: Path | None, processes: int | None = None, lanes: str | None = None) -> int:
    """Only workers; they stop after the jobs at hand on SIGTERM or Ctrl-C. The parent of the processes watches over them."""
    try:
        chosen = tuple(Lane(name.strip()) for name in lanes.split(",")) if lanes else tuple(Lane)
    except ValueError:
        typer.echo(f"--lanes: {lanes}：应为 / one or more of {', '.join(Lane)}", err=True)
        return 2
    settings = settings_for(data, workers=processes)
    await_store(settings).close()  # migrated once, before several look at it
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.broker_url:
        from services.adapters.celery_engine import CeleryEngine

        CeleryEngine(settings, JOB_MODULES, lanes=chosen).run(stop)
        return 0
    pool = WorkerPool(settings, JOB_MODULES, lanes=chosen)
    pool.start()
    stop.wait()
    pool.stop()
    return 0


def migrate(*, data: Path | None) -> int:
    with installed_store(data) as store:
        typer.echo(f"{store.database.engine.url.render_as_string(hide_password=True)}: 已是最新 / up to date")
    return 0


def _with_key(settings: Settings, store: Store) -> tuple[Settings, str]:
    """The first start makes a key and keeps it in the data folder, so that the next start shows the same one."""
    if settings.api_key is not None:
        return settings, "API 密钥 key: HEZHENG_API_KEY"
    place = settings.data_dir / "api-key"
    hide_from_children(place)
    if not place.exists() or not place.read_text(encoding="utf-8").strip():
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
    key = place.read_text(encoding="utf-8").strip()
    return settings.model_copy(update={"api_key": SecretStr(key)}), f"API 密钥 key: {key}    (保存于 kept in {place})"
