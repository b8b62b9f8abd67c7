"""Invoices that are shown twice, in a claim or in two claims, as results."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, Evidence
from services.domain.evidence import Related
from services.domain.facts import DocumentFacts, InvoiceFacts
from services.domain.finding import Result
from services.verify.invoice_words import invoice_place
from services.verify.results import unclear, unmet


def repeated_invoices(case: Case) -> Iterator[Result]:
    """One result for each invoice that another claim showed before, or that another file of this claim shows too."""
    for seen in case.invoices_elsewhere:
        yield unmet("invoice.duplicate", f"发票{seen.number}（{seen.place.file}）已用于申报{seen.claim_no}的{seen.other.file}",
                    f"invoice {seen.number} ({seen.place.file}) was claimed before in {seen.claim_no} ({seen.other.file})", subject=seen.place.file, observed=seen.number,
                    evidence=(seen.place,), related=(Related(seen.claim_no, seen.other.file),))  # fmt: skip
    first: dict[tuple[str | None, str], tuple[Evidence, InvoiceFacts]] = {}
    for item in case.of("invoice"):
        for invoice in item.facts.every_invoice if isinstance(item.facts, DocumentFacts) else ():
            if invoice.number is None:
                continue
            known, before = first.setdefault((invoice.code, invoice.number), (item, invoice))
            if known is item or known.file.sha256 == item.file.sha256:
                continue  # the same bytes twice are told as a duplicate file
            one, other = item.file.path, known.file.path
            say, ask, ask_en = (
                (unclear, "（号码由文字识别得到），请人工核对", " (its number was read by OCR): check by eye") if invoice.source == "ocr" else (unmet, "", "")
            )
            yield say("invoice.duplicate", f"发票{invoice.number}在{one}与{other}中重复提交{ask}", f"invoice {invoice.number} is in {one} and in {other}{ask_en}", subject=one,
                      observed=invoice.number, evidence=(invoice_place(one, invoice), invoice_place(other, before)), related=(Related(case.claim.claim_no, other),))  # fmt: skip
