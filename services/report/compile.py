"""Case and judgement to the report: one frozen value in the published form, from which every format is written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any

from services.domain.case import Case
from services.domain.claim import SHANGHAI, Session
from services.domain.codes import CODES
from services.domain.finding import ClauseOutcome, Finding, Judgement
from services.domain.report import Report
from services.report.compile_facts import evidence_json, rejected
from services.report.compile_people import attendance_json, trainees_json
from services.report.plain import decimal, jsonable, message, moment, money, number, place
from services.report.privacy import masker_for
from services.report.reasons import reasons
from services.report.score import score, verdict


def compile_report(case: Case, judgement: Judgement, *, generated_at: datetime | None = None) -> Report:
    """The report of a judged case. Every ID number in it is masked, also in messages and file names.

    `generated_at` (default: now, Asia/Shanghai) is stated in the report; everything else follows from the arguments.
    """
    masked = masker_for(case)
    trainees = trainees_json(case, judgement)
    return Report(
        claim=masked.value(_claim(case)),
        policy={"id": judgement.policy_id, "version": judgement.policy_version, "title": judgement.policy_title},
        verdict=verdict(judgement),
        score=score(judgement.clauses),
        amount=_amount(case, judgement, trainees),
        clauses=tuple(_clause(c) for c in judgement.clauses),
        findings=tuple(masked.value(_finding(f)) for f in judgement.findings),
        attendance=tuple(masked.value(attendance_json(case))),
        trainees=tuple(masked.value(trainees)),
        evidence=tuple(masked.value(evidence_json(case))),
        sessions=tuple(_session(i, s) for i, s in enumerate(case.sessions)),
        generated={
            "at": moment(generated_at or datetime.now(SHANGHAI)),
            "hezheng": program_version(),
            "readers": dict(judgement.reader_versions),
        },
    )


def program_version() -> str:
    try:
        return installed_version("hezheng")
    except PackageNotFoundError:
        return "unknown"


def _claim(case: Case) -> dict[str, Any]:
    claim, project = case.claim, case.claim.project
    return {
        "claim_no": claim.claim_no,
        "enterprise": jsonable(claim.enterprise),
        "project": {
            "name": project.name,
            "training_type": project.training_type,
            "occupation": project.occupation,
            "level": project.level,
            "modes": [m.value for m in project.modes],
            "start": project.start.isoformat(),
            "end": project.end.isoformat(),
            "class_hours": decimal(project.class_hours),
            "trainee_count": project.trainee_count,
            "venue": jsonable(project.venue),
        },
        "claimed_amount": money(claim.claimed_amount),
        "submitted_at": moment(claim.submitted_at),
        "schedule_assumed": case.schedule_assumed,
        "trainees_file": case.trainees.file if case.trainees else None,
        "roster_file": case.roster.file if case.roster else None,
        "rejected_rows": [{"file": table.file, **rejected(row)} for table in (case.trainees, case.roster) if table is not None for row in table.rejected[:200]],
        "not_taken": [{"file": path, "code": p.code, "message": message(p.message)} for path, p in case.intake_problems],
    }


def _amount(case: Case, judgement: Judgement, trainees: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "claimed": money(judgement.claimed),
        "supported": money(judgement.supported),
        "unclear": money(judgement.unclear),
        "currency": "CNY",
        "reasons": reasons(case, judgement, trainees),
    }


def _clause(clause: ClauseOutcome) -> dict[str, Any]:
    return {
        "id": clause.id,
        "article": clause.article,
        "text": clause.text,
        "about": clause.about,
        "outcome": clause.outcome.value,
        "weight": number(clause.weight),
        "critical": clause.critical,
        "findings": list(clause.findings),
        "confidence": round(clause.confidence, 3),
        "manual": clause.manual,
        "practice": clause.practice,
        "reason": message(clause.reason) if clause.reason else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    known = CODES.get(finding.code)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "article": finding.article,
        "message": message(finding.message),
        "subject": finding.subject,
        "expected": jsonable(finding.expected),
        "observed": jsonable(finding.observed),
        "evidence": [place(p) for p in finding.evidence],
        "related": [{"claim_no": r.claim_no, "file": r.file} for r in finding.related],
        "clause": finding.clause,
        "title": {"zh": known.zh, "en": known.en} if known else {"zh": finding.code, "en": finding.code},
        "trainees": list(finding.trainees),
        "effect": finding.effect.value,
    }


def _session(index: int, session: Session) -> dict[str, Any]:
    return {
        "session": index,
        "date": session.date.isoformat(),
        "start": session.start.strftime("%H:%M") if session.start else None,
        "end": session.end.strftime("%H:%M") if session.end else None,
        "part": session.part_of_day(),
        "mode": session.mode.value if session.mode else None,
        "course": session.course,
        "class_hours": decimal(_short(session.class_hours)),
    }


def _short(hours: Decimal) -> Decimal:
    """Equal shares of the claimed hours may be endless fractions."""
    return hours.quantize(Decimal("0.0001")) if hours.as_tuple().exponent not in range(-4, 100) else hours
