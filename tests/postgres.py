"""A private PostgreSQL server for tests: made in a temporary directory, stopped and removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_USER = "postgres"


def binaries() -> Path | None:
    """Where initdb and pg_ctl are: the newest of Debian's versions, else the search path; None without PostgreSQL."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def server() -> Iterator[str]:
    """A running server that listens on a socket in its own directory only; yields the directory of the socket."""
    bin_dir = binaries()
    assert bin_dir is not None, "PostgreSQL is not installed"
    home = Path(tempfile.mkdtemp(prefix="hz-pg-", dir="/tmp"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, _USER, _USER)
        prefix = ["runuser", "-u", _USER, "--"]
    data = home / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run([*prefix, str(bin_dir / program), *arguments], cwd=home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr + done.stdout

    try:
        run("initdb", "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-w", "-o", f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=60", "start")
        try:
            yield str(home)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def fresh_database(socket_dir: str) -> Iterator[str]:
    """An empty database on the server; its address."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=socket_dir, user=_USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgresql+psycopg://{_USER}@/{name}?host={socket_dir}"
    finally:
        with psycopg.connect(host=socket_dir, user=_USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
