"""Personal data at rest: nowhere in the open, bound to its row, sealed anew while the service runs, and removed for good."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from services.adapters.media_index import MediaIndex
from services.adapters.repository import tables
from services.adapters.repository.base import now
from services.adapters.rotation import BINDINGS, reseal, sealed_tables
from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.adapters.temporary import HeldFolder
from services.adapters.vault import VaultError, add_key, drop_keys_between
from services.cli import keys
from services.cli import purge as purging
from services.domain.index import Fingerprint
from tests.factories import id_number
from tests.integration.test_api import API, CLAIM, JPEG, TRAINEES, add, new_claim, verified

pytestmark = [pytest.mark.usefixtures("database_url"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
NUMBER = id_number(0)


def everywhere(settings: Settings) -> bytes:
    """All bytes of the installation's files but the originals that were handed in."""
    return b"".join(p.read_bytes() for p in Path(settings.data_dir).rglob("*") if p.is_file())


def planted(client: TestClient) -> str:
    """A claim with one person's number wherever a number can stand."""
    claim_id = new_claim(client, paid_this_year=[{"id_number": NUMBER, "date": "2021-03-02"}], claim_no=f"N-{NUMBER[:3]}")
    client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
    client.put(f"{API}/enterprises/{CLAIM['enterprise']['uscc']}/roster", json=TRAINEES)
    add(client, claim_id, kind="face", name=f"{NUMBER}.jpg")
    add(client, claim_id, b"%PDF-1.7", kind="face", name=f"{NUMBER}.png")
    client.put(f"{API}/claims/{claim_id}/trainees", files={"file": (f"{NUMBER}.csv", f"{NUMBER},x\n".encode())})
    client.get(f"{API}/claims/{NUMBER}")
    client.get(f"{API}/claims", params={"cursor": NUMBER, "status": NUMBER})
    client.post(f"{API}/claims/{claim_id}/decisions", json={"decision": NUMBER, "reason": NUMBER})
    client.post(f"{API}/claims", json=CLAIM | {"project": {"name": NUMBER, "start": NUMBER}})
    client.post(f"{API}/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": f"claim_id {NUMBER}"})
    client.post(f"{API}/claims/{claim_id}/submit", headers={"Idempotency-Key": NUMBER[:5]})
    return claim_id


def test_a_planted_number_is_nowhere_in_the_open(client: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="hezheng")
    planted(client)
    assert NUMBER.encode() not in everywhere(settings), "database, journal, job table and blobs"
    with sqlite3.connect(settings.data_dir / "hezheng.db") as connection:
        assert NUMBER not in "\n".join(connection.iterdump())
    assert NUMBER not in caplog.text
    assert NUMBER not in client.get("/metrics").text
    assert caplog.text.count("caller=settings") >= 10, "the calls were logged all the same"


def test_what_is_moved_to_another_row_does_not_open(client: TestClient, store: Store) -> None:
    first, second = planted(client), new_claim(client, claim_no="other")
    client.put(f"{API}/claims/{second}/trainees", json=[])
    d = tables.documents
    with store.database.writing() as connection:
        sealed = connection.execute(d.select().where(d.c.claim_id == first, d.c.name == "trainees")).one().body
        connection.execute(d.insert().values(claim_id=second, name="trainees", body=sealed, updated_at=now()))
    with pytest.raises(VaultError):
        store.repository.trainees(second)
    with store.database.writing() as connection:
        connection.execute(d.update().where(d.c.claim_id == first, d.c.name == "claim").values(body=sealed))
    with pytest.raises(VaultError):
        store.repository.claim(first)


def test_every_sealed_table_is_known_to_the_rotation() -> None:
    assert {table.name for table in sealed_tables()} == set(BINDINGS)


def test_keys_change_while_the_service_runs(client: TestClient, store: Store, settings: Settings) -> None:
    claim_id = verified(client, store)
    client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
    store.repository.put_trainees(claim_id, store.repository.trainees(claim_id))
    key_file = settings.data_dir / "key"
    old = key_file.read_text().split()
    fingerprint = store.vault.blind(NUMBER)
    assert keys.rotate(settings.data_dir, settle_seconds=0) == 0
    assert client.get(f"{API}/claims/{claim_id}").status_code == 200, "the running service opens what was sealed anew"
    assert client.get(f"{API}/claims/{claim_id}/report").status_code == 200
    new_claim(client, claim_no="after")
    assert reseal(store.database, store.vault) == 0, "and seals with the new key itself"
    assert keys.rotate(settings.data_dir, settle_seconds=0) == 0
    now_there = key_file.read_text().split()
    assert len(now_there) == 2 and now_there[-1] == old[-1], "the key between them went, the index's stays"
    assert key_file.stat().st_mode & 0o077 == 0
    opened = open_store(settings)
    assert opened.repository.report(claim_id) == store.repository.report(claim_id)
    assert opened.vault.blind(NUMBER) == fingerprint
    opened.close()


def test_a_key_file_keeps_its_first_and_last(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("c2Vjb25k\n", encoding="ascii")
    add_key(file)
    add_key(file)
    newest = file.read_text().split()[0]
    assert drop_keys_between(file) == 1
    assert file.read_text().split() == [newest, "c2Vjb25k"]


def test_what_killed_processes_left_in_the_temporary_folder_goes(store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    script = f"""if True:
        import os, signal, tempfile
        tempfile.tempdir = {str(place)!r}
        from services.adapters.temporary import HeldFolder
        (HeldFolder("children").path / "people.csv").write_text("{NUMBER}")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    (killed,) = place.iterdir()
    table, young, alien = place / "hezheng-table-a", place / "hezheng-report-a", place / "other"
    for folder in (table, young, alien):
        folder.mkdir()
        (folder / "table").write_text(NUMBER)
    alive = HeldFolder("children")
    for folder in (killed, table, alive.path, alien):
        os.utime(folder, (1, 1))
    assert purging.purge([], None, False, settings.data_dir) == 0
    assert {p.name for p in place.iterdir()} == {young.name, alien.name, alive.path.name}
    alive.remove()
    with Sandbox(1) as sandbox:
        assert {p.name for p in place.iterdir()} == {young.name, alien.name, sandbox.folder.name}


def test_a_claim_past_its_term_is_removed_and_that_is_written_down(
    client: TestClient, store: Store, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    claim_id, other = verified(client, store), new_claim(client, claim_no="other")
    store.repository.set_status(claim_id, "returned")
    own = add(client, claim_id, JPEG + b"own").json()["sha256"]
    shared = add(client, claim_id, JPEG).json()["sha256"]
    add(client, other, JPEG)
    media = [Fingerprint(sha256, "photo", 1, bytes([n]) * 32, bytes([n]) * 4) for n, sha256 in enumerate((shared, own))]
    store.repository.put_fingerprints(media)
    index = MediaIndex(store.repository, settings.data_dir / "media_index", in_memory=1)
    index.refresh()
    code = np.frombuffer(bytes([1]) * 32, dtype="<u8").reshape(1, 4)
    assert len(index.near(code, 0)) == 1
    store.repository.set_status(claim_id, "verified")
    store.repository.add_decision(claim_id, "approve", "材料齐全", "王审核")
    assert purging.purge([], 30, False, settings.data_dir) == 0
    assert store.blobs.has(own), "not yet"
    with store.database.writing() as connection:
        connection.execute(tables.claims.update().values(updated_at=now() - timedelta(days=31)))
    assert purging.purge([], 30, True, settings.data_dir) == 0
    assert store.blobs.has(own), "only said"
    with store.database.reading() as connection:
        d = tables.documents
        sealed = [bytes(body) for body in connection.execute(select(d.c.body).where(d.c.claim_id == claim_id)).scalars()]
    assert sealed and any(body in everywhere(settings) for body in sealed)
    assert purging.purge([], 30, False, settings.data_dir) == 0
    assert not any(body in everywhere(settings) for body in sealed), "not in free pages either"
    assert index.refresh() and not index.near(code, 0), "the files of the index forgot it too, in processes that run as well"
    assert not store.blobs.has(own) and store.blobs.has(shared), "what another claim has too stays for that one"
    assert store.repository.evidence(claim_id) == [] and store.repository.report(claim_id) is None
    assert len(store.repository.evidence(other)) == 1
    summary = store.repository.claim_summary(claim_id)
    assert (summary.status, summary.verdict) == ("approved", "review"), "that it was decided, and how, stays"
    assert store.repository.decisions(claim_id)[0].reason == "材料齐全"
    assert "purge" in [a.action for a in store.repository.accesses(claim_id)]
    assert claim_id in capsys.readouterr().out
    assert client.get(f"{API}/claims/{claim_id}/report").status_code == 404
    assert purging.purge(["nothing"], None, False, settings.data_dir) == 2
