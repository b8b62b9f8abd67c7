"""A claim full of attacks: each file ends in a finding, a refusal, or is read as what it is; nothing else is touched, the good file is verified."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.cli.verifying import verify_folders
from services.ingest.app import create_app
from services.ingest.archive import ArchiveLimits
from services.ingest.children import in_child
from services.ingest.uploads import unpacked
from tests import tiny_claim
from tests.generators import hostile
from tests.integration.conftest import KEY
from tests.integration.test_api import API, add, new_claim

FILES = hostile.files()
GOOD = "photos/good.jpg"
KINDS = {
    "photos": "photo",
    "videos": "video",
    "learning_logs": "learning_log",
    "application": "application",
    "assessments": "assessment",
    "invoices": "invoice",
}


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 80
    assert all(len(data) < 10_000_000 for data in FILES.values()), "small on disk: what is in them is not"


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    """The report of the claim, and where it was kept."""
    home = tmp_path_factory.mktemp("hostile")
    folder = tiny_claim.write(home / "claim")
    for path, data in {**FILES, GOOD: hostile.jpeg((640, 480))}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "photos" / "link.jpg").symlink_to("/etc/passwd")
    assert verify_folders([folder], out=home / "out", policy_id=None, data=home / "data", debug=True) == 0
    yield json.loads((home / "out" / "report.json").read_text(encoding="utf-8")), home / "data"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_each_ends_in_a_finding_or_is_read_as_what_it_is(reported: tuple[dict[str, Any], Path]) -> None:
    report, _ = reported
    told = {place["file"] for finding in report["findings"] for place in finding["evidence"]}
    facts = {entry["file"]: entry["facts"] for entry in report["evidence"]}
    silent = [path for path in FILES if path not in hostile.READABLE and not any(name == path or name.startswith(f"{path}/") for name in told)]
    assert silent == []
    assert "photos/link.jpg" in told
    assert facts[GOOD]["width"] == 640, "the good file among them is read"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_else_was_read_written_or_grew(reported: tuple[dict[str, Any], Path]) -> None:
    report, data = reported
    text = json.dumps(report, ensure_ascii=False)
    assert "root:x:0" not in text, "no entity or link was followed"
    assert not Path("/tmp/slip.jpg").exists() and not Path("/etc/slip.jpg").exists()
    playable = [e["facts"].get("playable_seconds") for e in report["evidence"] if e["kind"] == "video" and e["facts"] and e["file"] in FILES]
    assert not any(playable), "no playlist played another file"
    stored = sum(f.stat().st_size for f in data.rglob("*") if f.is_file())
    assert stored < 1_000_000_000, "bombs were not kept unpacked"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 4 * 1024**2, "no child took more than 4 GB"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=tmp_path / "data", api_key=KEY, rate_limit=1_000_000))
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_api_takes_or_refuses_each_and_stays_small(store: Store, tmp_path: Path) -> None:
    with TestClient(create_app(store=store), raise_server_exceptions=False, headers={"X-API-Key": KEY}) as client:
        claim_id = new_claim(client)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for path, data in FILES.items():
            answer = add(client, claim_id, data, kind=KINDS[path.split("/")[0]], name=path.split("/")[1])
            assert answer.status_code in (200, 201, 413, 422), f"{path}: {answer.text}"
        for path in (p for p in FILES if p.startswith("learning_logs/") and not p.endswith(("json", "jsonl"))):
            answer = client.put(f"{API}/claims/{claim_id}/trainees", files={"file": (path, FILES[path])})
            assert answer.status_code in (200, 413, 422), f"{path}: {answer.text}"
            assert "root:x:0" not in answer.text
        assert client.get(f"{API}/claims/{claim_id}").status_code == 200
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 300 * 1024, f"the serving process grew by {grown} kB: something was opened in it"
    assert not list((store.blobs.root / "incoming").iterdir())
    assert not [name for name in os.listdir(tmp_path / "data") if name.startswith("hezheng-")]


def test_archives_are_unpacked_within_bounds(tmp_path: Path) -> None:
    limits = ArchiveLimits()
    with Sandbox(1) as sandbox:
        for name in ("slip.zip", "link.zip", "nested.zip", "overlap.zip", "encrypted.zip", "method.zip", "names.zip", "size.zip", "truncated.zip"):
            source, into = tmp_path / name, sandbox.folder / name
            source.write_bytes(FILES[f"assessments/{name}"])
            into.mkdir()
            try:
                files, problems = in_child(sandbox, unpacked, source, into)
            except Exception as error:
                assert name == "truncated.zip" and type(error).__name__ == "FileUnreadable"
                continue
            assert files or problems, name
            assert len(files) <= limits.entries
            assert all(file.local.resolve().is_relative_to(into) for file in files)
            assert not any(part in ("..", "") or "\0" in part for file in files for part in file.path.split("/"))
            if name in ("slip.zip", "link.zip", "encrypted.zip", "method.zip", "nested.zip"):
                assert not files and problems, name
