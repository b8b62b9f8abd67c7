"""The reader of documents: plans, notices, assessment records, invoices, application documents, whatever format they come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from services.domain.dates import parse_date
from services.domain.evidence import EvidenceKind
from services.domain.facts import DocumentFacts, SealSeen
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.document.formats import content_of
from services.verify.readers.document.invoice import invoices_of

MAX_CHARS = 200_000
MAX_DATES = 500
_DATE = re.compile(r"(?<!\d)(?:\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?|20\d{6})(?!\d)")
_UNTIL = re.compile(r"\s{0,2}(?:至|到|-|—|–|~|～){1,2}\s{0,2}(?:(\d{1,2})月)?(\d{1,2})日")


def read_document(source: Path, ctx: ReaderContext) -> DocumentFacts:
    """Text, dates, table rows and, where it is one, the invoice of a document.

    Raises FileEmpty, FileEncrypted, FileTooLarge, FileTypeMismatch, FileUnreadable.
    """
    content = content_of(source, ctx, MAX_CHARS)
    text = content.text[:MAX_CHARS]
    invoices = invoices_of([(page.text, page.codes) for page in content.pages], content.source, content.rows)
    looked = [(number, page.marks) for number, page in enumerate(content.pages, 1) if page.marks is not None]
    return DocumentFacts(
        pages=content.count,
        text=text,
        text_source=content.source if text.strip() else "none",
        dates=tuple(dict.fromkeys(dates_in(text)))[:MAX_DATES],
        table_rows=content.rows,
        invoice=invoices[0] if invoices else None,
        invoices=invoices,
        seals=tuple(SealSeen(number, box) for number, marks in looked for box in marks.seals),
        colour_pages=sum(marks.coloured for _, marks in looked),
        signed=tuple((number, inked) for number, marks in looked for inked in marks.signed),
    )


def dates_in(text: str) -> Iterator[date]:
    """The dates a text writes in full, in its order, and the ends of stretches like 2021年11月8日至12日."""
    for found in _DATE.finditer(text):
        day = parse_date(found[0].replace(" ", ""))
        if day is None:
            continue
        yield day
        if until := _UNTIL.match(text, found.end()):
            month = int(until[1] or day.month)
            end = parse_date(f"{day.year + (month < day.month)}-{month}-{until[2]}")
            if end is not None:
                yield end


register(
    Reader(
        name="document",
        version=2,
        kinds=(EvidenceKind.PLAN, EvidenceKind.NOTICE, EvidenceKind.ASSESSMENT, EvidenceKind.INVOICE, EvidenceKind.APPLICATION),
        read=read_document,
    )
)
