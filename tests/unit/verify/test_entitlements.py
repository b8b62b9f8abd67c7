"""Money: exact, cut, capped, and never more than claimed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.case import Case, DoubtKind, OnlineTime, TimeConflict
from services.domain.codes import Severity
from services.domain.evidence import Place
from services.domain.finding import Effect, Entitlement, Finding, Outcome
from services.domain.text import Message
from services.verify.entitlements import entitlements
from services.verify.money import cut
from tests.factories import RULES, make_case, person, presence, record, session


def finding(code="trainee.not_insured", trainees=(), effect=Effect.EXCLUDES, outcome=Outcome.UNMET, severity=Severity.CRITICAL) -> Finding:
    return Finding(code, severity, outcome, "c", "二", Message("因由", "the reason"), "", None, None, (), (), trainees, effect)


def one(case: Case, *findings: Finding) -> Entitlement:
    return entitlements(case, findings)[0]


def case_of(who=None, rec=None, **fields) -> Case:
    return make_case(trainees=[who or person(0)], records=(rec or record(0, 1, 2, 3),), **fields)


def amounts(entitlement: Entitlement) -> tuple[str, str, str]:
    return str(entitlement.hours_supported), str(entitlement.amount_supported), str(entitlement.amount_unclear)


def test_all_signed():
    assert amounts(one(case_of())) == ("16.00", "320.00", "0.00")


def test_why_240_and_not_320():
    entitlement = one(case_of(rec=record(0, 1, 2)))
    assert amounts(entitlement) == ("12.00", "240.00", "0.00")
    assert entitlement.sessions_signed == 3
    assert [(s.message.zh, s.hours, s.amount) for s in entitlement.steps] == [
        ("申报16学时", Decimal(16), Decimal(320)),
        ("签到计入3个课次", Decimal(12), None),
        ("未计入的课次：2021-11-09下午", Decimal(-4), None),
        ("12学时×20元", Decimal(12), Decimal(240)),
    ]


def test_the_steps_name_the_findings_that_cost_hours():
    not_signed = finding("sheet.not_signed", (0,), Effect.NONE, severity=Severity.WARNING)
    other = finding("claim.amount_mismatch", (0,), Effect.NONE, severity=Severity.WARNING)
    assert [s.finding for s in one(case_of(rec=record(0, 1, 2)), other, not_signed).steps] == [None, None, None, 1, None]
    assert [s.finding for s in one(case_of(), other, not_signed).steps] == [None, None, None]


@pytest.mark.parametrize(
    ("minutes", "hours", "amount"),
    [
        (45, "1.00", "20.00"),
        (90.0, "2.00", "40.00"),
        (44.9999999, "1.00", "20.00"),
        (44.99, "0.99", "19.80"),
        (50, "1.11", "22.20"),
        (250, "5.55", "111.00"),
        (0, "0.00", "0.00"),
    ],
)
def test_verified_minutes_are_cut_to_hundredths_of_an_hour(minutes, hours, amount):
    assert amounts(one(case_of(rec=record(online=OnlineTime(minutes, minutes))))) == (hours, amount, "0.00")


def test_sheets_and_minutes_add_up_to_the_claimed_hours_at_most():
    assert amounts(one(case_of(rec=record(0, 1, online=OnlineTime(300, 180))))) == ("12.00", "240.00", "0.00")
    assert amounts(one(case_of(rec=record(0, 1, 2, 3, online=OnlineTime(300, 300))))) == ("16.00", "320.00", "0.00")


def test_thirds_of_the_claimed_hours_add_up_to_it():
    plan = [session(date(2021, 11, day), "day", Decimal(16) / 3) for day in (8, 9, 10)]
    assert amounts(one(case_of(rec=record(0, 1, 2), sessions=plan)))[0] == "16.00"
    assert amounts(one(case_of(rec=record(0, 1), sessions=plan)))[0] == "10.66"


@pytest.mark.parametrize(
    ("hours", "claimed", "supported"),
    [("150", "3000.00", "3000.00"), ("150", "3000.01", "3000.00"), ("151", "3020.00", "3000.00"), ("149.99", "2999.80", "2999.80")],
)
def test_the_cap(hours, claimed, supported):
    plan = [session(date(2021, 11, 8), "day", hours)]
    who = person(0, class_hours=Decimal(hours), amount=Decimal(claimed))
    assert one(case_of(who, record(0), sessions=plan, project={"class_hours": Decimal(hours)})).amount_supported == Decimal(supported)


def test_the_claimed_amount_is_a_limit():
    assert amounts(one(case_of(person(0, amount=Decimal("100.55"))))) == ("16.00", "100.55", "0.00")


def test_no_amount_on_the_row_is_hours_at_the_rate():
    entitlement = one(case_of(person(0, amount=None)))
    assert (entitlement.amount_claimed, entitlement.amount_supported) == (Decimal(320), Decimal(320))


def test_no_hours_on_the_row_are_the_projects():
    assert one(case_of(person(0, class_hours=None))).hours_claimed == Decimal(16)


def test_two_sessions_at_once_count_once():
    day = date(2021, 11, 8)
    plan = [session(day, "am"), session(day, "am", course="B"), session(day, "pm")]
    assert amounts(one(case_of(rec=record(0, 1, 2), sessions=plan)))[0] == "8.00"


def test_a_conflict_lost_to_an_earlier_claim_does_not_count():
    lost = TimeConflict(0, 1, "X", Place("a"), Place("b"), counts_here=False)
    kept = TimeConflict(0, 1, "X", Place("a"), Place("b"), counts_here=True)
    assert amounts(one(case_of(conflicts=(lost,))))[:2] == ("12.00", "240.00")
    assert amounts(one(case_of(conflicts=(kept,))))[:2] == ("16.00", "320.00")


def test_what_waits_for_a_human_is_unclear_within_claim_and_cap():
    waiting = record(0, 1, 2, presence(3, DoubtKind.NAME_AMBIGUOUS), online=OnlineTime(100, 45, 45))
    assert amounts(one(case_of(rec=waiting))) == ("13.00", "260.00", "60.00")
    assert amounts(one(case_of(person(0, amount=Decimal(270)), waiting))) == ("13.00", "260.00", "10.00")


def test_void_signatures_are_nowhere():
    assert amounts(one(case_of(rec=record(0, 1, 2, presence(3, DoubtKind.SIGNATURE_COPIED))))) == ("12.00", "240.00", "0.00")


def test_effects():
    case = make_case()
    excluded, withheld, free = entitlements(
        case, [finding(trainees=(0,)), finding(trainees=(1,), effect=Effect.WITHHOLDS), finding(trainees=(2,), effect=Effect.NONE)]
    )
    assert amounts(excluded)[1:] == ("0.00", "0.00")
    assert amounts(withheld)[1:] == ("0.00", "320.00")
    assert amounts(free)[1:] == ("320.00", "0.00")
    assert (excluded.findings, withheld.findings, free.findings) == ((0,), (1,), (2,))
    assert (excluded.steps[-1].finding, withheld.steps[-1].finding) == (0, 1)


def test_a_finding_that_names_nobody_concerns_all_and_exclusion_wins():
    for entitlement in entitlements(make_case(), [finding(effect=Effect.WITHHOLDS), finding()]):
        assert amounts(entitlement)[1:] == ("0.00", "0.00")
        assert entitlement.findings == (0, 1)


def test_a_shortfall_is_traced_to_the_claims_findings_where_none_names_the_person():
    case = case_of(rec=record(0, 1))
    uncovered = finding("sheet.session_uncovered", (), Effect.NONE, severity=Severity.WARNING)
    other = finding("photo.too_few", (), Effect.NONE)
    assert one(case, other, uncovered).findings == (1,)
    assert one(case, other, uncovered, finding("sheet.not_signed", (0,), Effect.NONE, severity=Severity.WARNING)).findings == (1, 2)
    assert one(case, other, finding("sheet.headcount_short", (), Effect.NONE, severity=Severity.WARNING)).findings == (1,)
    assert one(case_of(), other, uncovered).findings == ()


def test_no_rate_no_money_but_hours():
    entitlement = one(case_of(project={"training_type": "岗位技能提升培训"}))
    assert (entitlement.hours_supported, entitlement.amount_supported, entitlement.amount_unclear) == (Decimal(16), None, None)
    assert entitlement.amount_claimed == Decimal(320)


def test_cut():
    assert [str(cut(Decimal(x))) for x in ("1.999", "1.005", "2.9999999999", "0")] == ["1.99", "1.00", "3.00", "0.00"]


# --- algebra ------------------------------------------------------------------------------------------------------

doubts = st.sampled_from([None, None, DoubtKind.NAME_AMBIGUOUS, DoubtKind.PERSON_TWICE, DoubtKind.DATE_UNREADABLE])
evidence = st.dictionaries(st.integers(0, 3), doubts, max_size=4)
minutes = st.floats(0, 2000, allow_nan=False)
money = st.decimals(0, 4000, places=2)
people = st.lists(st.tuples(evidence, minutes, minutes, st.none() | money, st.none() | st.decimals(0, 200, places=1)), min_size=1, max_size=4)


def build(drawn) -> Case:
    trainees = [person(k, amount=amount, class_hours=hours) for k, (_, _, _, amount, hours) in enumerate(drawn)]
    records = tuple(
        record(*(presence(s, *((d,) if d else ())) for s, d in seen.items()), online=OnlineTime(sure + open_, sure, open_)) for seen, sure, open_, _, _ in drawn
    )
    return make_case(trainees=trainees, records=records)


@settings(max_examples=150, deadline=None)
@given(people)
def test_never_more_than_claimed_nor_the_cap(drawn):
    for e in entitlements(build(drawn), []):
        assert e.amount_supported is not None and e.amount_unclear is not None and e.amount_claimed is not None
        assert 0 <= e.amount_supported <= min(e.amount_claimed, RULES.cap)
        assert e.amount_unclear >= 0
        assert e.amount_supported + e.amount_unclear <= min(e.amount_claimed, RULES.cap)
        assert e.amount_supported <= e.hours_supported * 20
        assert e.hours_claimed is not None and e.hours_supported <= e.hours_claimed
        assert e.amount_supported == e.amount_supported.quantize(Decimal("0.01"))


@settings(max_examples=150, deadline=None)
@given(people, st.integers(0, 3), st.floats(0, 500))
def test_more_evidence_never_supports_less(drawn, extra, more_minutes):
    case = build(drawn)
    more = tuple(
        replace(r, presences=(*r.presences, presence(extra, row=99)), online=replace(r.online, verified_minutes=r.online.verified_minutes + more_minutes))
        for r in case.records
    )
    for before, after in zip(entitlements(case, []), entitlements(replace(case, records=more), []), strict=True):
        assert after.amount_supported >= before.amount_supported


@settings(max_examples=60, deadline=None)
@given(people)
def test_a_person_is_paid_the_same_alone_and_among_others(drawn):
    together = entitlements(build(drawn), [])
    alone = [entitlements(build([d]), [])[0] for d in drawn]
    assert [e.amount_supported for e in together] == [e.amount_supported for e in alone]
