"""A claim pushed through the whole service: API, jobs, verification, report, page."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import services.report.tasks
import services.verify.tasks
from services.adapters.queue import job_kinds
from services.adapters.store import Store
from services.adapters.worker import do_job
from tests.factories import id_number
from tests.integration.conftest import KEY
from tests.integration.test_api import API, CLAIM, TRAINEES, add, new_claim

assert services.report.tasks and services.verify.tasks  # imported for the jobs that they register


def do_all_jobs(store: Store) -> int:
    done = 0
    while (held := store.queue.claim("test", sorted(job_kinds()))) is not None:
        do_job(store, held)
        done += 1
    return done


def photo() -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_claim_goes_from_upload_to_report(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    assert client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES).json()["taken"] == 1
    roster = [{"姓名": "王小明", "身份证号": id_number(0), "参保开始": "2019-03-01"}]
    assert client.put(f"{API}/enterprises/{CLAIM['enterprise']['uscc']}/roster", json=roster).json()["taken"] == 1
    sha256 = add(client, claim_id, photo(), name="p.jpg").json()["sha256"]
    assert add(client, claim_id, b"\xff\xd8\xff broken", name="broken.jpg").status_code == 201
    assert do_all_jobs(store) == 2, "both files are read before the claim is submitted"
    client.post(f"{API}/claims/{claim_id}/submit")
    do_all_jobs(store)

    seen: dict[str, Any] = client.get(f"{API}/claims/{claim_id}").json()
    assert (seen["status"], seen["verdict"], seen["error"]) == ("verified", "fail", None)
    assert seen["amount"]["supported"] == "0.00", "nobody is seen to sign"
    report = client.get(f"{API}/claims/{claim_id}/report").json()
    assert report["claim"]["claim_no"] == CLAIM["claim_no"]
    files = {e["file"]: e for e in report["evidence"]}
    assert files["photos/p.jpg"]["sha256"] == sha256
    assert files["photos/p.jpg"]["facts"]["width"] == 400
    assert "file.unreadable" in {f["code"] for f in report["findings"]}
    assert id_number(0) not in client.get(f"{API}/claims/{claim_id}/report").text
    for extension, magic in (("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF-"), ("xlsx", b"PK")):
        assert client.get(f"{API}/claims/{claim_id}/report.{extension}").content.lstrip().startswith(magic)

    client.post("/login", data={"key": KEY})
    assert "不通过" in client.get("/").text
    assert CLAIM["claim_no"] in client.get(f"/claims/{claim_id}/report.html").text
