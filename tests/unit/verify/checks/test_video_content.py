from __future__ import annotations

import pytest

from services.domain.facts import Span, SpanKind
from services.domain.finding import Outcome
from services.verify.checks.video_content import video_content
from tests.factories import make_case, video


@pytest.mark.parametrize("kind", list(SpanKind))
def test_one_finding_per_video_and_kind_with_its_seconds(kind: SpanKind) -> None:
    spans = (Span(kind, (10.0, 40.5)), Span(kind, (100.0, 130.0)))
    (result,) = video_content(make_case(evidence=(video(0), video(1, spans=spans))))
    assert (result.outcome, result.code, result.subject, result.observed) == (Outcome.UNMET, f"video.{kind.value}", "videos/1.mp4", 60.5)
    assert [place.seconds for place in result.evidence] == [(10.0, 40.5), (100.0, 130.0)]


def test_unsure_spans_are_unclear_and_not_added_to_sure_ones() -> None:
    unsure, sure = Span(SpanKind.LOOPED, (10, 40), certain=False, source=(0, 10)), Span(SpanKind.LOOPED, (50, 60))
    (result,) = video_content(make_case(evidence=(video(0, spans=(unsure,)),)))
    assert result.outcome is Outcome.UNCLEAR
    certain, doubtful = video_content(make_case(evidence=(video(0, spans=(unsure, sure)),)))
    assert (certain.outcome, certain.observed, [p.seconds for p in certain.evidence]) == (Outcome.UNMET, 10, [(50, 60)])
    assert (doubtful.outcome, doubtful.observed, [p.seconds for p in doubtful.evidence]) == (Outcome.UNCLEAR, 30, [(10, 40)])


def test_met_and_not_applicable() -> None:
    assert [r.outcome for r in video_content(make_case())] == [Outcome.MET]
    assert [r.outcome for r in video_content(make_case(evidence=()))] == [Outcome.NOT_APPLICABLE]
