"""Clauses, findings and their stamps; silence is never a pass."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.domain.case import Case
from services.domain.codes import CODES, Severity
from services.domain.finding import Effect, Outcome, Result
from services.domain.policy import Clause, Dated, Policy
from services.verify import judge as engine
from services.verify.judge import judge
from services.verify.policy_file import find_policy
from services.verify.results import info, met, not_applicable, unclear, unmet
from tests.factories import RULES, make_case, person

LAW = find_policy("changchun-2021-33")
MINE = {c.id for c in LAW.clauses}


def clause(**fields) -> Clause:
    values = Dated(((date.min, {}),))
    return replace(Clause("a", "七(三)", "照片不少于5张", "claim", "fake", Decimal(3), True, values), **fields)


def run(monkeypatch, *results: Result, case: Case | None = None, **fields):
    """The judgement of a policy of one clause whose check yields `results`."""

    def fake(case: Case, **values: object) -> Iterator[Result]:
        yield from results

    monkeypatch.setattr(engine, "all_checks", lambda: {"fake": fake})
    policy = Policy("p", "1", "题", "来源", date(2021, 1, 1), date(2021, 12, 31), (clause(**fields),), ((date(2021, 1, 1), RULES),))
    return judge(case or make_case(), policy)


def test_a_silent_check_is_unclear_with_a_reason(monkeypatch):
    (outcome,) = run(monkeypatch).clauses
    assert outcome.outcome is Outcome.UNCLEAR
    assert outcome.reason is not None


BAD, OPEN = unmet("photo.too_few", "少", "few"), unclear("photo.too_few", "不清", "unclear", confidence=0.3)


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([met()], Outcome.MET),
        ([not_applicable()], Outcome.NOT_APPLICABLE),
        ([not_applicable(), met()], Outcome.MET),
        ([met(), OPEN], Outcome.UNCLEAR),
        ([OPEN, BAD, met()], Outcome.UNMET),
        ([not_applicable(), info("photo.no_people", "无人", "nobody")], Outcome.MET),
    ],
)
def test_the_worst_result_is_the_clauses_outcome(monkeypatch, results, outcome):
    assert run(monkeypatch, *results).clauses[0].outcome is outcome


def test_findings_are_stamped_with_clause_and_severity(monkeypatch):
    judgement = run(monkeypatch, BAD, OPEN, info("online.face_check_missing", "无", "none"), unmet("claim.late", "晚", "late"))
    assert [(f.clause, f.article) for f in judgement.findings] == [("a", "七(三)")] * 4
    assert [f.severity for f in judgement.findings] == [Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.WARNING]
    assert judgement.clauses[0].findings == (0, 1, 2, 3)
    assert (judgement.policy_id, judgement.policy_version, judgement.policy_title) == ("p", "1", "题")


def test_an_info_never_moves_a_clause(monkeypatch):
    judgement = run(monkeypatch, met(), unmet("photo.time_missing", "无", "none", effect=Effect.EXCLUDES))
    assert judgement.clauses[0].outcome is Outcome.MET
    assert (judgement.findings[0].outcome, judgement.findings[0].severity, judgement.findings[0].effect) == (Outcome.MET, Severity.INFO, Effect.NONE)


def test_confidence_of_an_unclear_clause_is_its_worst_doubts(monkeypatch):
    assert run(monkeypatch, met(), OPEN, unclear("photo.too_few", "不", "?", confidence=0.8)).clauses[0].confidence == 0.3


def test_an_error_of_a_check_is_not_hidden(monkeypatch):
    def broken(case: Case) -> Iterator[Result]:
        raise ZeroDivisionError
        yield met()

    monkeypatch.setattr(engine, "all_checks", lambda: {"fake": broken})
    policy = Policy("p", "1", "", "", date.min, date.max, (clause(),), ((date.min, RULES),))
    with pytest.raises(ZeroDivisionError):
        judge(make_case(), policy)


def test_the_numbers_of_the_first_training_day_are_used(monkeypatch):
    seen = []

    def fake(case: Case, *, minimum: int) -> Iterator[Result]:
        seen.append(minimum)
        yield met()

    monkeypatch.setattr(engine, "all_checks", lambda: {"fake": fake})
    values = Dated(((date(2021, 1, 1), {"minimum": 5}), (date(2021, 11, 8), {"minimum": 6}), (date(2021, 11, 9), {"minimum": 7})))
    judge(make_case(), Policy("p", "1", "", "", date.min, date.max, (clause(values=values),), ((date.min, RULES),)))
    assert seen == [6]


def test_manual_clauses_are_listed_and_judged_by_nobody(monkeypatch):
    outcome = run(monkeypatch, check="manual").clauses[0]
    assert (outcome.outcome, outcome.manual, outcome.findings) == (Outcome.NOT_APPLICABLE, True, ())


# --- the whole law ------------------------------------------------------------------------------------------------


def test_a_complete_claim_has_nothing_unmet_or_unclear():
    judgement = judge(make_case(), LAW)
    assert [(c.id, c.outcome) for c in judgement.clauses if c.outcome in (Outcome.UNMET, Outcome.UNCLEAR)] == []
    assert (judgement.claimed, judgement.supported, judgement.unclear) == (Decimal(960), Decimal(960), Decimal(0))


def test_every_finding_hangs_on_its_clause():
    case = make_case(enterprise={"employees": 10, "industrial": None}, trainees=[person(0), person(0), person(9)], evidence=())
    judgement = judge(case, LAW)
    for outcome in judgement.clauses:
        assert all(judgement.findings[k].clause == outcome.id for k in outcome.findings)
    assert sorted(k for c in judgement.clauses for k in c.findings) == list(range(len(judgement.findings)))
    assert all(f.code in CODES for f in judgement.findings)


EMPTY_FIELDS = {
    "enterprise.too_small": {"enterprise": {"employees": None}, "roster": None},
    "enterprise.not_industrial": {"enterprise": {"industrial": None}},
    "enterprise.outside_area": {"enterprise": {"area_code": None}},
    "enterprise.uscc_invalid": {"enterprise": {"uscc": None}},
    "claim.late": {"claim": {"submitted_at": None}},
    "claim.training_type_unknown": {"project": {"training_type": None}},
    "claim.trainee_count_mismatch": {"project": {"trainee_count": None}},
    "documents.promised_missing": {"claim": {"promised_materials": None}},
    "trainee.too_many_subsidies": {"claim": {"paid_this_year": None}},
    "trainee.same_occupation_and_level": {"project": {"occupation": None}},
    "trainee.not_on_roster": {"roster": None},
    "trainee.not_insured": {"roster": None},
    "trainee.duplicate": {"trainees": None},
    "trainee.id_invalid": {"trainees": None},
    "trainee.category_unsupported": {"trainees": None},
    "claim.amount_mismatch": {"trainees": None},
}


@pytest.mark.parametrize("code", EMPTY_FIELDS)
def test_what_is_absent_makes_its_check_unclear(code):
    judgement = judge(make_case(**EMPTY_FIELDS[code]), LAW)
    found = [f for f in judgement.findings if f.code == code]
    assert [(f.outcome, f.severity) for f in found] == [(Outcome.UNCLEAR, Severity.WARNING)]
    assert next(c for c in judgement.clauses if c.id == found[0].clause).outcome is Outcome.UNCLEAR


def test_no_trainees_no_amount():
    judgement = judge(make_case(trainees=None), LAW)
    assert (judgement.supported, judgement.unclear, judgement.entitlements) == (None, None, ())


@pytest.mark.parametrize("stated", [None, "瑜伽培训", "岗位技能提升培训"])
def test_no_rate_no_amount(stated):
    judgement = judge(make_case(project={"training_type": stated}), LAW)
    assert (judgement.claimed, judgement.supported, judgement.unclear) == (Decimal("960.00"), None, None)


def test_the_total_claimed_is_the_stated_one_else_the_sum():
    assert judge(make_case(claim={"claimed_amount": Decimal("1000.00")}), LAW).claimed == Decimal(1000)
    assert judge(make_case(claim={"claimed_amount": None}), LAW).claimed == Decimal(960)


@pytest.mark.parametrize(
    ("fields", "supported", "unclear_"),
    [
        ({"enterprise": {"employees": 4999}}, "0", "0"),
        ({"enterprise": {"industrial": False}}, "0", "0"),
        ({"enterprise": {"industrial": None}}, "960", "0"),
        ({"project": {"start": date(2022, 11, 8), "end": date(2022, 11, 9)}, "sessions": []}, "0", "0"),
        ({"roster": None}, "0", "960"),
        ({"evidence": ()}, "960", "0"),
        ({"trainees": [person(0), person(1, category="实习生"), person(9)]}, "320", "320"),
        ({"trainees": [person(0), person(0)]}, "320", "0"),
    ],
)
def test_who_is_paid(fields, supported, unclear_):
    judgement = judge(make_case(**fields), LAW)
    assert (judgement.supported, judgement.unclear) == (Decimal(supported), Decimal(unclear_))
