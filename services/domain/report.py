"""The report: one frozen value from which every format (JSON, HTML, PDF, XLSX) is written.

`to_json` gives the published form; its names are the contract with portals and reviewers. Personal numbers are
masked when the report is built, so that no format can leak them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Score:
    """Share of the weight of applicable clauses that is met, 0..100; `low` counts unclear as unmet, `high` as met."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """A verified claim. The nested values are plain JSON values in the published form, in the published order."""

    claim: dict[str, Any]
    policy: dict[str, Any]
    verdict: str
    score: Score
    amount: dict[str, Any]
    clauses: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    attendance: tuple[dict[str, Any], ...]
    trainees: tuple[dict[str, Any], ...]
    evidence: tuple[dict[str, Any], ...]
    sessions: tuple[dict[str, Any], ...] = ()
    generated: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "report_version": REPORT_VERSION,
            "claim": self.claim,
            "policy": self.policy,
            "verdict": self.verdict,
            "score": {"value": self.score.value, "low": self.score.low, "high": self.score.high},
            "amount": self.amount,
            "clauses": list(self.clauses),
            "findings": list(self.findings),
            "attendance": list(self.attendance),
            "trainees": list(self.trainees),
            "evidence": list(self.evidence),
            "sessions": list(self.sessions),
            "generated": self.generated,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Report:
        """The report back from its published form. Raises ValueError for a version this program does not know."""
        if value.get("report_version") != REPORT_VERSION:
            raise ValueError(f"report_version {value.get('report_version')!r} is not {REPORT_VERSION}")
        return cls(
            claim=value["claim"],
            policy=value["policy"],
            verdict=value["verdict"],
            score=Score(**value["score"]),
            amount=value["amount"],
            clauses=tuple(value["clauses"]),
            findings=tuple(value["findings"]),
            attendance=tuple(value["attendance"]),
            trainees=tuple(value["trainees"]),
            evidence=tuple(value["evidence"]),
            sessions=tuple(value.get("sessions", ())),
            generated=value.get("generated"),
        )
