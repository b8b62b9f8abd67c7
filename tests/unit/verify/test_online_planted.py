"""Every finding about online learning is found where it was planted, and nothing else is: from files over the whole way to findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from services.adapters.repository import Repository
from services.domain.case import Evidence
from services.domain.claim import Claim, Enterprise, Mode, Project, Session, Trainee, Trainees
from services.domain.codes import CODES
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import FaceSetFacts
from services.domain.finding import Finding, Outcome
from services.domain.identity import id_check_digit
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.judge import judge
from services.verify.matching import match_case
from services.verify.policy_file import find_policy
from services.verify.readers import ReaderContext
from services.verify.readers.face import FACE_SET
from services.verify.readers.learning_log import read
from tests.generators import faces, log_forms, logs
from tests.golden.story import Shelf


def _id(n: int) -> str:
    first = f"2201021985030{n:02d}12"
    return first + id_check_digit(first)


PEOPLE = [logs.Person(name, _id(i + 1), f"u{i}") for i, name in enumerate(["张三", "李四", "欧阳娜娜", "王小五", "买买提·艾力", "赵六"])]
DAYS = [date(2021, 11, d) for d in (8, 9, 10)]
POLICY = find_policy("changchun-2021-33")
TRAINEES = tuple(Trainee(i + 2, p.name, p.id_number, "参保职工", Decimal(4)) for i, p in enumerate(PEOPLE))
# the room alone makes up the hours claimed, so that no lost minute makes the hours short but where that is planted
ROOM = Session(date(2021, 11, 12), Decimal(4), time(8, 30), time(11, 30), Mode.THEORY)
CLAIM = Claim(
    "C-online",
    Enterprise("一厂"),
    Project("车工", date(2021, 11, 8), date(2021, 11, 12), Decimal(4), training_type="岗前培训", modes=(Mode.THEORY, Mode.ONLINE)),
    sessions=(ROOM,),
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> FaceSetFacts:
    folder = tmp_path_factory.mktemp("faces")
    made = {name: faces.snapshot(who, seed) for name, (who, seed) in logs.SHOTS.items() if not who.startswith("copy of ")}
    made |= {name: faces.near_copy(made[who.removeprefix("copy of ")]) for name, (who, _) in logs.SHOTS.items() if who.startswith("copy of ")}
    files: dict[str, Path] = {}
    for name, picture in made.items():
        files[f"faces/checks/{name}"] = folder / name
        files[f"faces/checks/{name}"].write_bytes(faces.jpeg(picture))
    for person, face in zip(PEOPLE, logs.ENROLLED, strict=False):
        files[f"faces/enrolled/{person.id_number}.jpg"] = folder / f"{person.id_number}.jpg"
        files[f"faces/enrolled/{person.id_number}.jpg"].write_bytes(faces.jpeg(faces.portrait(face)))
    return FACE_SET.read(files, ReaderContext("faces"))


def _written(folder: Path, log: logs.Log, form: str) -> list[Path]:
    if form == "xlsx":
        tables = {"学习": log_forms.session_rows(log, "platform"), "核验": log_forms.check_rows(log, "platform")}
        return [log_forms.write_table(folder / "log", tables, "xlsx", title="2021年线上学习记录")]
    checks = log_forms.write_table(folder / "checks", {"c": log_forms.check_rows(log, "plain")}, "csv_gb18030")
    if form == "xapi":
        return [log_forms.write_xapi(folder / "statements", log_forms.xapi_statements(log), lines=True), checks]
    return [log_forms.write_table(folder / "sessions", {"s": log_forms.session_rows(log, "plain")}, "csv"), checks]


def _findings(paths: list[Path], pictures: FaceSetFacts, claim: Claim = CLAIM, trainees: tuple[Trainee, ...] = TRAINEES) -> list[Finding]:
    evidence = tuple(
        Evidence(EvidenceFile(f"learning_logs/{path.name}", EvidenceKind.LEARNING_LOG, path.name, path.stat().st_size), read(path, ReaderContext(path.name)))
        for path in paths
    )
    elsewhere = ClaimsElsewhere(cast(Repository, Shelf()), claim.claim_no, claim)
    case = match_case(claim, Trainees("trainees.csv", trainees), None, evidence, pictures, elsewhere, POLICY.rules(claim.project.start), ())
    return [f for f in judge(case, POLICY).findings if f.code.startswith("online.")]


def _trainees(findings: list[Finding]) -> Mapping[str, set[int]]:
    return {f.code: set(f.trainees) for f in findings}


@pytest.mark.parametrize("form", ["csv", "xlsx", "xapi"])
@pytest.mark.parametrize("code", [None, *logs.DEFECTS])
def test_what_is_planted_is_found_and_nothing_else(tmp_path: Path, pictures: FaceSetFacts, form: str, code: str | None) -> None:
    log = logs.honest(PEOPLE, DAYS, seed=7)
    logs.with_faces(log)
    if code:
        logs.DEFECTS[code](log)
    findings = _findings(_written(tmp_path, log, form), pictures)
    assert {f.code for f in findings} == ({code} if code else set())
    assert not any(p.id_number in f"{f.message} {f.subject} {f.observed}" for p in PEOPLE for f in findings)
    for finding in findings:
        assert finding.evidence and finding.outcome is (Outcome.MET if CODES[finding.code].severity == "info" else Outcome.UNMET)
        expected = {"online.machine_like": {0, 1, 2, 3, 4}, "online.person_not_trainee": set()}
        if code not in ("online.face_shared",):
            assert set(finding.trainees) == expected.get(finding.code, {1 if code == "online.face_mismatch" else 0})
    if code == "online.face_shared":
        assert {i for f in findings for i in f.trainees} == {2, 3}


@pytest.mark.parametrize("form", ["csv", "xlsx", "xapi"])
def test_hours_that_are_short(tmp_path: Path, pictures: FaceSetFacts, form: str) -> None:
    log = logs.honest(PEOPLE, DAYS, seed=7)
    greedy = (replace(TRAINEES[0], class_hours=Decimal(30)), *TRAINEES[1:])
    claim = replace(CLAIM, project=replace(CLAIM.project, class_hours=Decimal(30)))
    assert _trainees(_findings(_written(tmp_path, log, form), pictures, claim, greedy)) == {"online.hours_short": {0}}


@pytest.mark.parametrize("form", ["csv", "xlsx", "xapi"])
def test_no_log_of_sessions(tmp_path: Path, pictures: FaceSetFacts, form: str) -> None:
    (missing,) = _findings([], pictures)
    assert (missing.code, missing.outcome) == ("online.log_missing", Outcome.UNMET)
    checks_only = replace_sessions(logs.honest(PEOPLE, DAYS, seed=7))
    paths = [path for path in _written(tmp_path, checks_only, form) if form == "xlsx" or path.name.startswith("checks")]
    (unclear,) = _findings(paths, pictures)
    assert (unclear.code, unclear.outcome) == ("online.log_missing", Outcome.UNCLEAR)


def replace_sessions(log: logs.Log) -> logs.Log:
    """The same log without sessions."""
    return logs.Log([], log.checks)


def test_every_code_about_online_learning_is_planted() -> None:
    assert {code for code in CODES if code.startswith("online.")} == {*logs.DEFECTS, "online.hours_short", "online.log_missing"}
