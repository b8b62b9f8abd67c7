"""One person's number, planted wherever a number can stand and carried through everything that is done with a claim: it shows nowhere."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from fastapi.testclient import TestClient

from services.adapters.celery_app import celery_app
from services.adapters.celery_engine import Hints
from services.adapters.logs import JsonLines
from services.adapters.schema import metadata
from services.adapters.settings import Settings
from services.adapters.store import Store
from tests.integration.test_api import API, JPEG, TRAINEES, add
from tests.integration.test_purge import NUMBER, planted
from tests.integration.test_service import do_all_jobs
from tests.integration.test_uploads import TUS, encoded, piece


def handed_in(client: TestClient, claim_id: str) -> set[str]:
    """Material that bears the number in its names and in its content; the hashes of what may bear it: the originals."""
    log = f"姓名,身份证号,课程名称,开始时间,结束时间\n王小明,{NUMBER},机械制图,2021-11-08 08:00,2021-11-08 09:00\n".encode()
    taken = [
        add(client, claim_id, log, kind="learning_log", name=f"{NUMBER}.csv"),
        add(client, claim_id, f"王小明 {NUMBER} 合格".encode(), kind="assessment", name=f"王小明{NUMBER}.txt"),
        add(client, claim_id, b"\xff\xd8\xff broken", kind="photo", name=f"{NUMBER}.jpg"),
        add(client, claim_id, f"{NUMBER}".encode(), kind="video", name=f"{NUMBER}.mp4"),
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{NUMBER}/{NUMBER}.txt", f"{NUMBER} again")
        archive.writestr(f"../{NUMBER}.jpg", JPEG)
    taken.append(add(client, claim_id, packed.getvalue(), kind="assessment", name=f"{NUMBER}.zip"))
    metadata = encoded(claim_id=claim_id, kind="assessment", filename=f"{NUMBER}.pdf")
    begun = client.post(f"{API}/uploads", headers=TUS | {"Upload-Length": "18", "Upload-Metadata": metadata})
    piece(client, begun.headers["location"], 0, NUMBER.encode())
    begun = client.post(f"{API}/uploads", headers=TUS | {"Upload-Length": "99", "Upload-Metadata": metadata})
    piece(client, begun.headers["location"], 0, b"not finished")
    views = [answer.json() for answer in taken]
    assert NUMBER not in "".join(answer.text for answer in taken)
    hashes = {view["sha256"] for view in views} | {inner["sha256"] for view in views for inner in view.get("contains", ())}
    return hashes | {hashlib.sha256(NUMBER.encode()).hexdigest()}


def in_the_database(store: Store) -> bytes:
    """Every value of every table."""
    with store.database.reading() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return b"\n".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in rows for v in row)


@pytest.mark.slow
def test_a_number_that_went_all_the_way_is_nowhere_in_the_open(
    client: TestClient, store: Store, settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Read, matched, judged, reported, decided, announced and handed to the broker: database, its files, logs, broker, metrics, reports, answers."""
    caplog.set_level(logging.DEBUG)
    client.post(f"{API}/webhooks", json={"url": "https://nowhere.invalid/"})
    claim_id = planted(client)
    store.repository.set_status(claim_id, "returned")
    client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
    originals = handed_in(client, claim_id)
    brokered = celery_app(settings.model_copy(update={"broker_url": "filesystem://"}))
    client.post(f"{API}/claims/{claim_id}/submit")
    assert Hints(store, brokered).send() > 5
    do_all_jobs(store)
    assert client.get(f"{API}/claims/{claim_id}").json()["status"] == "verified"
    decided = client.post(f"{API}/claims/{claim_id}/decisions", json={"decision": "return", "reason": f"{NUMBER} 的签名缺失"})
    assert decided.status_code == 201
    do_all_jobs(store)
    client.post(f"{API}/batches", json={"selection": {"codes": [NUMBER]}, "policy": NUMBER})
    files = [p for p in Path(settings.data_dir).rglob("*") if p.is_file() and p.name not in originals]
    assert any("broker" in str(p.parent) for p in files), "there are messages to look into"
    assert [str(p) for p in files if NUMBER.encode() in p.read_bytes() or NUMBER in p.name] == []
    assert NUMBER.encode() not in in_the_database(store)
    shown = [client.get(f"{API}/claims/{claim_id}{path}") for path in ("/report", "/report.html", "/report.xlsx", "/report.pdf", "/trainees")]
    assert all(answer.status_code == 200 and NUMBER.encode() not in opened(answer.content) for answer in shown)
    assert NUMBER not in client.get("/metrics").text
    logged = "\n".join(JsonLines().format(record) for record in caplog.records if record.name != "httpx")  # which is the test's own client
    assert "verify.claim" in logged or "read.evidence" in logged or "hezheng.access" in logged
    assert NUMBER not in logged and NUMBER not in "".join(capfd.readouterr())


def opened(data: bytes) -> bytes:
    """Data, and what is in it where it is a zip or a PDF."""
    if data.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(data)
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        assert "王小明" in text
        return data + text.encode()
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
