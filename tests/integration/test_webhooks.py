"""Webhooks: who hears of what, the signature, trying again, and what nothing is sent to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from services.adapters import outbound
from services.adapters.announce import announce
from services.adapters.outbound import NotAllowed, SendFailed, check_url, parse_networks, post
from services.adapters.queue import CANCELLED, job_kinds
from services.adapters.repository import tables
from services.adapters.repository.base import now
from services.adapters.store import Store
from services.adapters.worker import do_job
from services.cli.main import app
from services.report.notify import WAITS  # registers the jobs of webhooks
from tests.integration.test_api import API, CLAIM, is_problem, new_claim, verified

pytestmark = [pytest.mark.usefixtures("database_url"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


class Listener:
    """A portal that takes webhooks on this machine; `answers` are given one after another, then 204."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = listener.answers.pop(0) if listener.answers else 204
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", f"{listener.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def local(store: Store) -> Store:
    """The operator allows webhooks to this machine."""
    store.settings.webhook_networks = "127.0.0.0/8"
    return store


def due_now(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(tables.jobs.update().where(tables.jobs.c.state == "queued").values(not_before=now()))


def work(store: Store) -> None:
    names = [name for name in job_kinds() if name.startswith("webhook.")]
    while (held := store.queue.claim("test", names)) is not None:
        do_job(store, held)


def made(client: TestClient, url: str, *events: str) -> Any:
    answer = client.post(f"{API}/webhooks", json={"url": url} | ({"events": list(events)} if events else {}))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_decision_is_told_signed_and_thin(client: TestClient, local: Store, listener: Listener) -> None:
    hook = made(client, f"{listener.url}/hook?x=1", "claim.decided")
    claim_id = verified(client, local)
    assert client.post(f"{API}/claims/{claim_id}/decisions", json={"decision": "approve", "reason": "材料齐全"}).status_code == 201
    work(local)
    ((headers, body),) = listener.heard
    said = json.loads(body)
    assert (said["type"], said["data"]) == ("claim.decided", {"claim_id": claim_id})
    assert "材料齐全".encode() not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(base64.b64decode(hook["secret"].removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    (delivery,) = client.get(f"{API}/webhooks/{hook['id']}/deliveries").json()["deliveries"]
    assert (delivery["state"], delivery["attempts"], delivery["answer"]) == ("delivered", 1, 204)


def test_what_is_not_taken_is_sent_again_over_days_under_the_same_id(client: TestClient, local: Store, listener: Listener) -> None:
    hook = made(client, listener.url)
    listener.answers = [500, 302, 404]
    announce(local, "claim.verified", new_claim(client))
    for _ in range(4):
        work(local)
        due_now(local)
    assert len(listener.heard) == 4, "a redirect is not followed, and is no answer that takes it"
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1
    assert client.get(f"{API}/webhooks/{hook['id']}/deliveries").json()["deliveries"][0]["state"] == "delivered"
    assert sum(WAITS) > 2 * 86_400


def test_it_is_given_up_in_the_end_and_at_once_where_nobody_wants_it(client: TestClient, local: Store, listener: Listener) -> None:
    hook = made(client, listener.url)
    listener.answers = [503] * (len(WAITS) + 5)
    announce(local, "claim.verified", new_claim(client))
    for _ in range(len(WAITS) + 3):
        work(local)
        due_now(local)
    delivery = local.repository.deliveries(hook["id"])[0]
    assert (delivery.state, delivery.attempts) == ("dead", len(WAITS) + 1)
    listener.answers = [410]
    announce(local, "claim.verified", new_claim(client, claim_no="2"))
    work(local)
    assert client.get(f"{API}/webhooks/{hook['id']}").json()["disabled_at"]


def test_a_try_whose_workers_died_is_followed_by_the_next(client: TestClient, local: Store, listener: Listener) -> None:
    hook = made(client, listener.url)
    announce(local, "claim.verified", new_claim(client))
    held = local.queue.claim("test", ["webhook.announce"])
    assert held is not None
    do_job(local, held)
    (delivery,) = local.repository.deliveries(hook["id"])
    dead = job_kinds()["webhook.deliver"].dead
    assert dead is not None
    with local.database.writing() as connection:
        connection.execute(tables.jobs.update().where(tables.jobs.c.name == "webhook.deliver").values(state="dead"))
    dead(local, "the worker fell silent", delivery_id=delivery.id, attempt=1)
    dead(local, "the worker fell silent", delivery_id=delivery.id, attempt=1)
    (told,) = local.repository.deliveries(hook["id"])
    assert (told.state, told.attempts, told.reason) == ("waiting", 1, "the worker fell silent")
    due_now(local)
    work(local)
    assert len(listener.heard) == 1 and local.repository.deliveries(hook["id"])[0].state == "delivered"
    cancelled = local.repository.add_delivery(hook["id"], "msg_2", "claim.verified", "{}")
    dead(local, CANCELLED, delivery_id=cancelled, attempt=1)
    assert local.repository.deliveries(hook["id"])[0].state == "dead" and local.queue.claim("test", ["webhook.deliver"]) is None


def test_a_bound_key_hears_of_its_own_enterprises_only(client: TestClient, local: Store, listener: Listener) -> None:
    uscc = CLAIM["enterprise"]["uscc"]
    _, own = local.repository.create_api_key("own", enterprises=[uscc])
    _, other = local.repository.create_api_key("other", enterprises=["91220101MA0Y2XQW67"])
    claim_id = new_claim(client)
    for secret, path in ((own, "own"), (other, "other")):
        client.headers["Authorization"] = f"Bearer {secret}"
        made(client, f"{listener.url}/{path}")
        assert len(client.get(f"{API}/webhooks").json()["webhooks"]) == 1
    announce(local, "claim.verified", claim_id)
    announce(local, "batch.finished", "bat_1")
    work(local)
    assert len(listener.heard) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:8080/x", "http://10.1.2.3/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://0.0.0.0/", "http://[fe80::1]/", "http://224.0.0.1/", "http://100.64.0.1/", "http://2130706433/",
        "http://[2002:a00:1::]/", "http://[fec0::1]/", "http://[64:ff9b:1::a00:1]/", "http://[::10.0.0.1]/", "http://[2001:0:7f00:1::]/", "http://198.18.0.1/", "ftp://example.com/", "file:///etc/passwd", "http://user:pass@example.com/", "javascript:alert(1)", "http:///x", "http://ex ample.com/", "https://h\r\nX: y/",
    ],
)  # fmt: skip
def test_private_and_strange_addresses_are_refused(client: TestClient, url: str) -> None:
    assert is_problem(client.post(f"{API}/webhooks", json={"url": url}), 422, "webhook-url-refused")


def test_a_name_that_answers_differently_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolve)
    target = check_url(f"http://rebinding.example:{listener.server.server_port}/")
    assert target.address == "93.184.216.34"
    with pytest.raises(NotAllowed):
        check_url(f"http://rebinding.example:{listener.server.server_port}/")
    assert asked == ["rebinding.example"] * 2
    monkeypatch.undo()
    calls: list[Any] = []

    def connect(address: Any, *_: Any, **__: Any) -> Any:
        calls.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outbound.socket, "create_connection", connect)
    with pytest.raises(SendFailed):
        post(target, b"", {})
    assert calls == [("93.184.216.34", listener.server.server_port)], "the checked address, not the name"


def test_networks_are_named_by_the_operator(listener: Listener) -> None:
    with pytest.raises(NotAllowed):
        check_url(listener.url, parse_networks("10.0.0.0/8"))
    assert post(check_url(listener.url, parse_networks("10.0.0.0/8, 127.0.0.1")), b"{}", {}) == 204


@pytest.mark.parametrize("spoken", [b"HTTP/1.1 204 OK\r\nX: ", b"HTTP/1.1 ", b""])
def test_an_answer_in_drips_holds_nobody_for_long(spoken: bytes) -> None:
    """Each byte comes in time, the whole never does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(spoken)
                while True:
                    line.sendall(b"a")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        target = check_url(f"http://127.0.0.1:{server.getsockname()[1]}/", parse_networks("127.0.0.0/8"))
        if b"204" in spoken:
            assert post(target, b"{}", {}, seconds=0.5) == 204, "what was said counts"
        else:
            with pytest.raises(SendFailed):
                post(target, b"{}", {}, seconds=0.5)
        assert time.monotonic() - began < 5


def test_an_operator_tries_an_address(client: TestClient, local: Store, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = made(client, listener.url)
    monkeypatch.setenv("HEZHENG_WEBHOOK_NETWORKS", "127.0.0.0/8")
    command = ["webhooks", "test", hook["id"], "--data", str(local.settings.data_dir)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0 and "204" in done.stdout, done.output
    ((headers, body),) = listener.heard
    assert json.loads(body)["type"] == "webhook.test" and headers["webhook-signature"].startswith("v1,")
    listener.answers = [500]
    assert CliRunner().invoke(app, command).exit_code == 1, "what was not taken is told"
    monkeypatch.delenv("HEZHENG_WEBHOOK_NETWORKS")
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 1 and len(listener.heard) == 2, "a private address is refused here too"
    assert CliRunner().invoke(app, ["webhooks", "list", "--data", str(local.settings.data_dir)]).stdout.startswith(hook["id"])
