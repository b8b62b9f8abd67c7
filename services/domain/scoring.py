"""Score and verdict of a judged claim; pure arithmetic over clause outcomes and totals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.domain.codes import Severity
from services.domain.finding import ClauseOutcome, Finding, Judgement, Outcome
from services.domain.report import Score

_OPEN = (Outcome.UNMET, Outcome.UNCLEAR)
_FEN = Decimal("0.01")


def score(clauses: Sequence[ClauseOutcome]) -> Score:
    """Weight of met over weight of applicable clauses, 0..100, to one decimal.

    `low` counts unclear clauses as unmet, `high` as met, `value` by their confidence. Where no clause applies nothing is
    known: 0 to 100.
    """
    applicable = [c for c in clauses if c.outcome is not Outcome.NOT_APPLICABLE]
    total = sum((c.weight for c in applicable), Decimal(0))
    if total <= 0:
        return Score(0.0, 0.0, 100.0)
    met = sum((c.weight for c in applicable if c.outcome is Outcome.MET), Decimal(0))
    unclear = [c for c in applicable if c.outcome is Outcome.UNCLEAR]
    possible = sum((c.weight for c in unclear), Decimal(0))
    likely = sum((c.weight * Decimal(str(min(max(c.confidence, 0.0), 1.0))) for c in unclear), Decimal(0))
    return Score(value=_percent(met + likely, total), low=_percent(met, total), high=_percent(met + possible, total))


def verdict(judgement: Judgement) -> str:
    """fail | review | pass.

    fail: a critical clause about the claim is unmet, or there are trainees and none has anything supported or unclear.
    review: anything else is unmet or unclear. pass: every applicable clause is met.
    """
    if any(c.critical and c.about == "claim" and c.outcome is Outcome.UNMET for c in judgement.clauses) or nobody_supported(judgement):
        return "fail"
    if any(c.outcome in _OPEN for c in judgement.clauses) or any(_is_open(f) for f in judgement.findings):
        return "review"
    return "pass"


def nobody_supported(judgement: Judgement) -> bool:
    """There are trainees, the amounts are known, and no fen is supported or unclear."""
    if not judgement.entitlements or judgement.supported is None:
        return False
    unclear = judgement.unclear if judgement.unclear is not None else Decimal(0)
    return judgement.supported.quantize(_FEN) == 0 and unclear.quantize(_FEN) == 0


def _is_open(finding: Finding) -> bool:
    return finding.severity is not Severity.INFO and finding.outcome in _OPEN


def _percent(part: Decimal, whole: Decimal) -> float:
    return float(round(part * 100 / whole, 1))
