"""Originals in an S3-compatible store (a real server of its own), and an embedded installation carried over to PostgreSQL and S3."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from fastapi.testclient import TestClient
from moto.server import ThreadedMotoServer

from services.adapters.blobs import Blobs
from services.adapters.moving import MoveFailed, move
from services.adapters.s3 import S3Blobs
from services.adapters.settings import Settings
from services.adapters.store import open_store
from services.cli.moving import move_installation
from services.domain.errors import NotFound, StorageAway
from services.ingest.app import create_app
from tests import postgres
from tests.factories import id_number
from tests.integration.conftest import KEY
from tests.integration.test_api import API, JPEG, TRAINEES, add, new_claim


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of an empty bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    name = "b" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=name)
    return f"s3://{name}/originals?endpoint={endpoint}"


def test_blobs_are_kept_in_the_object_store_and_copied_when_read(bucket: str, tmp_path: Path) -> None:
    blobs = S3Blobs(bucket, tmp_path / "here", cache_bytes=1000)
    sha256, size = blobs.put_bytes(JPEG)
    assert (sha256, size) == (hashlib.sha256(JPEG).hexdigest(), len(JPEG))
    elsewhere = S3Blobs(bucket, tmp_path / "elsewhere", cache_bytes=250)
    assert elsewhere.has(sha256) and elsewhere.path(sha256).read_bytes() == JPEG
    others = [blobs.put_bytes(bytes([n]) * 100)[0] for n in range(5)]
    for other in others:
        elsewhere.path(other)
    assert sum(p.stat().st_size for p in (tmp_path / "elsewhere").glob("??/??/*")) <= 250, "copies are bounded"
    assert elsewhere.path(sha256).read_bytes() == JPEG
    assert sum(p.stat().st_size for p in (tmp_path / "here").glob("??/??/*")) <= 1000
    for n in range(20):
        blobs.put_bytes(bytes([n]) * 200)
    assert sum(p.stat().st_size for p in (tmp_path / "here").glob("??/??/*")) <= 1000, "those of what was put there too"
    big = os.urandom(70 * 1024**2)
    assert elsewhere.path(blobs.put_bytes(big)[0]).read_bytes() == big, "in several parts"
    assert blobs.remove(sha256) and not blobs.has(sha256) and not blobs.remove(sha256)
    with pytest.raises(NotFound):
        S3Blobs(bucket, tmp_path / "third").path(sha256)
    assert list((tmp_path / "here" / "incoming").iterdir()) == []


def test_other_bytes_than_those_that_were_put_there_are_not_taken(bucket: str, endpoint: str, tmp_path: Path) -> None:
    sha256, _ = S3Blobs(bucket, tmp_path / "here").put_bytes(JPEG)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    name = bucket.removeprefix("s3://").partition("/")[0]
    client.put_object(Bucket=name, Key=client.list_objects_v2(Bucket=name)["Contents"][0]["Key"], Body=b"something else")
    elsewhere = S3Blobs(bucket, tmp_path / "elsewhere")
    with pytest.raises(StorageAway, match=sha256):
        elsewhere.path(sha256)
    assert [p for p in (tmp_path / "elsewhere").rglob("*") if p.is_file()] == []


def test_a_store_that_does_not_answer_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    blobs = S3Blobs("s3://b?endpoint=http://127.0.0.1:9", tmp_path)
    with pytest.raises(StorageAway):
        blobs.put_bytes(b"x")
    with pytest.raises(StorageAway):
        blobs.ping()


def test_an_installation_moves_with_all_it_has(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_socket: str) -> None:
    old = Settings(data_dir=tmp_path / "old", api_key=KEY)
    with TestClient(create_app(old), headers={"X-API-Key": KEY}) as client:
        claim_id = new_claim(client)
        client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
        evidence = [add(client, claim_id, JPEG + bytes([n]), name=f"{n}.jpg").json()["sha256"] for n in range(3)]
        client.post("/login", data={"key": KEY})
        store = client.app.state.store  # type: ignore[attr-defined]
        store.repository.add_access("usr_1", "王审核", "original", claim_id, "x")
        before = client.get(f"{API}/claims/{claim_id}").json()
        key = store.repository.create_api_key("portal")[1]
    with postgres.fresh_database(postgres_socket) as url:
        assert move_installation(url, bucket, tmp_path / "old") == 0
        new = Settings(data_dir=tmp_path / "new", database_url=url, blobs_url=bucket, key=(tmp_path / "old" / "key").read_text().strip(), api_key=KEY)
        with TestClient(create_app(new), headers={"X-API-Key": key}) as client:
            assert client.get(f"{API}/claims/{claim_id}").json() == before
            store = client.app.state.store  # type: ignore[attr-defined]
            assert store.repository.trainees(claim_id).people[0].id_number == id_number(0)
            assert store.repository.check_audit()[1] is None
            assert [store.blobs.path(sha256).read_bytes() for sha256 in evidence] == [JPEG + bytes([n]) for n in range(3)]
            assert new_claim(client, claim_no="after") != claim_id, "the counters go on"
            assert len(client.get(f"{API}/claims").json()["claims"]) == 2
        source, target = open_store(old), open_store(new)
        with pytest.raises(MoveFailed):
            move(source.database, target.database, source.blobs, Blobs(tmp_path / "b"))
        source.close()
        target.close()


def test_a_damaged_file_stops_the_move(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path / "old", api_key=KEY)), headers={"X-API-Key": KEY}) as client:
        sha256 = add(client, new_claim(client)).json()["sha256"]
        store = client.app.state.store  # type: ignore[attr-defined]
        store.blobs.path(sha256).write_bytes(b"something else")
        with pytest.raises(MoveFailed, match=sha256):
            move(store.database, open_store(Settings(data_dir=tmp_path / "new")).database, store.blobs, Blobs(tmp_path / "b"))
