from __future__ import annotations

from dataclasses import replace

from services.domain.case import Reuse, ReuseKind
from services.domain.evidence import Place
from services.domain.finding import Outcome
from services.verify.checks.media_distinct import media_distinct
from tests.factories import make_case

A, B, C = (Place(f"photos/{name}.jpg") for name in "012")


def found(*reuse: Reuse):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code, r.subject) for r in media_distinct(make_case(reuse=reuse))]


def test_met_without_repeats() -> None:
    assert found() == [(Outcome.MET, None, "")]


def test_one_finding_per_repeated_file() -> None:
    assert found(Reuse(ReuseKind.PHOTO, B, A), Reuse(ReuseKind.PHOTO, C, A, certain=False), Reuse(ReuseKind.PHOTO, C, B)) == [
        (Outcome.UNMET, "photo.duplicate", B.file),
        (Outcome.UNMET, "photo.duplicate", C.file),
    ]
    assert found(Reuse(ReuseKind.VIDEO, Place("videos/1.mp4"), Place("videos/0.mp4"), certain=False)) == [(Outcome.UNCLEAR, "video.duplicate", "videos/1.mp4")]


def test_other_claims_and_other_kinds_are_told_elsewhere() -> None:
    assert found(Reuse(ReuseKind.PHOTO, B, A, claim_no="CC-2"), Reuse(ReuseKind.SHEET, B, A)) == [(Outcome.MET, None, "")]


def test_not_applicable_without_media() -> None:
    assert [r.outcome for r in media_distinct(make_case(evidence=()))] == [Outcome.NOT_APPLICABLE]


def test_nothing_is_met_where_nothing_could_be_compared() -> None:
    unread = tuple(replace(item, facts=None) for item in make_case().evidence)
    assert [r.outcome for r in media_distinct(make_case(evidence=unread))] == [Outcome.NOT_APPLICABLE]
