"""Batches over the API and the command line."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from services.adapters.queue import job_kinds
from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.cli.main import app
from services.report import tasks as report_tasks
from services.verify import tasks
from services.verify.pipeline import Verifier
from services.verify.policy_file import POLICIES
from tests.generators.many_claims import SMALL, USCC, put_claim, roster_of, staff

assert tasks and report_tasks


@pytest.fixture(params=["sqlite"])
def database_url() -> None:
    return None


def fill(store: Store) -> list[str]:
    """Two verified claims, and the policy under another name that wants more photos."""
    people = staff(SMALL)
    store.repository.put_roster(USCC, None, roster_of(people))
    claims = [put_claim(store, n, people[n * 8 : n * 8 + 8], SMALL) for n in range(2)]
    with Sandbox(workers=1) as sandbox:
        for claim_id in claims:
            Verifier(store, sandbox).verify(claim_id)
            store.repository.set_status(claim_id, "verified")
    text = (POLICIES / "changchun-2021-33.yaml").read_text(encoding="utf-8")
    place = store.settings.policies_path() / "strict.yaml"
    place.parent.mkdir()
    place.write_text(text.replace("id: changchun-2021-33", "id: strict", 1).replace("minimum: 5}", "minimum: 20}"), encoding="utf-8")
    return claims


def work(store: Store) -> None:
    names = ["batch.select", "batch.slice", "batch.settle", "batch.export"]
    while (held := store.queue.claim("w", names)) is not None:
        job_kinds()[held.name].run(store, **held.args)
        assert store.queue.complete(held)


def test_a_batch_over_the_api(client: TestClient, store: Store) -> None:
    claims = fill(store)
    store.repository.add_decision(claims[1], "approve", "依据", "王审核")
    answer = client.post("/api/v1/batches", json={"selection": {"enterprise": USCC}, "policy": "strict", "dry_run": False})
    assert answer.status_code == 202, answer.text
    batch = answer.json()
    assert batch["state"] == "queued" and answer.headers["location"] == f"/api/v1/batches/{batch['id']}"
    work(store)
    batch = client.get(f"/api/v1/batches/{batch['id']}").json()
    assert (batch["state"], batch["progress"]) == ("finished", {"done": 2, "total": 2})
    assert (batch["totals"]["changed"], batch["totals"]["decided"], batch["totals"]["causes"]) == (2, 1, {"law": 2})
    first = client.get(f"/api/v1/batches/{batch['id']}/changes", params={"limit": 1}).json()
    second = client.get(f"/api/v1/batches/{batch['id']}/changes", params={"limit": 1, "cursor": first["next"]}).json()
    found = first["changes"] + second["changes"]
    assert [c["claim_id"] for c in found] == claims and second["next"] is None
    assert found[0]["claim_no"] == "CC-2021-000000" and found[0]["why"] == ["law"] and not found[0]["decided"]
    assert "photo.too_few" in {f["code"] for f in found[0]["changes"]["findings"]["added"]}
    assert found[0]["changes"]["score"]["before"]["value"] > found[0]["changes"]["score"]["after"]["value"]
    assert found[1]["decided"] and found[1]["status"] == "approved"
    decided = client.get(f"/api/v1/batches/{batch['id']}/changes", params={"decided": True}).json()["changes"]
    assert [c["claim_id"] for c in decided] == claims[1:]
    book = openpyxl.load_workbook(BytesIO(client.get(f"/api/v1/batches/{batch['id']}/changes.xlsx").content))
    assert [c.value for c in book["变化 changes"]["A"]][1:] == ["CC-2021-000000", "CC-2021-000001"]
    assert client.get(f"/api/v1/batches/{batch['id']}/changes.json").json()["changes"] == json.loads(json.dumps(found))
    assert client.get("/api/v1/batches").json()["batches"][0]["id"] == batch["id"]
    assert client.post(f"/api/v1/batches/{batch['id']}/cancel").status_code == 409


def test_orders_that_cannot_be_understood_are_told_by_field(client: TestClient) -> None:
    wrong = {"selection": {"verdicts": ["maybe"], "training_from": "soon", "colour": "red"}, "dry_run": "yes", "speed": 9}
    answer = client.post("/api/v1/batches", json=wrong)
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} == {"selection.verdicts", "selection.training_from", "selection.colour", "dry_run", "speed"}
    assert client.get("/api/v1/batches/bat_none").status_code == 404
    assert client.post("/api/v1/batches", json={"roster": "ros_none"}).status_code == 202, "the worker looks it up"


def test_a_batch_ordered_twice_under_one_key_is_one(client: TestClient) -> None:
    def order(body: dict[str, object]) -> tuple[int, bytes]:
        answer = client.post("/api/v1/batches", json=body, headers={"Idempotency-Key": "once"})
        return answer.status_code, answer.content

    assert order({"dry_run": True}) == order({"dry_run": True})
    assert order({"dry_run": False})[0] == 422
    assert len(client.get("/api/v1/batches").json()["batches"]) == 1
    assert order({"dry_run": "perhaps"})[0] == 422 and client.get("/api/v1/batches", params={"cursor": "x"}).status_code == 422


def test_cancel_pause_and_resume(client: TestClient, store: Store) -> None:
    batch_id = client.post("/api/v1/batches", json={}).json()["id"]
    here = f"/api/v1/batches/{batch_id}"
    assert client.post(f"{here}/pause").json()["state"] == "paused"
    assert client.post(f"{here}/pause").status_code == 409
    assert client.post(f"{here}/resume").json()["state"] == "queued"
    assert client.post(f"{here}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{here}/cancel").status_code == 200
    work(store)
    assert client.get(here).json()["state"] == "cancelled"


def test_a_batch_from_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = open_store(Settings(data_dir=data, database_url=None))
    claims = fill(store)
    store.close()
    run = CliRunner()
    done = run.invoke(app, ["batch", "start", "--policy", "strict", "--data", str(data), "--json"])
    assert done.exit_code == 0, done.output
    batch = json.loads(done.stdout)
    assert (batch["state"], batch["totals"]["changed"]) == ("finished", 2), "no worker was running, so it was done here"
    shown = json.loads(run.invoke(app, ["batch", "changes", batch["id"], "--json", "--data", str(data)]).stdout)
    assert [c["claim_id"] for c in shown["changes"]] == claims
    assert "finished" in run.invoke(app, ["batch", "status", batch["id"], "--data", str(data)]).stdout
    out = tmp_path / "changes.xlsx"
    assert run.invoke(app, ["batch", "changes", batch["id"], "--out", str(out), "--data", str(data)]).exit_code == 0
    assert out.stat().st_size > 1000
    waiting = run.invoke(app, ["batch", "start", "--no-wait", "--dry-run", "--data", str(data)])
    batch_id = waiting.stdout.split()[0]
    assert run.invoke(app, ["batch", "cancel", batch_id, "--data", str(data)]).exit_code == 0
    assert batch_id in run.invoke(app, ["batch", "list", "--data", str(data)]).stdout
    assert "batch.select" in run.invoke(app, ["jobs", "list", "--data", str(data)]).stdout
    assert run.invoke(app, ["batch", "start", "--policy", "none", "--data", str(data)]).exit_code == 2
    store = open_store(Settings(data_dir=data, database_url=None))
    report = store.repository.report(claims[0])
    assert report is not None and report["policy"]["id"] == "strict"
    store.close()
