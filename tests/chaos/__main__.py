"""`python -m tests.chaos [--topology embedded|rabbitmq|redis] [--claims 300] [--kills 30] [--seed 1]`: nothing may be lost.

Claims come in over the API while parts are killed at random (SIGKILL), the clock jumps forth and back, and the disk is full once. In the
end every claim has been verified, with exactly one record of it and one webhook id, and poison jobs are dead while all others are done.
"""

from __future__ import annotations

import argparse
import ctypes
import http.server
import json
import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from services.adapters.batches.tables import verifications
from services.adapters.database import Database
from services.adapters.queue import Queue
from services.adapters.repository.tables import claims as claims_table
from services.adapters.repository.tables import jobs
from services.adapters.settings import Settings
from tests import brokers
from tests.chaos.topology import KEY, Topology
from tests.factories import id_number
from tests.tiny_claim import CLAIM, ROSTER, TRAINEES

_WITHIN_SECONDS = 3600.0
_POISON = 5


class Receiver(http.server.BaseHTTPRequestHandler):
    """Notes the ids of the webhooks that come in; refuses every fifth message once."""

    seen: dict[str, set[str]] = {}
    asked: set[str] = set()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        message = self.headers["webhook-id"]
        ok = message in Receiver.asked or len(Receiver.asked) % 5 != 4
        Receiver.asked.add(message)
        if ok:
            Receiver.seen.setdefault(body["data"].get("claim_id", "?"), set()).add(message)
        self.send_response(204 if ok else 500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--topology", choices=("embedded", "rabbitmq", "redis"), default="embedded")
    options.add_argument("--claims", type=int, default=300)
    options.add_argument("--kills", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    home = Path(tempfile.mkdtemp(prefix="hz-chaos-", dir="/tmp"))
    home.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        stack.callback(receiver.shutdown)
        topology = Topology(asked.topology, home, stack)
        return run(topology, asked.claims, asked.kills, random.Random(asked.seed), receiver.server_address[1])


def run(topology: Topology, count: int, kills: int, rng: random.Random, hook_port: int) -> int:
    began = time.monotonic()
    call(topology, "POST", "/webhooks", {"url": f"http://127.0.0.1:{hook_port}/", "events": ["claim.verified"]}, key="hook")
    call(topology, "PUT", f"/enterprises/{CLAIM['enterprise']['uscc']}/roster", ROSTER)
    database = Database(Settings(data_dir=topology.home / "data", database_url=topology.environment.get("HEZHENG_DATABASE_URL")).sql_url())
    for n in range(_POISON):
        Queue(database).enqueue("report.compile", claim_id=f"clm_poison{n}")
    over = threading.Event()
    struck: dict[str, int] = {}
    chaos = threading.Thread(target=torment, args=(topology, kills, rng, over, struck, (count / max(1, kills)) * 1.5))
    chaos.start()
    ids = [hand_in(topology, n) for n in range(count)]
    print(f"{topology.kind}: {count} claims handed in after {time.monotonic() - began:.0f} s", flush=True)
    waited = wait_for(database, count, began, chaos)
    over.set()
    chaos.join()
    return judge(database, topology, ids, struck, time.monotonic() - began, waited)


def torment(topology: Topology, kills: int, rng: random.Random, over: threading.Event, struck: dict[str, int], every: float) -> None:
    """Strike at random; once the clock jumps an hour on, and back; once the disk is full."""
    names = [*topology.targets, "worker child", "worker child"]
    for number in range(kills):
        if over.wait(rng.uniform(0.3, 1.7) * every):
            return
        name = rng.choice(names)
        struck[name] = struck.get(name, 0) + 1
        print(f"  struck: {name}", flush=True)
        try:
            topology.strike(name, rng.uniform(0.0, 2.0))
        except Exception as error:  # told, and no result: what does not come back makes everything wait in vain
            struck["not brought back: " + name] = 1
            print(f"  {name} did not come back: {error!r}"[:400], flush=True)
            return
        if number == kills // 3:
            topology.clock.write_text("3600", encoding="ascii")
            struck["clock +1 h"] = 1
        if number == kills // 2:
            topology.clock.write_text("0", encoding="ascii")
            struck["clock -1 h"] = 1
        if number == 2 * kills // 3 and fill_disk(topology, rng.uniform(2, 5)):
            struck["disk full"] = 1


def fill_disk(topology: Topology, seconds: float) -> bool:
    """Nothing can be written below the data folder for a while: it is made read-only there; False where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    data = str(topology.home / "data").encode()
    if libc.mount(data, data, None, 4096, None) != 0:  # MS_BIND
        return False
    read_only = libc.mount(None, data, None, 4096 | 32 | 1, None) == 0  # MS_BIND | MS_REMOUNT | MS_RDONLY
    time.sleep(seconds)
    libc.umount2(data, 2)  # MNT_DETACH
    return read_only


def hand_in(topology: Topology, number: int) -> str:
    claim = {**CLAIM, "claim_no": f"CHAOS-{number:05d}"}
    claim_id: str = call(topology, "POST", "/claims", claim, key=f"claim-{number}")["id"]
    people = [row | {"身份证号": id_number(2 * number + k + 10)} for k, row in enumerate(TRAINEES)]
    call(topology, "PUT", f"/claims/{claim_id}/trainees", people)
    text = f"培训方案 {number}\n项目名称：数控车工岗前培训\n".encode()
    upload(topology, claim_id, "plan", f"plan{number}.txt", text)
    call(topology, "POST", f"/claims/{claim_id}/submit", None)
    return claim_id


def call(topology: Topology, method: str, path: str, body: Any, *, key: str | None = None, data: bytes | None = None, kind: str = "application/json") -> Any:
    """A call that is made again until it is answered, as a portal does; what was done already answers 409."""
    payload = data if data is not None else (b"" if body is None else json.dumps(body).encode())
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
    end = time.monotonic() + 600
    while True:
        request = urllib.request.Request(f"http://127.0.0.1:{topology.port}/api/v1{path}", payload, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 409 and path.endswith("/submit"):
                return None
            assert (error.code >= 500 or error.code in (409, 429)) and time.monotonic() < end, (error.code, error.read()[:300])
        except (OSError, ValueError) as error:
            assert time.monotonic() < end, f"{method} {path}: {error}"
        time.sleep(0.3)


def upload(topology: Topology, claim_id: str, kind: str, name: str, content: bytes) -> None:
    lines = [b"--x", b'Content-Disposition: form-data; name="kind"', b"", kind.encode(), b"--x"]
    lines += [f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode(), b"Content-Type: text/plain", b"", content, b"--x--", b""]
    call(topology, "POST", f"/claims/{claim_id}/evidence", None, data=b"\r\n".join(lines), kind="multipart/form-data; boundary=x")


def wait_for(database: Database, count: int, began: float, chaos: threading.Thread) -> bool:
    """Until all claims are verified, everything has been struck and the queue is empty; False: not in time. How far it is is told now and then."""
    told = time.monotonic()
    verified = left = None
    while time.monotonic() - began < _WITHIN_SECONDS:
        time.sleep(1.0)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"  after {told - began:.0f} s: {verified} of {count} verified, {left} jobs left, still striking: {chaos.is_alive()}", flush=True)
        try:
            with database.reading() as connection:
                verified = connection.execute(select(func.count()).select_from(claims_table).where(claims_table.c.status == "verified")).scalar()
                left = connection.execute(select(func.count()).select_from(jobs).where(jobs.c.state.in_(("queued", "running")))).scalar()
        except SQLAlchemyError:
            continue  # the database was just killed
        if verified == count and not left and not chaos.is_alive():
            return True
    return False


def judge(database: Database, topology: Topology, ids: list[str], struck: dict[str, int], seconds: float, in_time: bool) -> int:
    with database.reading() as connection:
        verified = connection.execute(select(func.count()).select_from(claims_table).where(claims_table.c.status == "verified")).scalar()
        records = {row[0]: row[1] for row in connection.execute(select(verifications.c.claim_id, func.count()).group_by(verifications.c.claim_id))}
        states = connection.execute(select(jobs.c.state, jobs.c.name, func.count(), func.max(jobs.c.attempt)).group_by(jobs.c.state, jobs.c.name)).all()
    hooks = [len(Receiver.seen.get(claim_id, ())) for claim_id in ids]
    dead = sum(row[2] for row in states if row[0] == "dead")
    lost = [i for i in ids if records.get(i) != 1]
    good = in_time and verified == len(ids) and not lost and hooks.count(1) == len(ids) and dead == _POISON
    print(f"{topology.kind}: {len(ids)} claims, struck {struck}, {seconds:.0f} s")
    print(
        f"  verified {verified}, with one record each {len(ids) - len(lost)}, with one webhook id {hooks.count(1)} (none {hooks.count(0)}, more {sum(h > 1 for h in hooks)})"
    )
    print(f"  poison jobs dead {dead} of {_POISON}; most attempts of any other {max((r[3] for r in states if r[0] != 'dead'), default=0)}")
    print("  nothing lost" if good else "  NOT GOOD", flush=True)
    if not good:
        for row in states:
            print("   ", tuple(row))
    return 0 if good else 1


if __name__ == "__main__":
    assert brokers.free_port()
    sys.exit(main())
