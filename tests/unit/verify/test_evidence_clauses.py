"""The evidence clauses of 长人社联〔2021〕33号: which finding hangs on which article, and which of them fails a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.domain.case import Case, DoubtKind, FileProblem, OnlineNote, Reuse, ReuseKind
from services.domain.claim import SHANGHAI, Mode
from services.domain.codes import Severity
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import InvoiceFacts, Span, SpanKind
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.judge import judge
from services.verify.policy_file import find_policy
from tests.factories import document, evidence, make_case, photo, video

POLICY = find_policy("changchun-2021-33")
CLEAN = make_case()
SAY = Message("说明", "note")


def without(case: Case, kind: EvidenceKind) -> tuple[Any, ...]:
    return tuple(item for item in case.evidence if item.file.kind is not kind)


def of_kind(kind: EvidenceKind, *items: Any) -> Case:
    return replace(CLEAN, evidence=(*without(CLEAN, kind), *items))


def reused(kind: ReuseKind, file: str, row: int | None = None, claim_no: str | None = "CC-2") -> Case:
    return replace(CLEAN, reuse=(Reuse(kind, Place(file, page=1, row=row), Place("x/other.jpg", page=1, row=row), claim_no=claim_no),))


def photos(**fields: Any) -> Case:
    return of_kind(EvidenceKind.PHOTO, *(photo(i) for i in range(5)), photo(9, **fields))


def videos(*items: Any) -> Case:
    return of_kind(EvidenceKind.VIDEO, *items)


def invoice(**fields: Any) -> Case:
    return of_kind(
        EvidenceKind.INVOICE, document("invoices/a.pdf", EvidenceKind.INVOICE, "发票", invoice=InvoiceFacts(number="1" * 8, source="text", **fields))
    )


def doubted(doubt: DoubtKind) -> Case:
    page = CLEAN.attendance[0]
    rows = (replace(page.rows[0], doubts=(doubt,)), *page.rows[1:])
    return replace(CLEAN, attendance=(replace(page, rows=rows), *CLEAN.attendance[1:]))


PAST = datetime(2021, 3, 1, 9, 0, tzinfo=SHANGHAI)
BROKEN = evidence("plan/b.pdf", EvidenceKind.PLAN, problems=(FileProblem("file.encrypted", SAY),))
NO_SHEETS = replace(of_kind(EvidenceKind.SIGN_IN_SHEET), attendance=(), records=tuple(replace(r, presences=()) for r in CLEAN.records))

FAILING = {
    "sheet.missing": (NO_SHEETS, "七(二)"),
    "online.log_missing": (make_case(project={"modes": (Mode.THEORY, Mode.ONLINE)}), "七(二)"),
    "photo.too_few": (of_kind(EvidenceKind.PHOTO), "七(三)"),
    "video.missing": (videos(), "七(三)"),
    "video.too_short": (videos(video(0, 299)), "七(三)"),
    "video.duration_overstated": (videos(video(0, 400, container_seconds=900.0)), "附件2 一"),
    "photo.reused": (reused(ReuseKind.PHOTO, "photos/0.jpg"), "附件2 一"),
    "video.reused": (reused(ReuseKind.VIDEO, "videos/0.mp4"), "附件2 一"),
    "sheet.reused": (reused(ReuseKind.SHEET, "sign_in_sheets/0.jpg"), "附件2 一"),
}
REVIEWED = {
    "photo.duplicate": (reused(ReuseKind.PHOTO, "photos/0.jpg", claim_no=None), "七(三)"),
    "photo.taken_outside_training": (photos(taken_at=PAST), "七(三)"),
    "photo.far_from_venue": (photos(latitude=39.9, longitude=116.4), "七(三)"),
    "photo.edited": (photos(edited_by="GIMP"), "附件2 一"),
    "photo.screenshot": (photos(screenshot="截屏"), "附件2 一"),
    "video.frozen": (videos(video(0, 400, spans=(Span(SpanKind.FROZEN, (0, 20)),))), "七(三)"),
    "video.recorded_outside_training": (videos(video(0), video(1, recorded_at=PAST)), "七(三)"),
    "file.encrypted": (of_kind(EvidenceKind.FACE, BROKEN), "附件2 一"),
    "invoice.ineligible_use": (invoice(items=("*餐饮服务*餐费",), date=PAST.date()), "六(三)"),
    "invoice.outside_window": (invoice(items=("培训费",), date=PAST.date().replace(year=2020)), "六(三)"),
    "documents.wrong_project": (of_kind(EvidenceKind.NOTICE, document("notice/a.pdf", EvidenceKind.NOTICE, "项目名称：叉车司机取证")), "七(一)"),
    "sheet.signature_copied": (reused(ReuseKind.SIGNATURE, "sign_in_sheets/0.jpg", row=1), "七(二)"),
    "sheet.id_mismatch": (doubted(DoubtKind.ID_MISMATCH), "七(二)"),
    "online.face_mismatch": (replace(CLEAN, online_notes=(OnlineNote("online.face_mismatch", SAY, (), (0,)),)), "七(二)"),
}


def outcome(case: Case, code: str) -> tuple[str, Severity, bool]:
    """Article and severity of the code's finding, and whether it fails the claim."""
    judgement = judge(case, POLICY)
    finding = next(f for f in judgement.findings if f.code == code)
    clause = next(c for c in judgement.clauses if c.id == finding.clause)
    assert judgement.findings.index(finding) in clause.findings
    return finding.article, finding.severity, clause.critical and clause.about == "claim" and clause.outcome is Outcome.UNMET


def test_a_clean_claim_has_no_finding() -> None:
    judgement = judge(CLEAN, POLICY)
    assert not judgement.findings
    assert {c.outcome for c in judgement.clauses} == {Outcome.MET, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize("code", FAILING)
def test_what_fails_a_claim(code: str) -> None:
    case, article = FAILING[code]
    assert outcome(case, code) == (article, Severity.CRITICAL, True)


@pytest.mark.parametrize("code", REVIEWED)
def test_what_only_costs_a_look_or_somebodys_money(code: str) -> None:
    case, article = REVIEWED[code]
    found, severity, fails = outcome(case, code)
    assert (found, fails) == (article, False)
    assert severity is (Severity.CRITICAL if code in ("sheet.signature_copied", "online.face_mismatch") else Severity.WARNING)


def test_doubtful_copies_never_fail_a_claim() -> None:
    for kind, file in ((ReuseKind.PHOTO, "photos/0.jpg"), (ReuseKind.VIDEO, "videos/0.mp4"), (ReuseKind.SHEET, "sign_in_sheets/0.jpg")):
        unsure = tuple(replace(reuse, certain=False) for reuse in reused(kind, file).reuse)
        judgement = judge(replace(CLEAN, reuse=unsure), POLICY)
        assert {f.severity for f in judgement.findings} == {Severity.WARNING}
        assert Outcome.UNMET not in {c.outcome for c in judgement.clauses}
