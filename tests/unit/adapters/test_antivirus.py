"""The scanner's answers, from a clamd of the test's own and, where it is installed, from ClamAV's."""

from __future__ import annotations

import hashlib
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.antivirus import Scan, ScannerAway, scan, version

MARK = b"hezheng test signature, harmless by itself"


class Daemon:
    """Speaks INSTREAM as clamd does; `answer` is what it says, `most` bytes are taken."""

    def __init__(self, place: Path) -> None:
        self.answer, self.most, self.received = b"stream: OK", 10**9, b""
        self.address = str(place / "clamd.ctl")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(self.address)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as both:
                command = b""
                while not command.endswith(b"\0"):
                    command += both.read(1)
                self.received = b""
                while command == b"zINSTREAM\0" and (size := struct.unpack("!I", both.read(4))[0]):
                    self.received += both.read(size)
                    if len(self.received) > self.most:
                        break
                both.write(self.answer + b"\0")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"stream: OK", Scan("clean")),
        (b"stream: Eicar-Test-Signature FOUND", Scan("infected", "Eicar-Test-Signature")),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Scan("not_scanned", "Heuristics.Limits.Exceeded.MaxFileSize")),
        (b"INSTREAM size limit exceeded. ERROR", Scan("not_scanned", "INSTREAM size limit exceeded. ERROR")),
        (b"stream: Can't allocate memory ERROR", Scan("not_scanned", "Can't allocate memory ERROR")),
    ],
)
def test_only_what_was_looked_at_whole_is_clean(daemon: Daemon, tmp_path: Path, answer: bytes, expected: Scan) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 3_000_000)
    daemon.answer = answer
    assert scan(daemon.address, file) == expected
    assert daemon.received == b"x" * 3_000_000


def test_a_scanner_that_hangs_up_or_is_away_says_nothing_good(daemon: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 20_000_000)
    daemon.most, daemon.answer = 1000, b"INSTREAM size limit exceeded. ERROR"
    assert scan(daemon.address, file).verdict == "not_scanned"
    assert scan(None, file).verdict == "not_scanned"
    for address in (str(tmp_path / "nothing"), "127.0.0.1:9"):
        with pytest.raises(ScannerAway):
            scan(address, file)
    with pytest.raises(ScannerAway):
        version(str(tmp_path / "nothing"))


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    """ClamAV's own daemon with one signature of ours: the hash of MARK."""
    program = shutil.which("clamd")
    if program is None:
        pytest.skip("clamav-daemon is not installed")
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "own.hdb").write_text(f"{hashlib.md5(MARK, usedforsecurity=False).hexdigest()}:{len(MARK)}:Hezheng.Test\n", encoding="ascii")
    address = tmp_path / "own.ctl"
    settings = f"DatabaseDirectory {tmp_path}/db\nLocalSocket {address}\nForeground yes\nStreamMaxLength 1M\nLogFile {tmp_path}/log\n"
    (tmp_path / "clamd.conf").write_text(settings + ("User root\n" if Path("/root").owner() == "root" else ""), encoding="ascii")
    process = subprocess.Popen([program, "-c", tmp_path / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not address.exists():
        assert process.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
        time.sleep(0.1)
    yield str(address)
    process.terminate()
    process.wait(30)


def test_clamav_itself_is_understood(clamd: str, tmp_path: Path) -> None:
    assert version(clamd).startswith("ClamAV")
    for content, verdict in ((MARK, "infected"), (b"harmless", "clean"), (bytes(5_000_000), "not_scanned")):
        (tmp_path / "file").write_bytes(content)
        assert scan(clamd, tmp_path / "file").verdict == verdict
