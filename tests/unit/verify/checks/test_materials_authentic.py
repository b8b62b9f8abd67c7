from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.domain.case import OtherInvoice, Reuse, ReuseKind
from services.domain.evidence import EvidenceKind, Place, Related
from services.domain.facts import InvoiceFacts
from services.domain.finding import Outcome
from services.verify.checks.materials_authentic import materials_authentic
from tests.factories import document, make_case, video

CASE = make_case()


def results(case):  # type: ignore[no-untyped-def]
    return list(materials_authentic(case, overstated_seconds=Decimal(2), overstated_share=Decimal("0.05")))


def found(case):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code) for r in results(case)]


def invoice(path: str, number: str = "12345678", *, sha256: str | None = None, source: str = "text"):  # type: ignore[no-untyped-def]
    made = document(path, EvidenceKind.INVOICE, invoice=InvoiceFacts(number=number, source=source))
    return replace(made, file=replace(made.file, sha256=sha256)) if sha256 else made


def test_met() -> None:
    assert found(CASE) == [(Outcome.MET, None)]
    assert found(make_case(evidence=())) == [(Outcome.NOT_APPLICABLE, None)]


@pytest.mark.parametrize(("kind", "code"), [(ReuseKind.PHOTO, "photo.reused"), (ReuseKind.VIDEO, "video.reused"), (ReuseKind.SHEET, "sheet.reused")])
def test_reuse_across_claims(kind: ReuseKind, code: str) -> None:
    reuse = Reuse(kind, Place("a.jpg"), Place("b.jpg"), claim_no="CC-2", enterprise="别家公司")
    (result,) = results(replace(CASE, reuse=(reuse,)))
    assert (result.outcome, result.code, result.related) == (Outcome.UNMET, code, (Related("CC-2", "b.jpg"),))
    assert "别家公司" in result.message.zh
    assert found(replace(CASE, reuse=(replace(reuse, certain=False),))) == [(Outcome.UNCLEAR, code)]
    assert found(replace(CASE, reuse=(replace(reuse, first=True, certain=False),))) == [(Outcome.MET, None)]
    (told,) = results(replace(CASE, reuse=(replace(reuse, first=True), replace(reuse, first=True, place=Place("c.jpg")))))
    assert (told.outcome, told.code, told.observed, "a.jpg、c.jpg" in told.message.zh) == (Outcome.MET, "claim.used_later", 2, True)


def test_a_sheet_for_another_day_is_reused_the_same_sheet_twice_is_not() -> None:
    other_day = Reuse(ReuseKind.SHEET, Place("sign_in_sheets/2.jpg", page=1), Place("sign_in_sheets/0.jpg", page=1))
    assert found(replace(CASE, reuse=(other_day,))) == [(Outcome.UNMET, "sheet.reused")]
    copy = replace(CASE.attendance[0], file="sign_in_sheets/copy.jpg")
    same_day = replace(other_day, place=Place(copy.file, page=1))
    assert found(replace(CASE, attendance=(*CASE.attendance, copy), reuse=(same_day,))) == [(Outcome.MET, None)]
    assert found(replace(CASE, reuse=(Reuse(ReuseKind.PHOTO, Place("photos/1.jpg"), Place("photos/0.jpg")),))) == [(Outcome.MET, None)]


@pytest.mark.parametrize(
    ("container", "playable", "outcome"),
    [
        (300.0, 60.0, Outcome.UNMET),
        (400.0, 399.0, Outcome.MET),
        (400.0, 381.0, Outcome.MET),
        (400.0, 379.0, Outcome.UNMET),
        (10.0, 8.5, Outcome.MET),
        (None, 60.0, Outcome.MET),
    ],
)
def test_overstated_durations(container: float | None, playable: float, outcome: Outcome) -> None:
    case = make_case(evidence=(video(0, 400, container_seconds=container, playable_seconds=playable),))
    assert found(case)[0][0] is outcome
    if outcome is Outcome.UNMET:
        (result,) = results(case)
        assert (result.code, result.expected, result.observed) == ("video.duration_overstated", container, playable)


def test_a_video_whose_end_is_missing_is_to_be_sent_again_not_called_forged() -> None:
    (result,) = results(make_case(evidence=(video(container_seconds=200.0, playable_seconds=180.0, missing_seconds=20.0),)))
    assert (
        (result.outcome, result.code) == (Outcome.UNCLEAR, "video.duration_overstated") and "重新上传" in result.message.zh and "虚标" not in result.message.zh
    )
    (forged,) = results(make_case(evidence=(video(container_seconds=300.0, playable_seconds=39.0, missing_seconds=1.0),)))
    assert forged.outcome is Outcome.UNMET  # a missing end does not excuse a header that claims more than the index


def test_what_part_of_a_video_was_used_before_is_told() -> None:
    seen = Reuse(ReuseKind.VIDEO, Place("videos/0.mp4", seconds=(0.0, 60.0)), Place("videos/a.mp4", seconds=(60.0, 120.0)), claim_no="CC-9", certain=True)
    (result,) = results(make_case(evidence=(video(),), reuse=(seen,)))
    assert "videos/0.mp4的0:00–1:00" in result.message.zh and "videos/a.mp4的1:00–2:00" in result.message.zh


def test_invoices_claimed_twice() -> None:
    elsewhere = OtherInvoice(Place("invoices/a.pdf"), "12345678", "CC-2", Place("invoices/x.pdf"))
    assert found(replace(CASE, invoices_elsewhere=(elsewhere,))) == [(Outcome.UNMET, "invoice.duplicate")]
    a, b = invoice("invoices/a.pdf"), invoice("invoices/b.pdf")
    assert found(make_case(evidence=(a, b))) == [(Outcome.UNMET, "invoice.duplicate")]
    assert found(make_case(evidence=(a, invoice("invoices/b.pdf", source="ocr")))) == [(Outcome.UNCLEAR, "invoice.duplicate")]
    assert found(make_case(evidence=(a, invoice("invoices/b.pdf", "87654321")))) == [(Outcome.MET, None)]
    same_bytes = tuple(invoice(path, sha256="ab" * 32) for path in ("invoices/a.pdf", "invoices/b.pdf"))
    assert found(make_case(evidence=same_bytes)) == [(Outcome.MET, None)]


def test_nothing_is_met_where_nothing_could_be_compared() -> None:
    unread = tuple(replace(item, facts=None) for item in CASE.evidence)
    assert found(make_case(evidence=unread)) == [(Outcome.NOT_APPLICABLE, None)]
    assert found(make_case(evidence=(document("plan/plan.pdf", EvidenceKind.PLAN),))) == [(Outcome.NOT_APPLICABLE, None)]
