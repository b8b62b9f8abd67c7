"""What is stopped stops: status, workers, temporary copies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tiny_claim

HEZHENG = Path(sys.executable).with_name("hezheng")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in [n for n in os.environ if n.startswith("HEZHENG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    # Who starts the tests in the background of a shell hands an ignored SIGINT on, which programs respect.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_verification_that_is_stopped_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    claim = tiny_claim.write(tmp_path / "claim")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen([HEZHENG, "verify", claim, "--out", tmp_path / "out"], stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(temporary)})
    try:
        assert process.stderr is not None
        assert "读取材料" in process.stderr.readline().decode(), "it has begun"
        while not list(temporary.glob("hezheng-*/blobs")):
            time.sleep(0.02)
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert list(temporary.glob("hezheng-*")) == []
        assert "Traceback" not in process.stderr.read().decode()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stderr.close()


def _runs(process: str) -> bool:
    """Whether a process is there and no zombie that nobody has buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_and_its_workers_stop_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen([HEZHENG, "serve", "--port", "0", "--data", "data"], stdout=out, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 60
        while "http://" not in said.read_text(encoding="utf-8") and time.monotonic() < end:
            assert process.poll() is None, said.read_text(encoding="utf-8")
            time.sleep(0.1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        assert children, "there are workers"
        key = (tmp_path / "data" / "api-key").read_text(encoding="utf-8").strip()
        assert key and key in said.read_text(encoding="utf-8")
        assert (tmp_path / "data" / "api-key").stat().st_mode & 0o077 == 0
        process.send_signal(number)
        assert process.wait(30) == 0, said.read_text(encoding="utf-8")
        assert "Traceback" not in said.read_text(encoding="utf-8")
        end = time.monotonic() + 5
        while any(map(_runs, children)) and time.monotonic() < end:
            time.sleep(0.1)
        assert not any(map(_runs, children))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
