"""The compiled report holds the published form, and the rules notice when one does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.domain.report import Report
from services.report.compile import compile_report
from services.report.export.json import report_json
from tests.contract.report_form import problems
from tests.unit.report import world


def published(report: Report) -> Any:
    return json.loads(report_json(report))


def doubtful() -> Any:
    return published(compile_report(world.case(), world.judgement(), generated_at=world.AT))


def test_a_report_full_of_findings_holds() -> None:
    assert problems(doubtful()) == []


def test_a_clean_report_holds() -> None:
    case, judgement = world.clean()
    report = published(compile_report(case, judgement, generated_at=world.AT))
    assert report["verdict"] == "pass" and problems(report) == []


def test_nobody_supported_fails_and_holds() -> None:
    judgement = world.judgement()
    paid = tuple(replace(e, amount_supported=Decimal(0), amount_unclear=Decimal(0), findings=(1,)) for e in judgement.entitlements)
    met = tuple(c for c in judgement.clauses if c.id != "video")
    report = published(compile_report(world.case(), replace(judgement, entitlements=paid, clauses=met, supported=Decimal(0), unclear=Decimal(0))))
    assert report["verdict"] == "fail" and problems(report) == []


def test_without_trainees_amounts_are_null_and_it_holds() -> None:
    case = replace(world.case(), trainees=None, roster=None, records=(), attendance=())
    judgement = replace(
        world.judgement(), findings=(), clauses=tuple(replace(c, findings=()) for c in world.clauses()), entitlements=(), supported=None, unclear=None
    )
    report = published(compile_report(case, judgement))
    assert report["trainees"] == [] and report["amount"]["supported"] is None
    assert problems(report) == []


def test_the_report_comes_back_from_its_form() -> None:
    report = compile_report(world.case(), world.judgement(), generated_at=world.AT)
    assert published(Report.from_json(published(report))) == published(report)


def put(path: str, value: Any) -> Callable[[Any], None]:
    """A change of the report: the value at a dotted path; `...` takes it away."""

    def change(report: Any) -> None:
        *way, last = [int(k) if k.isdigit() else k for k in path.split(".")]
        for key in way:
            report = report[key]
        if value is ...:
            del report[last]
        else:
            report[last] = value

    return change


BREAKS = {
    "no verdict": put("verdict", ...),
    "wrong verdict": put("verdict", "review"),
    "unknown verdict": put("verdict", "maybe"),
    "version": put("report_version", 2),
    "score order": put("score.low", 99.0),
    "score weight": put("score.high", 100.0),
    "money as number": put("amount.supported", 9.5),
    "money without fen": put("amount.unclear", "80"),
    "sum": put("amount.supported", "1.00"),
    "clause outcome": put("clauses.0.outcome", "fine"),
    "clause pointer": put("clauses.0.findings", [999]),
    "no clauses": put("clauses", []),
    "severity by nature": put("findings.0.severity", "warning"),
    "info that is unmet": put("findings.9.outcome", "unmet"),
    "message without English": put("findings.0.message.en", ""),
    "box outside": put("findings.2.evidence.0.box", [0.5, 0.5, 0.9, 0.1]),
    "page 0": put("findings.2.evidence.0.page", 0),
    "seconds": put("findings.0.evidence.0.seconds", [1.0]),
    "missing row": put("attendance.0.rows.3", ...),
    "full number": put("attendance.0.rows.0.id_number", world.id_number(0)),
    "blank header": put("attendance.0.rows.0.signed", {"签 到": True}),
    "signed as text": put("attendance.0.rows.0.signed", {"签到": "yes"}),
    "row status": put("attendance.0.rows.0.status", "ok"),
    "matched nobody": put("attendance.0.rows.0.name", None),
    "confidence": put("attendance.0.rows.0.confidence", 1.2),
    "trainee's full number": put("trainees.0.id_number", world.id_number(0)),
    "trainee's money": put("trainees.0.amount_supported", 800),
    "facts": put("evidence.7.facts.taken_at_source", ...),
    "no sha": put("evidence.0.sha256", ...),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_departure_is_noticed(name: str) -> None:
    report = copy.deepcopy(doubtful())
    BREAKS[name](report)
    assert problems(report) != []
