"""ClamAV over clamd's socket, by its INSTREAM command: the file's bytes are sent, nothing need be readable by the scanner.

A file that was not looked at whole is `not_scanned`, never `clean`.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.domain.errors import HezhengError
from services.domain.text import Message

Verdict = Literal["clean", "infected", "not_scanned"]
_CHUNK = 1024 * 1024
_ANSWER_BYTES = 4096


class ScannerAway(HezhengError):
    """The configured scanner does not answer."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(message or Message("病毒扫描服务没有应答，请稍后重试", "the virus scanner does not answer; try again later"))


@dataclass(frozen=True, slots=True)
class Scan:
    """`name` of what was found, or why it was not scanned."""

    verdict: Verdict
    name: str = ""


NOT_CONFIGURED = Scan("not_scanned", "no scanner is configured")


def scan(address: str | None, path: Path, *, seconds: float = 120.0) -> Scan:
    """What clamd at `address` (`/run/clamav/clamd.ctl` or `host:port`) says of a file; without an address it is not scanned.

    Raises ScannerAway where it does not answer.
    """
    if not address:
        return NOT_CONFIGURED
    try:
        with _connect(address, seconds) as connection:
            connection.sendall(b"zINSTREAM\0")
            refused = _send(connection, path)
            return _verdict(_answer(connection), refused)
    except OSError as error:
        raise ScannerAway from error


def version(address: str) -> str:
    """Raises ScannerAway."""
    try:
        with _connect(address, 5.0) as connection:
            connection.sendall(b"zVERSION\0")
            return _answer(connection)
    except OSError as error:
        raise ScannerAway from error


def _connect(address: str, seconds: float) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(seconds)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _send(connection: socket.socket, path: Path) -> bool:
    """Send the file; whether the scanner hung up before its end, which it does past its size limit."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def _answer(connection: socket.socket) -> str:
    received = b""
    try:
        while len(received) < _ANSWER_BYTES and not received.endswith(b"\0"):
            piece = connection.recv(_ANSWER_BYTES)
            if not piece:
                break
            received += piece
    except ConnectionResetError:
        pass  # what it said before it hung up counts
    return received.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str, refused: bool) -> Scan:
    said = answer.partition(": ")[2] or answer
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND")
        # With AlertExceedsMax the scanner reports what it only looked into in part under such names.
        return Scan("not_scanned", name) if name.startswith("Heuristics.Limits.Exceeded") else Scan("infected", name)
    if said == "OK" and not refused:
        return Scan("clean")
    if not answer:
        raise ScannerAway
    return Scan("not_scanned", said[:200])
