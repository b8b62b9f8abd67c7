"""A service that runs, with one verified claim in it, and a Chromium to look at it with."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import tiny_claim

CHROMIUM = Path("/usr/bin/chromium")
_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_START_SECONDS, _VERIFY_SECONDS = 120, 240


@dataclass(frozen=True, slots=True)
class Service:
    """A running `hezheng serve`: where, with which key, and the one claim in it. At its end it is asked to stop, and must."""

    address: str
    key: str
    claim_id: str
    data: Path
    report: Path
    """The claim's report.html, taken before any reviewer touched it."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    said = folder / "said.txt"
    hezheng = Path(sys.executable).with_name("hezheng")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEZHENG_")}
    with said.open("wb") as out:
        process = subprocess.Popen([hezheng, "serve", "--port", "0", "--data", folder / "data"], stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        address, key = _announced(said, process)
        with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False) as client:
            claim_id = _handed_in(client)
            _verified(client, claim_id, said)
            told = client.get(f"/claims/{claim_id}/report.html")
        assert told.status_code == 200, told.text
        report = folder / "report.html"
        report.write_bytes(told.content)
        yield Service(address, key, claim_id, folder / "data", report)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, said.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _announced(said: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """The address and the key that the service prints, once it answers."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/.*key: (\S+)", said.read_text(encoding="utf-8"), re.DOTALL)
        if found:
            try:
                httpx.get(f"{found[1]}/readyz", timeout=5, trust_env=False).raise_for_status()
                return found[1], found[2]
            except httpx.HTTPError:
                pass
        time.sleep(0.2)
    raise AssertionError(f"the service does not answer: {said.read_text(encoding='utf-8')}")


def add_user(service: Service, login: str, name: str, role: str, password: str) -> None:
    """As an operator does it."""
    hezheng = Path(sys.executable).with_name("hezheng")
    command = [hezheng, "users", "create", login, "--role", role, "--name", name, "--data", service.data]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "HEZHENG_PASSWORD": password}, timeout=120)


def wait_until(condition: Callable[[], Any], what: str, seconds: float = _VERIFY_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not in {seconds} s"
        time.sleep(0.3)


def _handed_in(client: httpx.Client) -> str:
    def done(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()

    claim_id: str = done(client.post("/claims", json=tiny_claim.CLAIM))["id"]
    done(client.put(f"/enterprises/{tiny_claim.CLAIM['enterprise']['uscc']}/roster", json=tiny_claim.ROSTER))
    done(client.put(f"/claims/{claim_id}/trainees", json=tiny_claim.TRAINEES))
    for kind, name, data in tiny_claim.files():
        done(client.post(f"/claims/{claim_id}/evidence", data={"kind": kind.value}, files={"file": (name, data)}))
    done(client.post(f"/claims/{claim_id}/submit"))
    return claim_id


def _verified(client: httpx.Client, claim_id: str, said: Path) -> None:
    end = time.monotonic() + _VERIFY_SECONDS
    while time.monotonic() < end:
        claim = client.get(f"/claims/{claim_id}").json()
        if claim["status"] == "verified":
            return
        assert not claim["error"], claim["error"]
        time.sleep(0.3)
    raise AssertionError(f"not verified in {_VERIFY_SECONDS} s: {said.read_text(encoding='utf-8')}")
