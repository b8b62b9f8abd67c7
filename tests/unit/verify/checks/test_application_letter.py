"""五(四): the commitment letter."""

from dataclasses import replace
from typing import Any

import pytest

from services.domain.evidence import EvidenceKind
from services.domain.facts import DocumentFacts, SealSeen
from services.domain.finding import Outcome
from services.verify.checks.application_letter import application_letter
from services.verify.documents import printed_codes, stated_people
from tests.factories import document, make_case, run

LETTER = "企业承诺书\n我单位长春样例制造有限公司\n统一社会信用代码为：91220101MA0Y2XQW66\n郑重承诺如下："


def found(text: str = LETTER, **fields: Any) -> list[tuple[Outcome, str | None]]:
    item = document("application/letter.pdf", EvidenceKind.APPLICATION, text)
    assert isinstance(item.facts, DocumentFacts)
    usual: dict[str, Any] = {"text_source": "ocr", "seals": (SealSeen(1, (0.5, 0.6, 0.2, 0.15)),), "colour_pages": 1}
    case = make_case(evidence=(replace(item, facts=replace(item.facts, **{**usual, **fields})),))
    return [(r.outcome, r.code) for r in run(application_letter, case) if r.outcome is not Outcome.MET] or [(Outcome.MET, None)]


def test_sealed_signed_and_with_the_claims_code() -> None:
    assert found(signed=((1, True),)) == [(Outcome.MET, None)]


def test_nothing_of_the_application_came_with_the_claim() -> None:
    assert [r.outcome for r in run(application_letter, make_case())] == [Outcome.NOT_APPLICABLE]
    assert found("审计报告") == [(Outcome.NOT_APPLICABLE, None)]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"seals": (), "colour_pages": 1}, Outcome.UNCLEAR),
        ({"seals": (), "colour_pages": 0}, Outcome.UNCLEAR),
        ({"seals": (), "colour_pages": 1, "text_source": "text"}, Outcome.UNMET),
    ],
)
def test_no_seal(fields: dict[str, Any], outcome: Outcome) -> None:
    assert found(**fields) == [(outcome, "documents.seal_missing")]


def test_nobody_signed() -> None:
    assert found(signed=((1, False),)) == [(Outcome.UNCLEAR, "documents.signature_missing")]
    assert found(signed=((1, False), (2, True))) == [(Outcome.MET, None)]


def test_the_code_of_another_enterprise() -> None:
    assert found(LETTER.replace("MA0Y2XQW66", "244976413E")) == [(Outcome.UNMET, "documents.wrong_enterprise")]
    assert found(LETTER.replace("91220101MA0Y2XQW66", "91220101MA0Y2XQW6?")) == [(Outcome.UNCLEAR, "documents.wrong_enterprise")]
    assert found("企业承诺书 郑重承诺") == [(Outcome.UNCLEAR, "documents.wrong_enterprise")]


def test_the_licence_has_the_code_too() -> None:
    assert found("营业执照\n统一社会信用代码 91220101MA0Y2XQW66\n名称 长春样例制造有限公司") == [(Outcome.MET, None)]
    assert found("营业执照\n统一社会信用代码 91220101244976413E") == [(Outcome.UNMET, "documents.wrong_enterprise")]


def test_codes_as_documents_print_them() -> None:
    def codes(text: str) -> tuple[str, ...]:
        return printed_codes(DocumentFacts(1, text, "ocr"))

    assert codes("统一社会信用代码：9122 0101 MA0Y 2XQW 66") == ("91220101MA0Y2XQW66",)
    assert codes("信用代码 9122O1O1MAOY2XQW66") == ("91220101MA0Y2XQW66",)  # letters that no code has, for digits
    assert codes("编号 91220101MA0Y2XQW66 号") == ("91220101MA0Y2XQW66",)
    assert codes("电话 0431-88776655") == ()


def test_numbers_of_people() -> None:
    assert stated_people(DocumentFacts(1, "培训人数：44人，学员人数 40", "text")) == (44, 40)
    assert stated_people(DocumentFacts(1, "每组5人", "text")) == ()
