"""Invoices are for training, and of the time of the policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.domain.case import Case, Evidence
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Result
from services.verify.aspects import listed, local_day
from services.verify.checks import check
from services.verify.invoice_words import ineligible, invoice_place, invoices_total, suspect_lines
from services.verify.money import yuan
from services.verify.results import info, met, not_applicable, unclear, unmet

USE, WINDOW = "invoice.ineligible_use", "invoice.outside_window"


@check
def invoice_use(case: Case, *, words: tuple[str, ...], first: date, last: date) -> Iterator[Result]:
    """No invoice for a use that `words` name, none dated outside `first` to `last` or after the claim was submitted, 六(三)."""
    invoices = case.of("invoice")
    if not invoices:
        yield not_applicable()
        return
    latest = min(last, local_day(case.claim.submitted_at)) if case.claim.submitted_at else last
    findings = list(_sum(case))
    for item in invoices:
        if isinstance(item.facts, DocumentFacts):
            findings += [*_use(item, item.facts, words), *_window(item, item.facts, first, latest)]
    yield from findings or (met(),)


def _use(item: Evidence, facts: DocumentFacts, words: tuple[str, ...]) -> Iterator[Result]:
    file, place = item.file.path, (Place(item.file.path),)
    items = [name for invoice in facts.every_invoice for name in invoice.items]
    bad = list(dict.fromkeys(name for name in items if ineligible(name, words)))
    if bad:
        pages = tuple(invoice_place(file, i) for i in facts.every_invoice if any(name in bad for name in i.items))
        yield unmet(USE, f"发票{file}的项目（{listed(bad, 6, more='等{count}项')}）不属于培训支出，补贴资金不得列支", f"{file} is for {listed(bad, 6, more='等{count}项')}, which the subsidy must not pay",
                    subject=file, observed=bad[:20], evidence=pages)  # fmt: skip
    elif not facts.text.strip() and not items:
        yield unclear(USE, f"发票{file}的内容无法识读，请人工核对用途", f"what {file} is for cannot be read: check by eye", subject=file, evidence=place)
    elif not items and (lines := suspect_lines(facts.text, words)):
        yield unclear(USE, f"发票{file}中出现不得列支的用途（{listed(lines, 3, more='等')}），请人工核对", f"{file} mentions uses that the subsidy must not pay: check by eye", subject=file,
                      observed=lines[:5], evidence=place)  # fmt: skip


def _window(item: Evidence, facts: DocumentFacts, first: date, last: date) -> Iterator[Result]:
    file, span = item.file.path, [first.isoformat(), last.isoformat()]
    printed = [(invoice_place(file, invoice), invoice.date) for invoice in facts.every_invoice if invoice.date]
    days = printed or [(Place(file), day) for day in facts.dates]
    outside = [(place, day) for place, day in days if not first <= day <= last]
    if days and not outside:
        return
    if printed or (days and len(outside) == len(days)):
        for place, day in outside if printed else outside[:1]:
            yield unmet(WINDOW, f"发票{file}的开票日期{day}不在{first}至{last}内", f"{file} is dated {day}, outside {first} to {last}", subject=file, expected=span,
                        observed=day.isoformat(), evidence=(place,))  # fmt: skip
    else:
        yield unclear(WINDOW, f"发票{file}的开票日期无法确认，请人工核对是否在{first}至{last}内", f"the date of {file} cannot be told: check that it is in {first} to {last}",
                      subject=file, expected=span, evidence=(Place(file),), confidence=0.7)  # fmt: skip


def _sum(case: Case) -> Iterator[Result]:
    """Invoices that add up to less than is claimed: no breach, as the subsidy is by class hours, but worth knowing."""
    total, claimed = invoices_total(case), case.claim.claimed_amount
    if total is not None and claimed is not None and total < claimed:
        yield info("invoice.sum_short", f"发票合计{yuan(total)}元，低于申报金额{yuan(claimed)}元", f"the invoices add up to {yuan(total)}, {yuan(claimed)} is claimed", subject="发票",
                   expected=yuan(claimed), observed=yuan(total), evidence=tuple(Place(item.file.path) for item in case.of("invoice")))  # fmt: skip
