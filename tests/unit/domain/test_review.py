"""Four eyes, and findings that stay the same finding over another verification."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.domain.review import finding_key, open_findings, overridden, second_signature

CRITICAL: dict[str, Any] = {
    "code": "sheet.reused",
    "severity": "critical",
    "outcome": "unmet",
    "subject": "b.jpg",
    "evidence": [{"file": "b.jpg", "page": 1, "row": None, "box": [0.1, 0.1, 0.2, 0.2]}],
    "related": [{"claim_no": None, "file": "a.jpg"}],
}
PERSON = {**CRITICAL, "code": "trainee.not_insured", "subject": "王小明"}
INFO = {**CRITICAL, "code": "photo.no_people", "severity": "info", "outcome": "met"}


def clause(*findings: int, about: str = "claim", outcome: str = "unmet") -> dict[str, Any]:
    return {"about": about, "critical": True, "outcome": outcome, "findings": list(findings)}


def test_a_finding_keeps_its_key_when_only_its_box_or_message_changed() -> None:
    moved = {**CRITICAL, "evidence": [{"file": "b.jpg", "page": 1, "row": None, "box": [0.3, 0.1, 0.2, 0.2]}], "message": {"zh": "x", "en": "x"}}
    assert finding_key(moved) == finding_key(CRITICAL)
    assert finding_key({**CRITICAL, "related": []}) != finding_key(CRITICAL)
    assert finding_key(PERSON) != finding_key(CRITICAL)


def test_open_findings_leave_out_info_and_what_was_dismissed() -> None:
    assert open_findings([CRITICAL, PERSON, INFO], {finding_key(PERSON)}) == [CRITICAL]


@pytest.mark.parametrize(
    ("report", "dismissed", "count"),
    [
        ({"findings": [CRITICAL], "clauses": [clause(0)]}, set(), 1),
        ({"findings": [CRITICAL], "clauses": [clause(0)]}, {finding_key(CRITICAL)}, 1),
        ({"findings": [PERSON], "clauses": [clause(0, about="persons")]}, set(), 0),
        ({"findings": [PERSON], "clauses": [clause(0, about="persons")]}, {finding_key(PERSON)}, 1),
        ({"findings": [{**CRITICAL, "outcome": "unclear"}], "clauses": [clause(0, outcome="unclear")]}, set(), 0),
    ],
)
def test_what_an_approval_sets_aside(report: dict[str, Any], dismissed: set[str], count: int) -> None:
    assert overridden(report, dismissed) == count


@pytest.mark.parametrize(
    ("decision", "amount", "supported", "limit", "aside", "two"),
    [
        ("approve", "800.00", "800.00", None, 0, False),
        ("approve", "800.01", "800.00", None, 0, True),
        ("approve", "800.00", "800.00", "800.00", 0, False),
        ("approve", "800.01", "900.00", "800.00", 0, True),
        ("approve", "0.00", "800.00", None, 1, True),
        ("approve", None, "800.00", None, 0, True),
        ("approve", "800.00", None, None, 0, True),
        ("reject", None, "800.00", "1.00", 3, False),
        ("return", None, None, None, 3, False),
    ],
)
def test_when_a_second_person_has_to_agree(decision: str, amount: str | None, supported: str | None, limit: str | None, aside: int, two: bool) -> None:
    paid, due, bound = (None if v is None else Decimal(v) for v in (amount, supported, limit))
    assert (second_signature(decision, paid, due, bound, aside) is not None) is two
