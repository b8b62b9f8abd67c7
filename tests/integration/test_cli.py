"""The command line as a person uses it: what goes wrong is said in a sentence, with the right exit status; what goes right says where."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import app
from services.ingest.folder import take_in
from services.verify.policy_file import POLICIES
from tests import tiny_claim
from tests.factories import id_number

FAILED, UNREADABLE = 1, 2


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith("HEZHENG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def hezheng(*arguments: object, **environment: str | None) -> Result:
    """Run a command in this process; whatever it does, it must not end in an exception."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def broken(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "claim.json").write_text(text, encoding="utf-8")
    return folder


# --- verify ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def claim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_claim.write(tmp_path_factory.mktemp("claims") / "甲公司 培训")


def test_a_claim_is_verified_whatever_its_neighbours_are(claim: Path, tmp_path: Path) -> None:
    """One call for the dear work: a good folder, the same again, a broken one, a missing one."""
    bad, out = broken(tmp_path / "bad", "{"), tmp_path / "out"
    result = hezheng("verify", claim, bad, f"{claim}/", tmp_path / "gone", "--out", out, "--data", tmp_path / "data")
    assert result.exit_code == UNREADABLE
    for said in ("verified once", "claim.json:1", "gone", "does not exist", "CC-2021-000777", "支持 supported 80.00", str(out / claim.name / "report.html")):
        assert said in result.output
    assert [p.name for p in out.iterdir()] == [claim.name]
    assert sorted(p.name for p in (out / claim.name).iterdir()) == ["report.html", "report.json", "report.pdf", "report.xlsx"]
    report: dict[str, Any] = json.loads((out / claim.name / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "fail" and report["amount"]["supported"] == "80.00"
    assert not re.search(r"\d{17}[\dXx]", result.output)
    assert id_number(0) not in json.dumps(report)
    assert not (claim / "report").exists(), "nothing is written where nobody asked for it"
    assert (tmp_path / "data" / "hezheng.db").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["claim.json"]),
        ("{broken", ["claim.json:1", "JSON"]),
        ("[]", ["claim.json"]),
        ("{}", ["enterprise.name", "project.start", "project.class_hours", "expected"]),
        (json.dumps(tiny_claim.CLAIM | {"project": tiny_claim.CLAIM["project"] | {"end": "2021-11-01"}}), ["project.end", "2021-11-01"]),
        (json.dumps(tiny_claim.CLAIM | {"project": tiny_claim.CLAIM["project"] | {"class_hours": "many"}}), ["project.class_hours", "many"]),
    ],
    ids=["empty", "no json", "no object", "fields missing", "ends before it starts", "no number"],
)
def test_a_claim_json_that_is_none_is_told_by_field(tmp_path: Path, text: str, said: list[str]) -> None:
    result = hezheng("verify", broken(tmp_path / "claim", text))
    assert result.exit_code == UNREADABLE
    for part in said:
        assert part in result.output
    assert not (tmp_path / "claim" / "report").exists()


def test_what_is_no_claim_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.zip").write_bytes(b"hello")
    (tmp_path / "b.txt").write_text("hello", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    result = hezheng("verify", "missing", "empty", "a.zip", "b.txt", "c.zip")
    assert result.exit_code == UNREADABLE
    for name, why in (("missing", "does not exist"), ("empty", "no claim.json"), ("a.zip", "sound zip"), ("b.txt", "sound zip"), ("c.zip", "no claim.json")):
        assert re.search(rf"^{re.escape(name)}\b.*{why}", result.output, re.MULTILINE), result.output


def test_a_folder_named_by_a_dot_has_a_name(claim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken(tmp_path / "乙公司", "{"))
    result = hezheng("verify", ".")
    assert result.exit_code == UNREADABLE and "[1/1] 乙公司" in result.output
    taken: list[str] = []

    def stop_after_intake(source: Path, workspace: Path, **_: object) -> None:
        taken.append(take_in(source, workspace).claim.claim_no)
        raise KeyError("seen enough")

    monkeypatch.setattr("services.cli.verifying.take_in", stop_after_intake)
    unnamed = broken(tmp_path / "CC-9", json.dumps({k: v for k, v in tiny_claim.CLAIM.items() if k != "claim_no"}))
    monkeypatch.chdir(unnamed)
    result = hezheng("verify", ".")
    assert taken == ["CC-9"], "without a claim number the folder's name stands in"
    assert result.exit_code == FAILED and "KeyError" in result.output and "--debug" in result.output


@pytest.mark.parametrize("out", ["afile", "afile/below", "/proc/hezheng"])
def test_a_place_that_cannot_be_written_is_told_before_the_work(claim: Path, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "afile").write_text("", encoding="utf-8")
    monkeypatch.setattr("services.verify.pipeline.Verifier.verify", lambda *_, **__: pytest.fail("the work was done for nothing"))
    result = hezheng("verify", claim, "--out", out)
    assert result.exit_code == FAILED
    assert "--out" in result.output and out in result.output


def test_a_demo_without_samples_says_where_to_find_them() -> None:
    result = hezheng("demo")
    assert result.exit_code == UNREADABLE and "--samples" in result.output


def test_a_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = hezheng("verify", tmp_path, "--policy", "nowhere-1999")
    assert result.exit_code == UNREADABLE and "nowhere-1999" in result.output and "changchun-2021-33" in result.output


# --- the store ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",), ("migrate",), ("keys", "list"), ("keys", "create", "x"), ("verify", ".")])
def test_a_data_folder_that_cannot_be_used_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "afile").write_text("", encoding="utf-8")
    result = hezheng(*command, "--data", "afile")
    assert result.exit_code == FAILED
    assert "afile" in result.output and "cannot read or write" in result.output


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("HEZHENG_PORT", "many", "HEZHENG_PORT"), ("HEZHENG_KEY", "short", "HEZHENG_KEY"), ("HEZHENG_DATABASE_URL", "nonsense", "internal failure")],
)
def test_a_wrong_setting_is_told_by_its_name(tmp_path: Path, name: str, value: str, said: str) -> None:
    result = hezheng("migrate", "--data", tmp_path / "data", **{name: value})
    assert result.exit_code == FAILED and said in result.output


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hezheng.db").write_bytes(b"no database at all" * 100)
    result = hezheng("keys", "list", "--data", "data")
    assert result.exit_code == FAILED and "not a database" in result.output


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = hezheng("keys", "create", "省厅门户", "--data", "data")
    key_id = re.search(r"key_\w+", made.output)
    assert made.exit_code == 0 and key_id and len(made.stdout.strip()) > 20
    assert re.search(rf"{key_id[0]}\s+省厅门户", hezheng("keys", "list", "--data", "data").output)
    assert made.stdout.strip() not in hezheng("keys", "list", "--data", "data").output
    assert hezheng("keys", "revoke", key_id[0], "--data", "data").exit_code == 0
    assert "revoked" in hezheng("keys", "list", "--data", "data").output
    assert hezheng("keys", "revoke", "key_none", "--data", "data").exit_code == UNREADABLE


def test_migrating_twice_does_no_harm(tmp_path: Path) -> None:
    for _ in range(2):
        result = hezheng("migrate", "--data", "data")
        assert result.exit_code == 0 and "up to date" in result.output


# --- policies, doctor -----------------------------------------------------------------------------------------


def test_policies_are_listed_shown_and_checked(tmp_path: Path) -> None:
    assert "changchun-2021-33" in hezheng("policy", "list").output
    shown = hezheng("policy", "show", "changchun-2021-33", "--on", "2021-11-08")
    assert shown.exit_code == 0 and "七(三)" in shown.output and "300" in shown.output
    for wrong in (("show", "nowhere"), ("show", "changchun-2021-33", "--on", "someday"), ("check", "missing.yaml"), ("check", str(tmp_path))):
        result = hezheng("policy", *wrong)
        assert result.exit_code == UNREADABLE and wrong[-1] in result.output
    whole = (POLICIES / "changchun-2021-33.yaml").read_text(encoding="utf-8")
    (tmp_path / "good.yaml").write_text(whole, encoding="utf-8")
    assert hezheng("policy", "check", "good.yaml").exit_code == 0
    (tmp_path / "bad.yaml").write_text(re.sub(r"check: photo_count", "check: photo_cuont", whole, count=1), encoding="utf-8")
    checked = hezheng("policy", "check", "bad.yaml")
    assert checked.exit_code == UNREADABLE and re.search(r"bad\.yaml:\d+: .*photo_cuont.*photo_count", checked.output)


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    result = hezheng("doctor", PATH=str(tmp_path))
    assert result.exit_code == 1
    assert "✗ ffmpeg" in result.output and "apt-get install ffmpeg" in result.output
    if shutil.which("ffmpeg"):
        assert "✓ ffmpeg" in hezheng("doctor").output


@pytest.mark.parametrize("wrong", [("nonsense",), ("verify",), ("verify", "x", "--nonsense"), ("serve", "--port", "99999"), ("policy", "show")])
def test_a_wrong_command_line_is_a_usage_error(wrong: tuple[str, ...]) -> None:
    result = hezheng(*wrong)
    assert result.exit_code == 2 and "Usage" in result.output


def test_a_failure_of_the_program_is_short_and_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("services.cli.policies.list_all", fail)
    result = hezheng("policy", "list")
    assert result.exit_code == FAILED and "ZeroDivisionError: by zero" in result.output and "HEZHENG_DEBUG" in result.output
    assert isinstance(CliRunner().invoke(app, ["policy", "list"], env={"HEZHENG_DEBUG": "1"}).exception, ZeroDivisionError)


# --- serve ----------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = hezheng("serve", "--port", port, "--data", "data")
    assert result.exit_code == FAILED
    assert f"127.0.0.1:{port}" in result.output and "--port" in result.output
    assert not (tmp_path / "data").exists(), "nothing is made before it can serve"
