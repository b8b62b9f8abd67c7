"""The sample claims through the command line, as the demo runs them, against the results reckoned by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.report_form import problems

ROOT = Path(__file__).resolve().parents[2]
GOLDEN: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests/golden/samples.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name of the sample -> folder of its reports."""
    out = tmp_path_factory.mktemp("reports")
    command = [str(Path(sys.executable).with_name("hezheng")), "verify", *(str(ROOT / "samples" / name) for name in GOLDEN), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in GOLDEN:
        assert GOLDEN[name]["supported"] in done.stdout
    return {name: out / name for name in GOLDEN}


@pytest.fixture
def report(reports: dict[str, Path], name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((reports[name] / "report.json").read_text(encoding="utf-8"))
    return value


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", GOLDEN)
class TestSample:
    def test_verdict_score_and_amounts(self, report: dict[str, Any], name: str) -> None:
        golden = GOLDEN[name]
        assert report["verdict"] == golden["verdict"]
        assert {k: report["amount"][k] for k in ("claimed", "supported", "unclear")} == {k: golden[k] for k in ("claimed", "supported", "unclear")}
        assert report["score"] == golden["score"]

    def test_nothing_else_is_found(self, report: dict[str, Any], name: str) -> None:
        found: dict[str, list[str]] = defaultdict(list)
        for finding in report["findings"]:
            if finding["severity"] != "info":
                found[finding["code"]].append(finding["outcome"])
        assert {code: sorted(outcomes) for code, outcomes in found.items()} == {code: sorted(o) for code, o in GOLDEN[name]["findings"].items()}

    def test_the_form_is_the_contract(self, report: dict[str, Any], name: str) -> None:
        assert problems(report) == []

    def test_every_format_is_there(self, reports: dict[str, Path], name: str) -> None:
        folder = reports[name]
        assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
        assert (folder / "report.xlsx").read_bytes().startswith(b"PK")
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert "http://" not in page.replace("http://www.w3.org/", "") and "https://" not in page, "a report must be one file"

    def test_no_id_number_in_full(self, reports: dict[str, Path], name: str) -> None:
        roster = (ROOT / "samples" / name / "roster.csv").read_text(encoding="gb18030")
        numbers = [line.split(",")[1] for line in roster.splitlines()[1:]]
        assert len(numbers) > 50
        for kind in ("json", "html"):
            text = (reports[name] / f"report.{kind}").read_text(encoding="utf-8")
            assert [n for n in numbers if n in text] == []
