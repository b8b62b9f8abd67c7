"""`hezheng policy show` prints the law as it stood on a day."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import app

GOOD = Path("services/verify/policies/changchun-2021-33.yaml").resolve()


def run(*asked: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["policy", *asked])
    return done.exit_code, done.output


def test_the_law_on_a_day() -> None:
    status, text = run("show", "changchun-2021-33", "--on", "2021-11-08")
    assert status == 0
    assert "每人每学时 per class hour 20: 岗前培训、转岗转业培训" in text
    assert "另有文件规定 set elsewhere: 岗位技能提升培训" in text
    assert "cap 3000" in text and "45 分钟" in text
    assert "六(一)  amount-rate" in text and "人工审核 manual" in text and "{'minimum': 5000}" in text
    assert "outside the validity" not in text


@pytest.mark.parametrize(("day", "told"), [("2020-12-31", True), ("2021-01-01", False), ("2021-12-31", False), ("2022-01-01", True)])
def test_a_day_on_which_the_law_is_not_in_force_is_told(day: str, told: bool) -> None:
    status, text = run("show", "changchun-2021-33", "--on", day)
    assert (status, "outside the validity, 2021-01-01 to 2021-12-31" in text) == (0, told)


@pytest.mark.parametrize("asked", [("show", "nothing"), ("show", "changchun-2021-33", "--on", "soon"), ("check", "nothing.yaml")])
def test_what_is_not_there_is_said(asked: tuple[str, ...]) -> None:
    status, text = run(*asked)
    assert status == 2 and text.strip()


def test_a_file_with_mistakes_is_told_line_by_line(tmp_path: Path) -> None:
    bad = tmp_path / "law.yaml"
    bad.write_text(
        GOOD.read_text(encoding="utf-8").replace("check: enterprise_size", "check: enterprize_size").replace("cap: 3000", "cap: none"), encoding="utf-8"
    )
    status, text = run("check", str(bad))
    assert status == 2
    assert "do you mean enterprise_size?" in text.replace("\n", " ") and text.count("law.yaml:") == 2
    assert run("check", str(GOOD))[0] == 0


def test_an_installation_that_knows_a_rate_sets_it_in_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = GOOD.read_text(encoding="utf-8")
    known = text.replace("skills upgrading training, skill_upgrade], rate: null}", "skills upgrading training, skill_upgrade], rate: 25}")
    assert known != text
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "changchun.yaml").write_text(known, encoding="utf-8")
    monkeypatch.setenv("HEZHENG_DATA_DIR", str(tmp_path))
    assert "per class hour 25: 岗位技能提升培训" in run("show", "changchun-2021-33")[1]
