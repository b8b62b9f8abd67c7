"""Rates by training type, however it is spelt."""

from datetime import date
from decimal import Decimal

import pytest

from services.verify.money import Rate, amount_claimed, plain_number, rate_of, yuan
from services.verify.policy_file import find_policy
from tests.factories import make_case, person

RULES = find_policy("changchun-2021-33").rules(date(2021, 6, 1))


@pytest.mark.parametrize(
    ("stated", "rate"),
    [
        ("岗前培训", Rate(True, Decimal(20))),
        ("转岗转业培训（一岗多能）", Rate(True, Decimal(20))),
        ("转岗转业培训 (一岗多能)", Rate(True, Decimal(20))),
        ("岗位练兵培训", Rate(True, Decimal(20))),
        ("Safety Training", Rate(True, Decimal(20))),
        ("岗位技能提升培训", Rate(True, None)),
        ("职业技能竞赛", Rate(True, None)),
        ("企业职工职业技能竞赛", Rate(True, None)),
        ("岗前", Rate(False, None)),
        ("", Rate(False, None)),
        (None, Rate(False, None)),
    ],
)
def test_rate_of(stated, rate):
    assert rate_of(make_case(project={"training_type": stated}, rules=RULES)) == rate


def test_an_amount_not_stated_is_capped():
    case = make_case(trainees=[person(0, amount=None, class_hours=Decimal(200)), person(1, amount=None, class_hours=Decimal("0.33"))])
    assert [amount_claimed(case, i, rate_of(case).amount) for i in (0, 1)] == [Decimal(3000), Decimal("6.60")]


def test_numbers_for_people():
    assert [plain_number(Decimal(x)) for x in ("36", "36.50", "100", "1E+2", "0.00")] == ["36", "36.5", "100", "100", "0"]
    assert yuan(Decimal("3000")) == "3000.00"
