"""Why 720 and not 800: a person's reckoning in the report, from what is claimed to what is supported, each step with its finding."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.report.compile import compile_report
from services.verify.policy_file import find_policy
from tests.golden.story import Told, verify_all

LAW = find_policy("changchun-2021-33")
DAYS = [date(2021, 11, 8) + timedelta(days=n) for n in range(5)]
PARTS = ("上午", "下午")
WEEK: dict[str, Any] = {
    "项目": {"开始": str(DAYS[0]), "结束": str(DAYS[-1]), "学时": 40},
    "课程": [f"{day} {part} 4学时 理论" for day in DAYS for part in PARTS],
    "人员": [{"学时": 40}, {"学时": 40}],
}


def report_of(told: Told) -> dict[str, Any]:
    case, judgement = verify_all([told], LAW)["本申报"]
    return compile_report(case, judgement).to_json()


def steps_of(person: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(step["message"]["zh"], step["hours"], step["amount"]) for step in person["steps"]]


def test_why_720_and_not_800() -> None:
    report = report_of({**WEEK, "签到": {"2021-11-10 上午": {"王小明": "请假"}}})
    person, other = report["trainees"]
    assert (person["amount_claimed"], person["amount_supported"], other["amount_supported"]) == ("800.00", "720.00", "800.00")
    assert steps_of(person) == [
        ("申报40学时", "40", "800.00"),
        ("签到计入9个课次", "36", None),
        ("未计入的课次：2021-11-10上午", "-4", None),
        ("原因：王小明 2201***********058有1次课未签到：2021-11-10上午（请假）".replace("2201***********058", person["id_number"]), None, None),
        ("36学时×20元", "36", "720.00"),
    ]
    because = next(step["finding"] for step in person["steps"] if step["finding"] is not None)
    finding = report["findings"][because]
    assert (finding["code"], because in person["findings"]) == ("sheet.not_signed", True)
    assert finding["evidence"][0]["file"] == "签到表/5.jpg" and finding["evidence"][0]["row"] == 1
    assert finding["article"] == "七(二)"


@pytest.mark.parametrize(
    ("told", "supported", "said"),
    [
        ({"人员": [{"学时": 40, "参保": "无"}, {"学时": 40}]}, "0.00", "不予补贴：王小明的身份证号不在参保名单中"),
        ({"人员": [{"学时": 40, "类别": "实习生"}, {"学时": 40}]}, "0.00", "待人工确认：王小明的人员类别“实习生”不在支持范围，补贴待人工确认"),
        ({"人员": [{"学时": 40, "金额": "700.00"}, {"学时": 40}]}, "700.00", "以本人申报金额700.00元为限"),
        ({"签到表": {"2021-11-12 下午": "无"}}, "720.00", "未计入的课次：2021-11-12下午"),
        ({"签到": {"2021-11-12 下午": {"王小明": "难以辨认"}}}, "720.00", "1个课次待人工确认"),
    ],
)
def test_every_other_reason_is_a_step_too(told: Told, supported: str, said: str) -> None:
    person = report_of({**WEEK, **told})["trainees"][0]
    assert person["amount_supported"] == supported
    assert said in [message for message, _, _ in steps_of(person)]


LABELS = [f"{day} {part}" for day in DAYS[:2] for part in PARTS]
signs = st.dictionaries(st.sampled_from(LABELS), st.sampled_from(["未签", "缺签退", "难以辨认", "不在表上", "请假"]), max_size=4)
someone = st.tuples(signs, st.none() | st.decimals(0, 400, places=2), st.sampled_from(["2019-03-01 起", "2021-11-09 起", "无"]))


@settings(max_examples=25, deadline=None)
@given(st.lists(someone, min_size=1, max_size=3))
def test_the_people_add_up_to_the_total_whatever_they_signed(drawn: list[tuple[dict[str, str], Decimal | None, str]]) -> None:
    names = ("王小明", "李建国", "张伟")[: len(drawn)]
    told = {
        "人员": [{"金额": "未填" if amount is None else str(amount), "参保": period if period == "无" else [period]} for _, amount, period in drawn],
        "签到": {label: {name: marks[label] for name, (marks, _, _) in zip(names, drawn, strict=True) if label in marks} for label in LABELS},
    }
    report = report_of(told)
    amount, people = report["amount"], report["trainees"]
    assert Decimal(amount["supported"]) == sum(Decimal(p["amount_supported"]) for p in people)
    assert Decimal(amount["unclear"]) == sum(Decimal(p["amount_unclear"]) for p in people)
    for person in people:
        supported, unclear, claimed = (Decimal(person[f"amount_{kind}"]) for kind in ("supported", "unclear", "claimed"))
        assert supported >= 0 and unclear >= 0 and supported + unclear <= min(claimed, Decimal(3000))
        assert supported == claimed or person["findings"], "what is not supported is traced to a finding"
