from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.finding import ClauseOutcome, Outcome
from services.report.score import score, verdict
from tests.unit.report import world

CLAUSES = st.lists(
    st.builds(
        ClauseOutcome,
        id=st.just("a"), article=st.just("一"), text=st.just("t"), about=st.sampled_from(["claim", "persons"]), outcome=st.sampled_from(list(Outcome)),
        weight=st.integers(0, 20).map(Decimal), critical=st.booleans(), confidence=st.floats(0, 1), findings=st.just(()),
    ),
    max_size=12,
)  # fmt: skip


def test_met_over_applicable_and_the_range_of_the_unclear() -> None:
    clauses = [
        world.clause("a", "一", "", Outcome.MET, 6),
        world.clause("b", "一", "", Outcome.UNMET, 2),
        replace(world.clause("c", "一", "", Outcome.UNCLEAR, 2), confidence=0.25),
        world.clause("d", "一", "", Outcome.NOT_APPLICABLE, 90),
    ]
    found = score(clauses)
    assert (found.low, found.value, found.high) == (60.0, 65.0, 80.0)


def test_nothing_applicable_says_nothing() -> None:
    found = score([world.clause("d", "一", "", Outcome.NOT_APPLICABLE, 9)])
    assert (found.low, found.high) == (0.0, 100.0)


@settings(deadline=None)
@given(CLAUSES)
def test_value_lies_between_low_and_high(clauses: list[ClauseOutcome]) -> None:
    found = score(clauses)
    assert 0 <= found.low <= found.value <= found.high <= 100


@settings(deadline=None)
@given(CLAUSES)
def test_meeting_one_more_clause_never_lowers_the_score(clauses: list[ClauseOutcome]) -> None:
    before = score(clauses)
    for i, clause in enumerate(clauses):
        if clause.outcome in (Outcome.UNMET, Outcome.UNCLEAR):
            better = [*clauses[:i], replace(clause, outcome=Outcome.MET), *clauses[i + 1 :]]
            assert score(better).value >= before.value


def test_a_critical_clause_about_the_claim_fails_it() -> None:
    assert verdict(world.judgement()) == "fail"


def test_a_critical_clause_about_persons_only_asks_for_review() -> None:
    judgement = world.judgement()
    clauses = tuple(c for c in judgement.clauses if c.id != "video")
    assert any(c.critical and c.about == "persons" and c.outcome is Outcome.UNMET for c in clauses)
    assert verdict(replace(judgement, clauses=clauses)) == "review"


def test_all_met_passes_and_infos_do_not_matter() -> None:
    _, judgement = world.clean()
    info = world.finding("photo.time_missing")
    assert verdict(replace(judgement, findings=(info,))) == "pass"


@pytest.mark.parametrize(("supported", "unclear", "expected"), [("0.00", "0.00", "fail"), ("0", None, "fail"), ("0.00", "0.01", "pass"), (None, None, "pass")])
def test_nobody_supported_fails_where_amounts_are_known(supported: str | None, unclear: str | None, expected: str) -> None:
    _, judgement = world.clean()
    money = [None if text is None else Decimal(text) for text in (supported, unclear)]
    judgement = replace(judgement, supported=money[0], unclear=money[1])
    assert verdict(judgement) == expected


def test_without_trainees_nobody_is_not_nobody_supported() -> None:
    _, judgement = world.clean()
    assert verdict(replace(judgement, entitlements=(), supported=Decimal(0), unclear=Decimal(0))) == "pass"
