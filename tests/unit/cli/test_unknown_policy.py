"""claim.json may name a policy that is not there: the claim's fault, and told as such."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli.verifying import UNREADABLE, verify_folders


def test_a_claim_under_an_unknown_policy_is_unreadable_and_says_which_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim = {
        "policy": "nowhere-2099",
        "enterprise": {"name": "长春某厂"},
        "project": {"name": "岗前培训", "start": "2021-11-08", "end": "2021-11-09", "class_hours": "8"},
    }
    (tmp_path / "claim.json").write_text(json.dumps(claim, ensure_ascii=False), encoding="utf-8")
    assert verify_folders([tmp_path], out=tmp_path / "out", policy_id=None, data=None, debug=False) == UNREADABLE
    printed = "".join(capsys.readouterr())
    assert "nowhere-2099" in printed and "changchun-2021-33" in printed
    assert not (tmp_path / "out" / "report.json").exists()
