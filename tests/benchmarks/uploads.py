"""Uploads: throughput of one large file against `cat | sha256sum` on the same disk, the server's memory, and many clients at once.

`python -m tests.benchmarks.uploads [--megabytes 1024] [--clients 64]`. The server is a `hezheng serve` of its own without workers' work; client and
server share the machine, as the pipe's two programs do.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

API = "/api/v1"
CLAIM = {"enterprise": {"name": "e"}, "project": {"name": "p", "start": "2021-11-08", "end": "2021-11-12", "class_hours": "40"}}
MB = 1024 * 1024


class Server:
    """A served installation in a directory of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HEZHENG_")} | {"HEZHENG_API_KEY": "benchmark-key-of-the-uploads"}
        program = Path(sys.executable).with_name("hezheng")
        said = folder / "said.txt"
        with said.open("wb") as out:
            self.process = subprocess.Popen([program, "serve", "--port", "0", "--data", folder / "data"], stdout=out, stderr=out, env=environment)
        while (found := re.search(r"http://127\.0\.0\.1:(\d+)/", said.read_text(encoding="utf-8"))) is None:
            assert self.process.poll() is None, said.read_text(encoding="utf-8")
            time.sleep(0.1)
        self.port = int(found[1])
        self.headers = {"Authorization": "Bearer benchmark-key-of-the-uploads"}

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connect()
        connection.request(method, API + path, body, self.headers | (headers or {}))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.headers, data

    def claim(self) -> str:
        status, _, data = self.call("POST", "/claims", json.dumps(CLAIM))
        assert status == 201, data
        return str(json.loads(data)["id"])

    def memory(self, which: str) -> float:
        """VmRSS or VmHWM of the serving process, MB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(rf"{which}:\s+(\d+) kB", text)
        assert found is not None
        return int(found[1]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def send(
    server: Server, path: str, method: str, headers: dict[str, str], before: bytes, file: Path, after: bytes, offset: int = 0, count: int | None = None
) -> int:
    """One request whose body is `before`, a part of the file and `after`, the file by sendfile: the client costs little."""
    size = count if count is not None else file.stat().st_size - offset
    lines = [f"{method} {API}{path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(before) + size + len(after)}"]
    lines += [f"{name}: {value}" for name, value in (server.headers | headers).items()]
    with socket.create_connection(("127.0.0.1", server.port)) as connection, file.open("rb") as source:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + before)
        connection.sendfile(source, offset, size)
        connection.sendall(after)
        with connection.makefile("rb") as answer:
            return int(answer.readline().split()[1])


def multipart(server: Server, claim: str, file: Path, kind: str = "video", name: str = "a.bin") -> int:
    boundary = "benchmark-of-uploads"
    before = f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n--{boundary}\r\n'
    before += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return send(server, f"/claims/{claim}/evidence", "POST", headers, before.encode(), file, f"\r\n--{boundary}--\r\n".encode())


def tus(server: Server, claim: str, file: Path, piece: int | None = None, kind: str = "video", name: str = "a.bin") -> int:
    size = file.stat().st_size
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in (("claim_id", claim), ("kind", kind), ("filename", name)))
    status, headers, data = server.call("POST", "/uploads", None, {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata})
    assert status == 201, data
    place = headers["Location"].removeprefix(API)
    for offset in range(0, size, piece or size):
        said = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        status = send(server, place, "PATCH", said, b"", file, b"", offset, min(piece or size, size - offset))
        assert status == 204, status
    return status


def pipe(file: Path, copy: Path | None) -> None:
    command = f"cat {file} | tee {copy} | sha256sum && sync {copy}" if copy else f"cat {file} | sha256sum"
    subprocess.run(["bash", "-c", command], check=True, stdout=subprocess.DEVNULL)
    if copy:
        copy.unlink()


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def large(server: Server, folder: Path, megabytes: int, rounds: int) -> None:
    times: dict[str, list[float]] = {}
    begin = server.memory("VmRSS")
    file = folder / "large.bin"
    for number in range(rounds):
        with file.open("wb") as out:
            for _ in range(megabytes):
                out.write(os.urandom(MB))
            out.flush()
            os.fsync(out.fileno())
        ways: dict[str, Callable[[], Any]] = {
            "cat | sha256sum": lambda: pipe(file, None),
            "cat | tee copy | sha256sum, synced": lambda: pipe(file, folder / "copy.bin"),
            "multipart": lambda: multipart(server, server.claim(), file),
            "tus, one piece": lambda: tus(server, server.claim(), file),
            "tus, pieces of 16 MB": lambda: tus(server, server.claim(), file, 16 * MB),
        }
        for name, work in ways.items():
            times.setdefault(name, []).append(timed(work))
            shutil.rmtree(folder / "data" / "blobs", ignore_errors=True)
            (folder / "data" / "blobs" / "incoming").mkdir(parents=True)
        print(f"  round {number + 1}: " + ", ".join(f"{name} {seconds[-1]:.2f} s" for name, seconds in times.items()), flush=True)
    plain, to_disk = (statistics.median(times[name]) for name in list(times)[:2])
    print(f"\n{megabytes} MB, medians of {rounds}: throughput, and against the pipe that only reads, and the one that keeps a copy")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"  {name:36} {megabytes / median:7.0f} MB/s   {plain / median:5.2f}   {to_disk / median:5.2f}")
    print(f"  the serving process grew from {begin:.0f} MB to {server.memory('VmHWM'):.0f} MB at most")


def many(server: Server, folder: Path, clients: int, each: int) -> None:
    claim = server.claim()
    files = []
    for number in range(clients):
        file = folder / f"photo{number}.jpg"
        files.append(file)
    took: list[float] = []
    failed: list[int] = []

    def client(number: int) -> None:
        for turn in range(each):
            files[number].write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(2 * MB))
            began = time.perf_counter()
            status = multipart(server, claim, files[number], "photo", f"{number}-{turn}.jpg")
            took.append(time.perf_counter() - began)
            if status != 201:
                failed.append(status)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    whole = timed(lambda: ([t.start() for t in threads], [t.join() for t in threads]))
    took.sort()
    p50, p99 = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    print(
        f"\n{clients} clients at once, {each} photos of 2 MB each: {len(failed)} errors {sorted(set(failed))}, p50 {p50:.2f} s, p99 {p99:.2f} s, {2 * len(took) / whole:.0f} MB/s"
    )
    print(f"  the serving process had {server.memory('VmHWM'):.0f} MB at most")


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to be measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hezheng-uploads-", dir=given.folder) as name:
        with served(Path(name)) as server:
            large(server, Path(name), given.megabytes, given.rounds)
        shutil.rmtree(Path(name) / "data")
        with served(Path(name)) as server:
            many(server, Path(name), given.clients, given.each)
    return 0


if __name__ == "__main__":
    sys.exit(main())
