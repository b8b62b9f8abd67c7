"""Private RabbitMQ and Redis servers for tests: made in a temporary directory, stopped and removed afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_STARTS_WITHIN = 120.0


def has(program: str) -> bool:
    return _binary(program) is not None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Broker:
    """A server process that can be killed and started again over the same data."""

    def __init__(self, url: str, start: Callable[[], subprocess.Popen[bytes]], ready: Callable[[], bool]) -> None:
        self.url, self._start, self._ready = url, start, ready
        self._process = start()
        self._wait()

    def kill(self) -> None:
        """SIGKILL to everything of it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        self._process = self._start()
        self._wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self.kill()

    def _wait(self) -> None:
        end = time.monotonic() + _STARTS_WITHIN
        while not self._ready():
            assert time.monotonic() < end and self._process.poll() is None, "the broker does not start"
            time.sleep(0.2)


@contextmanager
def redis(home: Path | None = None) -> Iterator[Broker]:
    """Redis with its log of writes on disk, listening on a free port of this machine only."""
    with _home(home, "hz-redis-") as folder:
        port = free_port()
        command = [str(_binary("redis-server")), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", ""]
        command += ["--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--daemonize", "no"]

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

        broker = Broker(f"redis://127.0.0.1:{port}/0", start, lambda: _answers(port, b"PING\r\n", b"+PONG"))
        try:
            yield broker
        finally:
            broker.stop()


@contextmanager
def rabbitmq(home: Path | None = None) -> Iterator[Broker]:
    """RabbitMQ with a node, ports and a data folder of its own."""
    with _home(home, "hz-rabbit-") as folder:
        port, distribution = free_port(), free_port()
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nconsumer_timeout = 43200000\nloopback_users = none\n", encoding="ascii")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"hz{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        (folder / "plugins").write_text("[].\n", encoding="ascii")
        shutil.chown(folder, "rabbitmq") if os.geteuid() == 0 else None
        for file in folder.iterdir():
            shutil.chown(file, "rabbitmq") if os.geteuid() == 0 else None
        script = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        command = [str(script if script.exists() else _binary("rabbitmq-server"))]
        prefix = ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--init-groups"] if os.geteuid() == 0 else []

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [*prefix, *command], env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )

        broker = Broker(f"amqp://guest:guest@127.0.0.1:{port}//", start, lambda: _answers(port, b"AMQP\x00\x00\x09\x01", b"\x01"))
        try:
            yield broker
        finally:
            broker.stop()


def _binary(program: str) -> Path | None:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    return Path(found) if found else None


@contextmanager
def _home(home: Path | None, prefix: str) -> Iterator[Path]:
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int, question: bytes, answer: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(question)
            return connection.recv(64).startswith(answer)
    except OSError:
        return False
