"""A second (fictional) policy: other numbers, other days, the same code."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.domain.claim import SHANGHAI
from services.domain.finding import Outcome
from services.verify.judge import judge
from services.verify.policy_file import check_policy, find_policy
from tests.factories import make_case, person, photo, session

FOLDER = Path(__file__).parent / "policies"
LAW = find_policy("fictional-2022", FOLDER)


def judged(month: int, employees: int = 2500, **fields):
    days = (date(2022, month, 1), date(2022, month, 2))
    taken = datetime(2022, month, 1, 9, tzinfo=SHANGHAI)
    case = make_case(
        enterprise={"employees": employees},
        project={"start": days[0], "end": days[1]},
        sessions=[session(d, p) for d in days for p in ("am", "pm")],
        rules=LAW.rules(days[0]),
        evidence=tuple(photo(i, taken_at=taken) for i in range(4)),
        **fields,
    )
    judgement = judge(case, LAW)
    return judgement, {c.id: c.outcome for c in judgement.clauses}


def test_the_file_has_no_problems():
    assert check_policy(FOLDER / "fictional-2022.yaml") == ()


@pytest.mark.parametrize(
    ("month", "size", "photos", "supported"),
    [(3, Outcome.UNMET, Outcome.UNMET, "0"), (6, Outcome.UNMET, Outcome.UNMET, "0"), (7, Outcome.MET, Outcome.MET, "888")],
)
def test_the_numbers_of_the_training_day(month, size, photos, supported):
    judgement, outcomes = judged(month)
    assert (outcomes["size"], outcomes["photos"], outcomes["window"]) == (size, photos, Outcome.MET)
    assert judgement.supported == Decimal(supported)  # 3 people x 16 hours x 18.50 = 888


def test_rates_and_caps_of_the_training_day():
    people = [person(0, class_hours=None, amount=Decimal(2000))]
    plan = {"trainees": people}
    assert judged(3, 9000, **plan)[0].supported == Decimal("240.00")
    assert judged(8, 9000, **plan)[0].supported == Decimal("296.00")


def test_categories_of_the_training_day():
    people = [person(0, category="外包工")]
    assert judged(3, 9000, trainees=people)[1]["category"] is Outcome.UNMET
    assert judged(8, 9000, trainees=people)[1]["category"] is Outcome.MET
    assert judged(3, 9000, trainees=people)[0].unclear == Decimal("240.00")
