"""The parts of an installation as plain processes that can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg

from tests import brokers, postgres

HEZHENG = Path(sys.executable).with_name("hezheng")
KEY = "chaos-key-with-enough-characters"
_CLOCK = Path(__file__).with_name("clock")


class Part:
    """A process with everything below it."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]], ready: Callable[[], bool] = lambda: True) -> None:
        self.name, self._start, self._ready = name, start, ready
        self.process = start()

    def wait_ready(self, seconds: float = 180.0) -> None:
        end = time.monotonic() + seconds
        while not self._ready():
            assert time.monotonic() < end, f"{self.name} does not start"
            time.sleep(0.2)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def again(self) -> None:
        self.process = self._start()
        self.wait_ready()


class Postgres:
    """PostgreSQL that survives SIGKILL as after a power cut of the program, its data safe in the system's cache."""

    name = "database"

    def __init__(self, home: Path) -> None:
        found = postgres.binaries()
        assert found is not None, "PostgreSQL is not installed"
        self._bin, self._home = found, home
        home.mkdir()
        shutil.chown(home, "postgres", "postgres")
        self._run("initdb", "-D", str(home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.again()
        with psycopg.connect(host=str(home), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE hezheng")
        self.url = f"postgresql+psycopg://postgres@/hezheng?host={home}"

    def again(self) -> None:
        """Started, as a service manager would do it: until it holds. The killed one's children may hold its memory for seconds."""
        options = f"-k {self._home} -c listen_addresses='' -c max_connections=100"
        end = time.monotonic() + 120
        while True:
            try:
                self._run("pg_ctl", "-D", str(self._home / "data"), "-l", str(self._home / "log"), "-w", "-t", "120", "-o", options, "start")
                return
            except AssertionError:
                if time.monotonic() > end:
                    raise
                time.sleep(1.0)

    def kill(self) -> None:
        pid = int((self._home / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.05)
        time.sleep(0.5)  # its children see that it is gone

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._home / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*prefix, str(self._bin / program), *arguments], cwd=self._home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


class Topology:
    """`embedded` (one process with its workers, SQLite), `rabbitmq` or `redis` (PostgreSQL, a broker, two workers' engines, an API)."""

    def __init__(self, kind: str, home: Path, stack: ExitStack) -> None:
        self.kind, self.home = kind, home
        self.clock = home / "clock"
        self.clock.write_text("0", encoding="ascii")
        self.port = brokers.free_port()
        self.targets: dict[str, object] = {}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HEZHENG_")}
        environment |= {"HEZHENG_DATA_DIR": str(home / "data"), "HEZHENG_API_KEY": KEY, "HEZHENG_CHAOS_CLOCK": str(self.clock), "HEZHENG_LOG_JSON": "true"}
        environment |= {"HEZHENG_JOB_LEASE_SECONDS": "8", "HEZHENG_JOB_BACKOFF_SECONDS": "0.2", "HEZHENG_JOB_ATTEMPTS": "8", "HEZHENG_RATE_LIMIT": "100000"}
        environment |= {
            "HEZHENG_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "PYTHONPATH": f"{_CLOCK}:{Path(__file__).parents[2]}",
            "OMP_NUM_THREADS": "1",
            "HEZHENG_WORKERS": "2",
        }
        if kind != "embedded":
            database = Postgres(home / "postgres")
            stack.callback(database.stop)
            broker = stack.enter_context(getattr(brokers, kind)(home / "broker"))
            environment |= {"HEZHENG_DATABASE_URL": database.url, "HEZHENG_BROKER_URL": broker.url, "HEZHENG_WORKERS": "1"}
            self.targets |= {"database": database, "broker": broker}
        self.environment = environment
        api = self._part("api", "serve", "--port", str(self.port), ready=self.answers)
        stack.callback(api.kill)
        api.wait_ready()
        self.targets["api"] = api
        if kind != "embedded":
            for number in (1, 2):
                worker = self._part(f"worker {number}", "worker")
                stack.callback(worker.kill)
                self.targets[worker.name] = worker

    def _part(self, name: str, *arguments: str, ready: Callable[[], bool] = lambda: True) -> Part:
        log = self.home / f"{name.replace(' ', '')}.log"

        def start() -> subprocess.Popen[bytes]:
            with log.open("ab") as out:
                return subprocess.Popen([str(HEZHENG), *arguments], env=self.environment, stdout=out, stderr=out, start_new_session=True)

        return Part(name, start, ready)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def strike(self, name: str, pause: float) -> None:
        """Kill a part, leave it dead for a while, start it again. `worker child`: one process that does jobs, which others replace."""
        if name == "worker child":
            victims = self.job_processes()
            if victims:
                with suppress(ProcessLookupError):
                    os.kill(victims[int(time.monotonic() * 1000) % len(victims)], signal.SIGKILL)
            return
        target = self.targets[name]
        target.kill()  # type: ignore[attr-defined]
        time.sleep(pause)
        (target.again if hasattr(target, "again") else target.restart)()  # type: ignore[attr-defined]

    def job_processes(self) -> list[int]:
        """Processes below the service's own."""
        roots = [t.process.pid for t in self.targets.values() if isinstance(t, Part)]
        return [child for root in roots for child in _below(root)]


def _below(pid: int) -> list[int]:
    try:
        children = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*children, *(grandchild for child in children for grandchild in _below(child))]
