"""The page of batches: start one from the form, watch it, pause and cancel it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from services.adapters.store import Store
from tests.integration.test_batches import fill, work


@pytest.fixture(params=["sqlite"])
def database_url() -> None:
    return None


def test_a_batch_by_the_page(anonymous: TestClient, store: Store) -> None:
    from tests.integration.conftest import KEY

    anonymous.headers.pop("Authorization", None)
    claims = fill(store)
    assert anonymous.get("/batches").status_code == 303, "to the login page"
    login = anonymous.get("/login").text
    token = re.search(r'name="csrf" value="([^"]*)"', login)
    form = {"key": KEY} | ({"csrf": token[1]} if token else {})
    assert anonymous.post("/login", data=form).status_code == 303
    page = anonymous.get("/batches")
    assert page.status_code == 200, page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    started = anonymous.post("/batches", data={"csrf": csrf[1], "judge_by": "strict", "dry_run": "on", "verdicts": "", "codes": ""})
    assert started.status_code == 303, started.text
    here = started.headers["location"]
    assert "every 2s" in anonymous.get(here).text, "it looks again while the batch runs"
    assert anonymous.post(f"{here}/pause", data={"csrf": csrf[1]}).status_code == 303
    assert anonymous.post(f"{here}/resume", data={"csrf": csrf[1]}).status_code == 303
    work(store)
    done = anonymous.get(here).text
    assert "every 2s" not in done and all(claim in done for claim in claims) and "CC-2021-000000" in done
    assert anonymous.get(f"{here}/changes.xlsx").content.startswith(b"PK")
    assert anonymous.post(f"{here}/cancel", data={"csrf": csrf[1]}).status_code == 409
    assert anonymous.post("/batches", data={"csrf": csrf[1], "training_from": "soon"}).status_code == 422
    assert anonymous.post("/batches", data={"judge_by": "strict"}).status_code == 403, "without the session's token"
    assert anonymous.get("/batches/bat_none").status_code == 404
