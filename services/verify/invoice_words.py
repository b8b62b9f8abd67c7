"""What invoices are for, held against the uses that the law forbids; and what they add up to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts, InvoiceFacts

_PARTY = re.compile(r"公司|酒店|宾馆|饭店|名\s*称|地\s*址|开户|账\s*号|收款人|复核|开票人|备注|Co\.|Ltd", re.IGNORECASE)
"""Lines of an invoice that name buyer, seller or bank: a caterer's name is not what was bought."""
_TRAINING = re.compile(r"(?:培训|教育|教学|课程|授课|讲课|师资|教材|考试|鉴定|评价)(?:服务|管理|用书)*费?$")


def ineligible(item: str, words: Sequence[str]) -> bool:
    """Whether an item, `*category*name` or a plain name, is for one of the uses; training about them (食品运输培训费) is training."""
    parts = re.fullmatch(r"\*([^*]*)\*(.*)", item)
    category, name = (parts[1], parts[2]) if parts else ("", item)
    if any(word in category for word in words):
        return True
    return not _TRAINING.search(name) and any(word in name for word in words)


def suspect_lines(text: str, words: Sequence[str]) -> list[str]:
    """Lines of a text that speak of one of the uses, those of the parties left out."""
    lines = (line.strip()[:40] for line in text.splitlines() if not _PARTY.search(line))
    return [line for line in lines if ineligible(line, words)]


def invoices_of(case: Case) -> list[tuple[str, InvoiceFacts]]:
    """Every invoice of a claim with its file; several may be in one."""
    return [(item.file.path, invoice) for item in case.of("invoice") if isinstance(item.facts, DocumentFacts) for invoice in item.facts.every_invoice]


def invoice_place(file: str, invoice: InvoiceFacts) -> Place:
    """Where an invoice is: the page too, where its file has several."""
    return Place(file, page=invoice.page if invoice.page != 1 else None)


def invoices_total(case: Case) -> Decimal | None:
    """What the invoices add up to, each number once; None where there is none or the amount of one is not known."""
    found: dict[object, Decimal | None] = {}
    for k, (_, invoice) in enumerate(invoices_of(case)):
        found.setdefault((invoice.code, invoice.number) if invoice.number else k, Decimal(invoice.amount) if invoice.amount else None)
    read = all(isinstance(item.facts, DocumentFacts) and item.facts.every_invoice for item in case.of("invoice"))
    if not found or not read or None in found.values():
        return None
    return sum((amount for amount in found.values() if amount is not None), Decimal(0))
