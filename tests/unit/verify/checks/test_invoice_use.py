from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.domain.evidence import EvidenceKind
from services.domain.facts import InvoiceFacts
from services.domain.finding import Outcome
from services.verify.checks.invoice_use import invoice_use
from services.verify.policy_file import find_policy
from tests.factories import document, evidence, make_case

CLAUSE = next(clause for clause in find_policy("changchun-2021-33").clauses if clause.check == "invoice_use")
DAY = date(2021, 11, 10)


def found(*items: str, day: date | None = DAY, text: str = "发票", dates: tuple[date, ...] = (), known: bool = True, **fields: Any):  # type: ignore[no-untyped-def]
    facts = InvoiceFacts(number="12345678", date=day, items=items) if known else None
    case = make_case(evidence=(document("invoices/a.pdf", EvidenceKind.INVOICE, text, invoice=facts, dates=dates),), **fields)
    return [(r.outcome, r.code) for r in invoice_use(case, **CLAUSE.values.on(DAY))]


@pytest.mark.parametrize(
    "item", ["*餐饮服务*餐费", "*住宿服务*住宿费", "*运输服务*客运服务费", "*劳务*劳务费", "差旅费", "获奖人员奖金", "培训期间餐费", "*旅游服务*培训费"]
)
def test_uses_that_the_subsidy_must_not_pay(item: str) -> None:
    assert found("*非学历教育服务*培训费", item) == [(Outcome.UNMET, "invoice.ineligible_use")]


@pytest.mark.parametrize("item", ["*非学历教育服务*培训费", "*印刷品*教材", "*教育服务*劳务派遣人员安全培训费", "餐饮服务员技能鉴定费", "*租赁*场地租赁费"])
def test_training_is_what_the_subsidy_is_for(item: str) -> None:
    assert found(item) == [(Outcome.MET, None)]


def test_words_beside_unread_items_are_unclear_but_not_the_seller() -> None:
    assert found(text="发票\n住宿费 600.00") == [(Outcome.UNCLEAR, "invoice.ineligible_use")]
    assert found(text="发票\n销售方名称：长春某餐饮有限公司") == [(Outcome.MET, None)]
    assert found(text="", known=False, dates=(DAY,)) == [(Outcome.UNCLEAR, "invoice.ineligible_use")]


def test_window() -> None:
    assert found("培训费", day=date(2021, 1, 1)) == [(Outcome.MET, None)]
    assert found("培训费", day=date(2020, 12, 31)) == [(Outcome.UNMET, "invoice.outside_window")]
    assert found("培训费", day=date(2021, 11, 12)) == [(Outcome.MET, None)]
    assert found("培训费", day=date(2021, 11, 13)) == [(Outcome.UNMET, "invoice.outside_window")]
    assert found("培训费", day=date(2021, 12, 31), claim={"submitted_at": None}) == [(Outcome.MET, None)]


def test_without_a_labelled_date_the_dates_of_the_text_stand_in() -> None:
    assert found("培训费", day=None, dates=(DAY, date(2021, 11, 11))) == [(Outcome.MET, None)]
    assert found("培训费", day=None, dates=(date(2020, 5, 1),)) == [(Outcome.UNMET, "invoice.outside_window")]
    assert found("培训费", day=None, dates=(DAY, date(2020, 5, 1))) == [(Outcome.UNCLEAR, "invoice.outside_window")]
    assert found("培训费", day=None) == [(Outcome.UNCLEAR, "invoice.outside_window")]


def test_not_applicable_without_invoices_and_unread_ones_are_told_elsewhere() -> None:
    assert [r.outcome for r in invoice_use(make_case(), **CLAUSE.values.on(DAY))] == [Outcome.NOT_APPLICABLE]
    unread = make_case(evidence=(evidence("invoices/a.pdf", EvidenceKind.INVOICE),))
    assert [r.outcome for r in invoice_use(unread, **CLAUSE.values.on(DAY))] == [Outcome.MET]


def test_each_invoice_of_a_file_is_looked_at() -> None:
    both = (
        InvoiceFacts(number="1", date=DAY, items=("*非学历教育服务*培训费",), page=1),
        InvoiceFacts(number="2", date=DAY, items=("*餐饮服务*餐费",), page=2),
    )
    case = make_case(evidence=(document("invoices/a.pdf", EvidenceKind.INVOICE, "发票", invoice=both[0], invoices=both),))
    (result,) = invoice_use(case, **CLAUSE.values.on(DAY))
    assert (result.code, [p.page for p in result.evidence]) == ("invoice.ineligible_use", [2])


def test_invoices_that_add_up_to_less_than_is_claimed_are_told() -> None:
    def told(*amounts: str | None) -> list[tuple[str | None, object]]:
        listed = tuple(InvoiceFacts(number=str(k), date=DAY, amount=amount, items=("培训费",)) for k, amount in enumerate(amounts))
        case = make_case(evidence=(document("invoices/a.pdf", EvidenceKind.INVOICE, "发票", invoice=listed[0], invoices=listed),))
        return [(r.code, r.observed) for r in invoice_use(case, **CLAUSE.values.on(DAY))]

    assert told("500.00", "459.99") == [("invoice.sum_short", "959.99")]
    assert told("500.00", "460.00") == [(None, None)]
    assert told("500.00", None) == [(None, None)]  # one that cannot be read
