"""Judges a case by a policy: each clause's check with the numbers in force on the training's first day. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.domain.case import Case
from services.domain.codes import CODES, Severity
from services.domain.finding import ClauseOutcome, Effect, Finding, Judgement, Outcome, Result
from services.domain.policy import MANUAL, Clause, Policy
from services.domain.text import Message
from services.verify.checks import Check, all_checks
from services.verify.entitlements import entitlements
from services.verify.money import ZERO

_WORST = (Outcome.UNMET, Outcome.UNCLEAR, Outcome.MET, Outcome.NOT_APPLICABLE)
_SILENT = Message("该项检查没有给出结论，请人工审核", "the check came to no conclusion; please review by hand")


def judge(case: Case, policy: Policy) -> Judgement:
    """The judgement of one case under one policy.

    Silence is never a pass: a check that yields nothing leaves its clause UNCLEAR. An exception of a check is an error of
    this program and is not caught. Raises KeyError for a check or code that does not exist.
    """
    findings: list[Finding] = []
    checks = all_checks()
    clauses = tuple(_clause(case, clause, checks, findings) for clause in policy.clauses)
    paid = entitlements(case, findings)
    reckoned = case.trainees is not None and all(e.amount_supported is not None for e in paid)
    return Judgement(
        policy_id=policy.id,
        policy_version=policy.version,
        policy_title=policy.title,
        clauses=clauses,
        findings=tuple(findings),
        entitlements=paid,
        claimed=_claimed(case, [e.amount_claimed for e in paid]),
        supported=sum((e.amount_supported or ZERO for e in paid), ZERO) if reckoned else None,
        unclear=sum((e.amount_unclear or ZERO for e in paid), ZERO) if reckoned else None,
    )


def _claimed(case: Case, amounts: Sequence[Decimal | None]) -> Decimal | None:
    """The total claimed as stated, else the sum over the trainees; None where neither is known."""
    if case.claim.claimed_amount is not None:
        return case.claim.claimed_amount
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None


def _clause(case: Case, clause: Clause, checks: Mapping[str, Check], findings: list[Finding]) -> ClauseOutcome:
    """Runs one clause; its findings are added to `findings`."""
    first = len(findings)
    if clause.check == MANUAL:
        return _outcome(clause, Outcome.NOT_APPLICABLE, 1.0, (), manual=True)
    values: Mapping[str, Any] = clause.values.on(case.claim.project.start)
    results = [_normal(result) for result in checks[clause.check](case, **values)]
    findings += [_finding(result, clause) for result in results if result.code is not None]
    numbers = tuple(range(first, len(findings)))
    if not results:
        return _outcome(clause, Outcome.UNCLEAR, 0.5, numbers, reason=_SILENT)
    worst = min((r.outcome for r in results), key=_WORST.index)
    return _outcome(clause, worst, _confidence(results, worst), numbers)


def _outcome(
    clause: Clause, outcome: Outcome, confidence: float, findings: tuple[int, ...], *, manual: bool = False, reason: Message | None = None
) -> ClauseOutcome:
    return ClauseOutcome(
        id=clause.id,
        article=clause.article,
        text=clause.text,
        about=clause.about,
        outcome=outcome,
        weight=clause.weight,
        critical=clause.critical,
        confidence=confidence,
        findings=findings,
        manual=manual,
        practice=clause.practice,
        reason=reason,
    )


def _normal(result: Result) -> Result:
    """An info is met whatever a check calls it: it never moves a clause."""
    if result.code is None or CODES[result.code].severity is not Severity.INFO or result.outcome is Outcome.MET:
        return result
    return Result(Outcome.MET, result.code, result.message, result.subject, result.expected, result.observed, result.evidence, result.related, result.trainees)


def _confidence(results: Sequence[Result], worst: Outcome) -> float:
    """How likely the clause is met: of an unclear one as likely as the least likely of its doubts."""
    if worst is not Outcome.UNCLEAR:
        return 0.0 if worst is Outcome.UNMET else 1.0
    return min(max(0.0, min(1.0, r.confidence)) for r in results if r.outcome is Outcome.UNCLEAR)


def _finding(result: Result, clause: Clause) -> Finding:
    code = result.code or ""
    severity = CODES[code].severity
    if result.outcome is Outcome.MET:
        severity = Severity.INFO
    elif result.outcome is Outcome.UNCLEAR:
        severity = Severity.WARNING
    return Finding(
        code=code,
        severity=severity,
        outcome=result.outcome,
        clause=clause.id,
        article=clause.article,
        message=result.message or Message(CODES[code].zh, CODES[code].en),
        subject=result.subject,
        expected=result.expected,
        observed=result.observed,
        evidence=result.evidence,
        related=result.related,
        trainees=result.trainees,
        effect=Effect.NONE if result.outcome is Outcome.MET else result.effect,
    )
