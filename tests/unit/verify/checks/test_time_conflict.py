"""In two places at once."""

from datetime import date

from services.domain.case import TimeConflict
from services.domain.evidence import Place
from services.domain.finding import Effect, Outcome
from services.verify.checks.time_conflict import CODE, time_conflict
from tests.factories import effects, make_case, record, run, said, session

DAY = date(2021, 11, 8)


def test_one_session_after_another():
    assert [r.outcome for r in run(time_conflict, make_case())] == [Outcome.MET]


def test_two_sessions_of_this_claim():
    plan = [session(DAY, "am"), session(DAY, "day", "8"), session(DAY, "pm")]
    case = make_case(sessions=plan, records=(record(0), record(0, 1), record(0, 2)))
    results = run(time_conflict, case)
    assert said(results) == [(CODE, Outcome.UNMET, (1,))]
    assert effects(results) == {Effect.NONE}


def test_another_claim_submitted_before():
    conflict = TimeConflict(2, 0, "CC-2021-000009", Place("sign_in_sheets/0.jpg"), Place("sign_in_sheets/x.jpg"), counts_here=False)
    (finding,) = [r for r in run(time_conflict, make_case(conflicts=(conflict,))) if r.code]
    assert (finding.trainees, finding.related[0].claim_no, finding.related[0].file) == ((2,), "CC-2021-000009", "sign_in_sheets/x.jpg")


def test_the_claim_submitted_first_has_no_finding():
    conflict = TimeConflict(2, 0, "CC-2021-000009", Place("sign_in_sheets/0.jpg"), Place("sign_in_sheets/x.jpg"), counts_here=True)
    assert said(run(time_conflict, make_case(conflicts=(conflict,)))) == []


def test_nothing_is_met_where_nobody_signed():
    assert [r.outcome for r in run(time_conflict, make_case(records=(record(), record(), record())))] == [Outcome.NOT_APPLICABLE]
