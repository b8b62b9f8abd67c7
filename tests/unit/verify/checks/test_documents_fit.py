from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.domain.evidence import EvidenceKind
from services.domain.finding import Outcome
from services.verify.checks.documents_fit import documents_fit
from tests.factories import document, evidence, make_case


def found(text: str, kind: EvidenceKind = EvidenceKind.PLAN, **fields: Any):  # type: ignore[no-untyped-def]
    case = make_case(evidence=(document("plan/a.pdf", kind, text, **fields),))
    return [(r.outcome, r.code) for r in documents_fit(case, same=80, other=45)]


@pytest.mark.parametrize(
    "text",
    [
        "关于开展数控车工岗前培训的通知",
        "数控车工 岗前培训\n方案",
        "数控车エ岗前培训方案",  # as OCR reads it
        "岗前培训方案\n长春样例制造有限公司\n培训时间：2021年11月8日",
        "培训方案",
        "学员成绩表\n王小明 92 合格",
        "项目名称：数控车工（四级）岗前培训",
        "课程名称：车工岗前培训\n2021年11月8日",
        "Training plan",
        "2021年度培训计划\n序号\t培训类型\t项目名称\t开始时间\t结束时间\n1\t岗前培训\t新员工\t\t",
        "姓名,得分\n王小明,92",
    ],
)
def test_documents_that_fit(text: str) -> None:
    assert found(text) == [(Outcome.MET, None)]


def test_a_document_that_names_another_project_outright() -> None:
    assert found("培训项目：叉车司机安全生产培训\n2021年3月1日", dates=(date(2021, 3, 1),)) == [(Outcome.UNMET, "documents.wrong_project")]
    assert found("项目名称：焊工转岗培训", EvidenceKind.ASSESSMENT) == [(Outcome.UNMET, "documents.wrong_project")]


def test_another_name_with_our_days_is_unclear() -> None:
    ours = {"dates": (date(2021, 11, 8),)}
    assert found("培训项目：新员工入厂集训\n2021年11月8日", **ours) == [(Outcome.UNCLEAR, "documents.wrong_project")]
    # unless it is plainly one of another occupation
    assert found("培训项目：叉车司机安全生产培训\n2021年11月8日", **ours) == [(Outcome.UNMET, "documents.wrong_project")]


def test_another_number_of_people_is_told() -> None:
    assert found("数控车工岗前培训方案\n培训人数：40人") == [(Outcome.MET, "documents.headcount_differs")]
    assert found("数控车工岗前培训方案\n培训人数：3人") == [(Outcome.MET, None)]


def test_a_headline_of_another_project_beside_other_days_is_unclear() -> None:
    march = {"dates": (date(2021, 3, 1),)}
    assert found("关于开展叉车司机安全生产培训的通知\n2021年3月1日", **march) == [(Outcome.UNCLEAR, "documents.wrong_project")]
    assert found("关于开展叉车司机安全生产培训的通知") == [(Outcome.MET, None)]
    assert found("关于开展车工上岗培训的通知\n2021年3月1日", **march) == [(Outcome.MET, None)]
    assert found("长春样例制造有限公司培训计划\n2021年3月1日", **march) == [(Outcome.MET, None)]
    assert found("新员工入厂培训通知\n兹定于11月8日开课\n2021年10月20日", dates=(date(2021, 10, 20),)) == [(Outcome.MET, None)]


def test_no_text_and_unrelated_text_are_unclear() -> None:
    assert found(" \n") == [(Outcome.UNCLEAR, "documents.wrong_project")]
    assert found("食堂采购清单 白菜 土豆") == [(Outcome.UNCLEAR, "documents.wrong_project")]


def test_invoices_are_not_held_against_the_project_and_unread_files_are_told_elsewhere() -> None:
    assert found("项目名称：叉车司机", EvidenceKind.INVOICE) == [(Outcome.NOT_APPLICABLE, None)]
    unread = make_case(evidence=(evidence("plan/a.pdf", EvidenceKind.PLAN),))
    assert [r.outcome for r in documents_fit(unread, same=80, other=45)] == [Outcome.NOT_APPLICABLE]
