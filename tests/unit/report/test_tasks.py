"""What a report's job does to the status of its claim."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.repository import Status
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.report import tasks
from tests.factories import make_case


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "report_claim", lambda *_: None)  # dear, and tested elsewhere


@pytest.mark.parametrize(
    ("before", "again", "after"),
    [
        ("verifying", False, "verified"),
        ("verifying", True, "verifying"),
        ("approved", False, "approved"),
        ("approved", True, "approved"),
        ("returned", True, "returned"),
    ],
)
def test_a_report_ends_only_its_own_verification(store: Store, before: Status, again: bool, after: Status) -> None:
    claim_id = store.repository.put_claim(make_case().claim)
    store.repository.set_status(claim_id, before)
    tasks.compile_claim(store, claim_id, again=again)
    assert store.repository.claim_summary(claim_id).status == after


@pytest.mark.parametrize(("before", "again", "after"), [("verifying", False, "draft"), ("verified", True, "verified"), ("approved", False, "approved")])
def test_a_report_that_cannot_be_made_is_told_and_takes_no_decision_back(store: Store, before: Status, again: bool, after: Status) -> None:
    claim_id = store.repository.put_claim(make_case().claim)
    store.repository.set_status(claim_id, before)
    tasks._given_up(store, "disk full", claim_id, again=again)
    summary = store.repository.claim_summary(claim_id)
    assert summary.status == after and summary.error is not None and "disk full" in summary.error
