"""The API as a portal's developer meets it: a Python client generated from its description, and a tus client, against a server that listens."""

from __future__ import annotations

import base64
import importlib
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tusclient.client import TusClient

from services.adapters.settings import Settings
from services.ingest import wire
from services.ingest.app import create_app
from services.ingest.wire import BoundedHttp
from tests.integration.conftest import KEY
from tests.integration.test_api import API, CLAIM, JPEG, TRAINEES

CONFIG = "post_hooks: []\npackage_name_override: hezheng_client\ncontent_type_overrides:\n  application/offset+octet-stream: application/octet-stream\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that listens on this machine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), api_key=KEY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(settings), http=BoundedHttp, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package that openapi-python-client makes of the description."""
    folder: Path = tmp_path_factory.mktemp("client")
    description = folder / "openapi.json"
    description.write_text(json.dumps(create_app().openapi()), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    tool = Path(sys.executable).with_name("openapi-python-client")
    command = [tool, "generate", "--path", description, "--meta", "none", "--output-path", folder / "hezheng_client", "--config", folder / "config.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr, done.stdout
    sys.path.insert(0, str(folder))
    yield importlib.import_module("hezheng_client")
    sys.path.remove(str(folder))


def test_a_generated_client_carries_a_claim_to_its_submission(address: str, generated: Any) -> None:
    client = generated.AuthenticatedClient(base_url=address, token=KEY)
    models, types = (importlib.import_module(f"hezheng_client.{name}") for name in ("models", "types"))

    def call(tag: str, name: str) -> Any:
        return importlib.import_module(f"hezheng_client.api.{tag}.{name}")

    create = call("claims", "create_claim")
    body = models.CreateClaimBody.from_dict(CLAIM)
    claim = create.sync(client=client, body=body, idempotency_key="k1")
    assert (claim.status, claim.claim_no) == ("draft", CLAIM["claim_no"])
    assert create.sync(client=client, body=body, idempotency_key="k1").id == claim.id
    again = create.sync_detailed(client=client, body=body)
    assert (again.status_code, again.parsed.type_) == (409, "urn:hezheng:problem:claim-exists")
    people = models.PutTraineesJsonBody.from_dict({"people": TRAINEES})
    assert call("claims", "put_trainees").sync(claim.id, client=client, body=people).taken == 1
    form = models.AddEvidenceBody(kind=models.AddEvidenceBodyKind.PHOTO, file=types.File(io.BytesIO(JPEG), "a.jpg", "image/jpeg"))
    taken = call("evidence", "add_evidence").sync(claim.id, client=client, body=form)
    assert (taken.size, taken.scan) == (len(JPEG), "not_scanned")
    assert call("claims", "list_claims").sync(client=client, limit=1).claims[0].id == claim.id
    assert call("claims", "submit").sync(claim.id, client=client).status == "verifying"
    assert call("claims", "get_claim").sync(claim.id, client=client).evidence[0].evidence_id == taken.evidence_id
    missing = call("reports", "get_report").sync_detailed("none", client=client)
    assert missing.status_code == 404 and missing.parsed.message.en


def test_a_tus_client_uploads_in_pieces(address: str, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    claim_id = httpx.post(f"{address}{API}/claims", json=CLAIM | {"claim_no": "tus"}, headers=headers).json()["id"]
    file = tmp_path / "照片.jpg"
    file.write_bytes(JPEG * 10)
    metadata = {"claim_id": claim_id, "kind": "photo", "filename": file.name}
    client = TusClient(f"{address}{API}/uploads", headers=headers)
    uploader = client.uploader(str(file), chunk_size=500, metadata=metadata, upload_checksum=True)
    uploader.upload_chunk()
    url = uploader.url
    assert url is not None and uploader.offset == 500
    client.uploader(str(file), url=url, chunk_size=500).upload()
    seen = httpx.get(url, headers=headers).json()
    assert seen["state"] == "done" and seen["evidence_id"]
    (evidence,) = httpx.get(f"{address}{API}/claims/{claim_id}", headers=headers).json()["evidence"]
    assert evidence["size"] == len(JPEG) * 10


def spoken(address: str, *pieces: bytes, pause: float = 0.05, patient: bool = True) -> bytes:
    """What is answered to bytes on the wire until the other side hangs up. `patient`: it may do so before it was sent everything."""
    host, _, port = address.removeprefix("http://").partition(":")
    forgiven = (BrokenPipeError, ConnectionResetError) if patient else ()
    heard = b""
    with socket.create_connection((host, int(port)), timeout=20) as line:
        with suppress(*forgiven):
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)  # so that each is heard by itself
        with suppress(*forgiven):
            while some := line.recv(65536):
                heard += some
    return heard


HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = f"POST {API}/claims HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n".encode()
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"X: ", *[b"a" * 30_000] * 2, b"a" * 5_536),
        (HEAD, *[b"X: a\r\n" * 5_000] * 2, b"X: a\r\n" * 923),
        (CHUNKED, b"0\r\nX: ", *[b"a" * 30_000] * 2, b"a" * 5_600),
    ],
)
def test_headers_without_end_are_cut_off(address: str, pieces: tuple[bytes, ...]) -> None:
    assert b"headers-too-large" in spoken(address, *pieces)


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        (HEAD + b"X: ", b"headers-too-large"),
        (CHUNKED + b"0\r\nX: ", b"headers-too-large"),
        (POST + b"Connection: close\r\nContent-Length: 80000000\r\n\r\n", b"urn:hezheng:problem:too-large"),
        (b"BREW / HTTP/1.1\r\n", b"urn:hezheng:problem:bad-request"),
    ],
)
def test_who_sends_on_after_a_refusal_still_reads_it(address: str, begin: bytes, kind: bytes) -> None:
    """Far more than fits into the sockets' buffers: without somebody to take it, clients would see a reset and no answer."""
    answer = spoken(address, begin, *[b"a" * 1_000_000] * 70, pause=0, patient=False)
    assert kind in answer and answer.count(b"HTTP/1.1 ") == 1


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "SILENT_SECONDS", "_LINGER_SILENT_SECONDS"):
        monkeypatch.setattr(wire, name, 0.5)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("sent", [b"", HEAD, POST + b"Content-Length: 9\r\n\r\n{", CHUNKED])
def test_who_stops_sending_is_told_and_let_go(address: str, sent: bytes) -> None:
    began = time.monotonic()
    answer = spoken(address, sent)
    assert b"408" in answer and b"too-slow" in answer and time.monotonic() - began < 10


@pytest.mark.usefixtures("hurried")
def test_an_upload_whose_connection_went_silent_goes_on_over_another(address: str) -> None:
    """A telephone that changes networks does not say goodbye: its old connection would hold the upload's bytes."""
    headers = {"Authorization": f"Bearer {KEY}", "Tus-Resumable": "1.0.0"}
    claim_id = httpx.post(f"{address}{API}/claims", json=CLAIM | {"claim_no": "silent"}, headers=headers).json()["id"]
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in {"claim_id": claim_id, "kind": "photo", "filename": "a.jpg"}.items())
    begun = httpx.post(f"{address}{API}/uploads", headers=headers | {"Upload-Length": str(len(JPEG)), "Upload-Metadata": metadata})
    upload = begun.headers["location"]
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(len(JPEG))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "x", **headers, **piece}.items())
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as silent:
        silent.sendall(f"PATCH {upload} HTTP/1.1\r\n{lines}\r\n".encode() + JPEG[:30])
        limit = time.monotonic() + 20
        while httpx.head(address + upload, headers=headers).headers["upload-offset"] != "30":
            assert time.monotonic() < limit, "what came is kept"
            time.sleep(0.1)
        rest = httpx.patch(address + upload, content=JPEG[30:], headers=headers | piece | {"Upload-Offset": "30", "Content-Length": str(len(JPEG) - 30)})
    assert rest.status_code == 204 and rest.headers["hezheng-evidence-id"]


def test_what_is_no_http_is_answered_with_a_problem_too(address: str) -> None:
    head, _, body = spoken(address, b"BREW / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert b"application/problem+json" in head and problem["type"] == "urn:hezheng:problem:bad-request"
    assert f"x-request-id: {problem['instance'].rpartition(':')[2]}".encode() in head
