"""Invoices are for training, and of the time of the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from services.domain.case import Case, Evidence
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Result
from services.verify.aspects import listed, local_day
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet

_PARTY = re.compile(r"公司|酒店|宾馆|饭店|名\s*称|地\s*址|开户|账\s*号|收款人|复核|开票人|备注|Co\.|Ltd", re.IGNORECASE)
"""Lines of an invoice that name buyer, seller or bank: a caterer's name is not what was bought."""

_TRAINING = re.compile(r"(?:培训|教育|教学|课程|授课|讲课|师资|教材|考试|鉴定|评价)(?:服务|管理|用书)*费?$")


@check
def invoice_use(case: Case, *, words: tuple[str, ...], first: date, last: date) -> Iterator[Result]:
    """No invoice for a use that `words` name, none dated outside `first` to `last` or after the claim was submitted, 六(三)."""
    invoices = case.of("invoice")
    if not invoices:
        yield not_applicable()
        return
    latest = min(last, local_day(case.claim.submitted_at)) if case.claim.submitted_at else last
    findings = []
    for item in invoices:
        if isinstance(item.facts, DocumentFacts):
            findings += [*_use(item, item.facts, words), *_window(item, item.facts, first, latest)]
    yield from findings or (met(),)


def _use(item: Evidence, facts: DocumentFacts, words: tuple[str, ...]) -> Iterator[Result]:
    file, place = item.file.path, (Place(item.file.path),)
    items = facts.invoice.items if facts.invoice else ()
    bad = [name for name in items if _ineligible(name, words)]
    if bad:
        names = listed(bad, 6, more="等{count}项")
        yield unmet("invoice.ineligible_use", f"发票{file}的项目（{names}）不属于培训支出，补贴资金不得列支", f"{file} is for {names}, which the subsidy must not pay", subject=file,
                    observed=list(bad[:20]), evidence=place)  # fmt: skip
    elif not facts.text.strip() and not items:
        yield unclear(
            "invoice.ineligible_use",
            f"发票{file}的内容无法识读，请人工核对用途",
            f"what {file} is for cannot be read: check by eye",
            subject=file,
            evidence=place,
        )
    elif not items and (lines := _suspect(facts.text, words)):
        yield unclear("invoice.ineligible_use", f"发票{file}中出现不得列支的用途（{listed(lines, 3, more='等')}），请人工核对",
                      f"{file} mentions uses that the subsidy must not pay: check by eye", subject=file, observed=lines[:5], evidence=place)  # fmt: skip


def _ineligible(item: str, words: tuple[str, ...]) -> bool:
    """Whether an item, `*category*name` or a plain name, is for one of the uses; training about them (食品运输培训费) is training."""
    parts = re.fullmatch(r"\*([^*]*)\*(.*)", item)
    category, name = (parts[1], parts[2]) if parts else ("", item)
    if any(word in category for word in words):
        return True
    return not _TRAINING.search(name) and any(word in name for word in words)


def _suspect(text: str, words: tuple[str, ...]) -> list[str]:
    lines = (line.strip()[:40] for line in text.splitlines() if not _PARTY.search(line))
    return [line for line in lines if _ineligible(line, words)]


def _window(item: Evidence, facts: DocumentFacts, first: date, last: date) -> Iterator[Result]:
    file, place, span = item.file.path, (Place(item.file.path),), [first.isoformat(), last.isoformat()]
    printed = facts.invoice.date if facts.invoice else None
    days = (printed,) if printed else facts.dates
    outside = [day for day in days if not first <= day <= last]
    if days and not outside:
        return
    if printed or (days and len(outside) == len(days)):
        day = outside[0].isoformat()
        yield unmet("invoice.outside_window", f"发票{file}的开票日期{day}不在{first}至{last}内", f"{file} is dated {day}, outside {first} to {last}", subject=file, expected=span,
                    observed=day, evidence=place)  # fmt: skip
    else:
        yield unclear("invoice.outside_window", f"发票{file}的开票日期无法确认，请人工核对是否在{first}至{last}内", f"the date of {file} cannot be told: check that it is in {first} to {last}",
                      subject=file, expected=span, evidence=place, confidence=0.7)  # fmt: skip
