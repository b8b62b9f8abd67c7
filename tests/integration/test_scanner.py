"""With a virus scanner configured: nothing that it did not look at is called clean, infected files are left out, and without it nothing comes in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.adapters.settings import Settings
from services.adapters.store import Store
from tests.integration.conftest import KEY
from tests.integration.test_api import JPEG, add, is_problem, new_claim
from tests.integration.test_uploads import begin, piece
from tests.unit.adapters.test_antivirus import MARK, Daemon

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Looking(Daemon):
    """Finds the mark in what it is sent, as it stands: not inside of archives."""

    @property
    def answer(self) -> bytes:  # type: ignore[override]
        return b"stream: Test FOUND" if MARK in self.received else self._calm

    @answer.setter
    def answer(self, calm: bytes) -> None:
        self._calm = calm


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Looking]:
    made = Looking(tmp_path)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, daemon: Looking, database_url: str | None) -> Settings:
    return Settings(data_dir=tmp_path / "data", api_key=KEY, clamav=daemon.address, database_url=database_url)


def test_every_way_in_is_looked_at(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    assert add(client, claim_id).json()["scan"] == "clean"
    assert is_problem(add(client, claim_id, JPEG + MARK), 422, "file-infected")
    upload = begin(client, claim_id, len(JPEG + MARK)).headers["location"]
    assert is_problem(piece(client, upload, 0, JPEG + MARK), 422, "file-infected")
    assert client.get(upload).json()["state"] == "gone"
    assert [file.sha256 for file in store.repository.evidence(claim_id)] == [add(client, claim_id).json()["sha256"]]
    assert len([p for p in store.blobs.root.rglob("*") if p.is_file()]) == 1, "nothing of the infected ones is kept"


def test_files_of_an_archive_are_looked_at_one_by_one(client: TestClient, store: Store) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.jpg", JPEG)
        archive.writestr("bad.jpg", JPEG + MARK)
    claim_id = new_claim(client)
    answer = add(client, claim_id, packed.getvalue(), name="all.zip").json()
    assert [(inner["scan"], inner["size"]) for inner in answer["contains"]] == [("clean", len(JPEG))]
    assert [(path, problem.code) for path, problem in store.repository.intake_problems(claim_id)] == [("photos/all.zip/bad.jpg", "file.unreadable")]


def test_what_was_not_looked_at_whole_is_not_clean(client: TestClient, daemon: Looking) -> None:
    daemon.answer = b"INSTREAM size limit exceeded. ERROR"
    assert add(client, new_claim(client)).json()["scan"] == "not_scanned"


def test_without_its_scanner_nothing_comes_in(client: TestClient, store: Store, daemon: Looking) -> None:
    claim_id = new_claim(client)
    upload = begin(client, claim_id, len(JPEG)).headers["location"]
    daemon.close()
    Path(daemon.address).unlink()
    for answer in (add(client, claim_id), piece(client, upload, 0, JPEG)):
        assert is_problem(answer, 503, "scanner-away") and answer.headers["retry-after"]
    assert store.repository.evidence(claim_id) == []
    assert is_problem(client.get("/readyz"), 503, "scanner-away")
    assert client.get(upload).json()["state"] == "open", "its bytes stay: the last piece is sent again, empty, when the scanner is back"
