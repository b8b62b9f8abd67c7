"""Resumable uploads as tus 1.0 has them, spoken by hand and by a tus client."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.adapters.repository import tables
from services.adapters.repository.base import now
from services.adapters.store import Store
from services.ingest.api.uploads import forget_expired
from tests.integration.test_api import API, JPEG, is_problem, new_claim

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def encoded(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def begin(client: TestClient, claim_id: str, length: int, **changes: str) -> Any:
    metadata = {"claim_id": claim_id, "kind": "photo", "filename": "照片 1.jpg"} | changes
    return client.post(f"{API}/uploads", headers=TUS | {"Upload-Length": str(length), "Upload-Metadata": encoded(**metadata)})


@pytest.fixture
def claim_id(client: TestClient) -> str:
    return new_claim(client)


@pytest.fixture
def upload(client: TestClient, claim_id: str) -> str:
    """The address of an upload of JPEG."""
    answer = begin(client, claim_id, len(JPEG))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def piece(client: TestClient, upload: str, offset: int, data: bytes, **headers: str) -> Any:
    return client.patch(upload, content=data, headers=PIECE | {"Upload-Offset": str(offset)} | {k.replace("_", "-"): v for k, v in headers.items()})


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def test_what_is_spoken_is_told(anonymous: TestClient) -> None:
    answer = anonymous.options(f"{API}/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert {"creation", "checksum", "expiration", "termination"} <= set(answer.headers["tus-extension"].split(","))
    assert answer.headers["tus-max-size"] == "3000000"
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


def test_a_file_comes_in_pieces(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    head = client.head(upload, headers=TUS)
    assert (head.status_code, head.headers["upload-offset"], head.headers["upload-length"]) == (200, "0", str(len(JPEG)))
    assert head.headers["cache-control"] == "no-store" and head.headers["tus-resumable"] == "1.0.0"
    first = piece(client, upload, 0, JPEG[:50], Upload_Checksum=checksum(JPEG[:50], "sha1"))
    assert (first.status_code, first.headers["upload-offset"]) == (204, "50")
    assert first.headers["upload-expires"].endswith("GMT")
    assert client.head(upload, headers=TUS).headers["upload-offset"] == "50"
    assert store.repository.evidence(claim_id) == []
    last = piece(client, upload, 50, JPEG[50:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(JPEG)))
    seen = client.get(upload).json()
    assert (seen["state"], seen["evidence_id"]) == ("done", last.headers["hezheng-evidence-id"])
    (file,) = store.repository.evidence(claim_id)
    assert (file.path, file.sha256) == ("photos/照片 1.jpg", hashlib.sha256(JPEG).hexdigest())
    assert store.blobs.path(file.sha256).read_bytes() == JPEG
    assert store.queue.counts() == {"queued": 1}, "it is read at once"
    assert piece(client, upload, len(JPEG), b"").status_code == 204, "the last answer may have been lost"
    assert list(store.blobs.root.glob("incoming/*")) == []


def test_the_hash_is_right_after_a_restart_too(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    piece(client, upload, 0, JPEG[:60])
    client.app.state.digests.take(upload.rsplit("/", 1)[-1], 60)  # type: ignore[attr-defined]
    assert piece(client, upload, 60, JPEG[60:]).status_code == 204
    assert store.repository.evidence(claim_id)[0].sha256 == hashlib.sha256(JPEG).hexdigest()


def test_the_same_bytes_twice_are_one_file_whichever_way_they_come(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    by_form = client.post(f"{API}/claims/{claim_id}/evidence", data={"kind": "photo"}, files={"file": ("a.jpg", JPEG)}).json()
    assert piece(client, upload, 0, JPEG).headers["hezheng-evidence-id"] == by_form["evidence_id"]
    assert len(store.repository.evidence(claim_id)) == 1
    assert len([p for p in store.blobs.root.rglob("*") if p.is_file()]) == 1


def test_a_first_piece_and_an_empty_file_come_with_the_creation(client: TestClient, claim_id: str) -> None:
    headers = PIECE | {"Upload-Length": str(len(JPEG)), "Upload-Metadata": encoded(claim_id=claim_id, kind="photo", filename="a.jpg")}
    answer = client.post(f"{API}/uploads", headers=headers, content=JPEG)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(JPEG)))
    assert answer.headers["hezheng-evidence-id"]
    assert begin(client, claim_id, 0, filename="empty.jpg").headers["hezheng-evidence-id"]


def test_what_does_not_fit_the_protocol_is_refused(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    assert is_problem(client.patch(upload, content=b"x", headers=PIECE | {"Upload-Offset": "1"}), 409, "upload-offset")
    assert is_problem(client.patch(upload, content=b"x", headers=TUS | {"Upload-Offset": "0"}), 415, "unsupported-media-type")
    assert is_problem(client.patch(upload, content=b"x", headers=PIECE), 400, "upload-header-invalid")
    assert is_problem(
        client.patch(upload, content=b"x", headers={k: v for k, v in PIECE.items() if k != "Tus-Resumable"} | {"Upload-Offset": "0"}), 412, "tus-version"
    )
    assert is_problem(piece(client, upload, 0, JPEG + b"1"), 413, "too-large")
    assert is_problem(piece(client, upload, 0, JPEG, Upload_Checksum=checksum(b"other")), 460, "checksum-mismatch")
    assert is_problem(piece(client, upload, 0, JPEG, Upload_Checksum="crc32 AAAAAA=="), 400, "upload-checksum-invalid")
    assert client.head(upload, headers=TUS).headers["upload-offset"] == "0", "nothing of them was kept"
    assert client.head(upload).status_code == 412
    assert piece(client, upload, 0, JPEG[:20]).status_code == 204
    assert is_problem(piece(client, upload, 20, JPEG[20:], Upload_Checksum=checksum(b"other")), 460, "checksum-mismatch")
    assert piece(client, upload, 20, JPEG[20:], Upload_Checksum=checksum(JPEG[20:])).status_code == 204
    assert store.repository.evidence(claim_id)[0].sha256 == hashlib.sha256(JPEG).hexdigest(), "the hash went back with the bytes"


def test_a_bad_creation_is_refused(client: TestClient, claim_id: str) -> None:
    assert is_problem(begin(client, claim_id, 3_000_001), 413, "too-large")
    assert is_problem(begin(client, "none", 5), 404, "not-found")
    assert is_problem(begin(client, claim_id, 5, kind="poem"), 422, "kind-invalid")
    assert is_problem(begin(client, claim_id, 5, filename=""), 422, "upload-metadata-missing")
    for length in ("", "-1", "1.5", "x", "9" * 30):
        assert is_problem(client.post(f"{API}/uploads", headers=TUS | {"Upload-Length": length}), 400, "upload-header-invalid")
    for metadata in ("claim_id !!!", "a YQ==,a YQ==", "x" * 9000):
        assert is_problem(client.post(f"{API}/uploads", headers=TUS | {"Upload-Length": "1", "Upload-Metadata": metadata}), 400, "upload-metadata-invalid")
    client.post(f"{API}/claims/{claim_id}/submit")
    assert is_problem(begin(client, claim_id, 5), 409, "claim-closed")


def test_every_answer_says_which_version_is_spoken(client: TestClient, claim_id: str, upload: str) -> None:
    answers = [
        begin(client, claim_id, 3_000_001), begin(client, "none", 5), begin(client, claim_id, 5, kind="poem"), client.post(f"{API}/uploads", headers=TUS),
        piece(client, upload, 0, JPEG, Upload_Checksum=checksum(b"other")), piece(client, upload, 0, JPEG, Upload_Checksum="crc32 AAAAAA=="), piece(client, upload, 1, b"x"),
        piece(client, f"{API}/uploads/none", 0, b"x"), client.head(f"{API}/uploads/none", headers=TUS), client.head(upload), client.head(upload, headers={"Authorization": ""}),
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [413, 404, 422, 400, 460, 400, 409, 404, 404, 412, 401]
    assert all(a.headers["tus-resumable"] == "1.0.0" for a in answers)


def test_two_pieces_at_once_do_not_mix(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    with closing(store.blobs.partial(upload.rsplit("/", 1)[-1])):  # another process in the middle of a piece
        assert is_problem(piece(client, upload, 0, JPEG), 423, "locked")
        assert is_problem(client.delete(upload, headers=TUS), 423, "locked")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: piece(client, upload, 0, JPEG).status_code, range(4)))
    assert sorted(answers)[0] == 204 and set(answers) <= {204, 409, 423}
    assert store.repository.evidence(claim_id)[0].sha256 == hashlib.sha256(JPEG).hexdigest()


@pytest.mark.parametrize(("state", "status"), [("done", 409), ("gone", 410)])
def test_a_piece_that_comes_too_late_by_a_moment_adds_nothing(
    client: TestClient, store: Store, claim_id: str, upload: str, monkeypatch: pytest.MonkeyPatch, state: str, status: int
) -> None:
    """Another call ends the upload between this call's look at it and its hold on the bytes."""
    held = store.blobs.partial

    def partial(name: str, digest: Any = None) -> Any:
        store.repository.change_upload(name, state=state)
        return held(name, digest)

    monkeypatch.setattr(type(store.blobs), "partial", lambda _self, name, digest=None: partial(name, digest))
    assert piece(client, upload, 0, JPEG).status_code == status
    assert store.repository.evidence(claim_id) == []
    assert list(store.blobs.root.glob("incoming/*")) == []


def test_what_was_given_up_or_ran_out_is_gone(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    piece(client, upload, 0, JPEG[:50])
    assert client.delete(upload, headers=TUS).status_code == 204
    for answer in (piece(client, upload, 50, JPEG[50:]), client.delete(upload, headers=TUS)):
        assert is_problem(answer, 410, "gone")
    assert client.head(upload, headers=TUS).status_code == 410
    late = begin(client, claim_id, 5).headers["location"]
    piece(client, late, 0, b"abc")
    with store.database.writing() as connection:
        connection.execute(tables.uploads.update().values(expires_at=now()))
    assert is_problem(piece(client, late, 3, b"de"), 410, "gone")
    assert forget_expired(store) == 1
    assert list(store.blobs.root.glob("incoming/*")) == []
    assert client.get(late).json()["state"] == "gone"
    assert is_problem(client.get(f"{API}/uploads/none"), 404, "not-found")


def test_a_claim_that_closed_meanwhile_gains_nothing(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    piece(client, upload, 0, JPEG[:50])
    client.post(f"{API}/claims/{claim_id}/submit")
    assert is_problem(piece(client, upload, 50, JPEG[50:]), 409, "claim-closed")
    assert store.repository.evidence(claim_id) == []
    assert client.head(upload, headers=TUS).status_code == 410


def test_methods_may_stand_in_a_header(client: TestClient, store: Store, claim_id: str, upload: str) -> None:
    answer = client.post(upload, content=JPEG, headers=PIECE | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"})
    assert answer.status_code == 204 and len(store.repository.evidence(claim_id)) == 1
    other = begin(client, claim_id, 9).headers["location"]
    assert client.post(other, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert client.post(other, headers=TUS).status_code == 405
