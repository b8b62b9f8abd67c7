"""claim.json may name a policy that is not there: a wrong optional field, told as such; the claim is still verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.adapters.settings import Settings
from services.adapters.store import open_store
from services.cli.verifying import OK, UNREADABLE, verify_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    claim = {
        "policy": "nowhere-2099",
        "enterprise": {"name": "长春某厂"},
        "project": {"name": "岗前培训", "start": "2021-11-08", "end": "2021-11-09", "class_hours": "8"},
    }
    (tmp_path / "claim.json").write_text(json.dumps(claim, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def test_an_unknown_policy_in_the_claim_is_a_wrong_field(folder: Path) -> None:
    assert verify_folders([folder], out=folder / "out", policy_id=None, data=folder / "data", debug=False) == OK
    store = open_store(Settings(data_dir=folder / "data"))
    assert [claim.status for claim in store.repository.claims()] == ["verified"], "a server over the same store shows it as such"
    store.close()
    report = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    (finding,) = [f for f in report["findings"] if f["code"] == "claim.field_invalid"]
    assert "nowhere-2099" in finding["message"]["zh"] and "changchun-2021-33" in finding["message"]["zh"]
    assert report["policy"]["id"] == "changchun-2021-33" and report["verdict"] != "pass"


def test_an_unknown_policy_on_the_command_line_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_folders([folder], out=folder / "out", policy_id="nowhere-2099", data=None, debug=False) == UNREADABLE
    assert "changchun-2021-33" in "".join(capsys.readouterr()) and not (folder / "out" / "report.json").exists()
