from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.domain.case import FileProblem, Reuse, ReuseKind
from services.domain.claim import SHANGHAI
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import Span, SpanKind
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.video_length import video_length
from tests.factories import evidence, make_case, video


def found(*videos, **fields):  # type: ignore[no-untyped-def]
    (result,) = video_length(make_case(evidence=videos, **fields), minimum_seconds=300)
    return result.outcome, result.code


def same(**fields):  # type: ignore[no-untyped-def]
    return Reuse(ReuseKind.VIDEO, Place("videos/1.mp4"), Place("videos/0.mp4"), **fields)


def test_seconds_add_up_over_videos() -> None:
    assert found(video(0, 300)) == (Outcome.MET, None)
    assert found(video(0, 150), video(1, 150)) == (Outcome.MET, None)
    assert found(video(0, 150), video(1, 140)) == (Outcome.UNMET, "video.too_short")


def test_what_shows_nothing_new_does_not_count() -> None:
    assert found(video(0, 400, effective_seconds=200.0)) == (Outcome.UNMET, "video.too_short")


def test_repeated_reused_and_foreign_videos_do_not_count() -> None:
    pair = (video(0, 200), video(1, 200))
    assert found(*pair, reuse=(same(),)) == (Outcome.UNMET, "video.too_short")
    assert found(*pair, reuse=(same(claim_no="CC-2"),)) == (Outcome.UNMET, "video.too_short")
    assert found(*pair, reuse=(same(claim_no="CC-2", first=True),)) == (Outcome.MET, None)
    past = datetime(2021, 9, 1, 9, 0, tzinfo=SHANGHAI)
    assert found(video(0, 200), video(1, 200, recorded_at=past)) == (Outcome.UNMET, "video.too_short")


def test_of_a_video_partly_seen_before_the_rest_counts() -> None:
    pair, stretch = (video(0, 200), video(1, 200)), Place("videos/1.mp4", seconds=(0.0, 90.0))
    part = Reuse(ReuseKind.VIDEO, stretch, Place("videos/0.mp4", seconds=(10.0, 100.0)))
    assert found(*pair, reuse=(part,)) == (Outcome.MET, None)
    assert found(*pair, reuse=(replace(part, place=replace(stretch, seconds=(0.0, 110.0))),)) == (Outcome.UNMET, "video.too_short")
    assert found(*pair, reuse=(replace(part, place=replace(stretch, seconds=(0.0, 110.0)), certain=False),)) == (Outcome.UNCLEAR, "video.too_short")
    frozen = (video(0, 200), video(1, 200, effective_seconds=110.0, spans=(Span(SpanKind.FROZEN, (0.0, 90.0)),)))
    assert found(*frozen, reuse=(part,)) == (Outcome.MET, None)


def test_doubt_makes_it_unclear() -> None:
    maybe = Span(SpanKind.LOOPED, (100.0, 300.0), certain=False)
    assert found(video(0, 400, spans=(maybe,))) == (Outcome.UNCLEAR, "video.too_short")
    assert found(video(0, 200), video(1, 200), reuse=(same(certain=False),)) == (Outcome.UNCLEAR, "video.too_short")
    late_in_utc = datetime(2021, 11, 10, 1, 0, tzinfo=SHANGHAI)
    assert found(video(0, 400, recorded_at=late_in_utc)) == (Outcome.UNCLEAR, "video.too_short")


def test_what_may_be_slowed_down_is_unclear_and_says_so() -> None:
    slowed = video(0, 400, witnesses=(("format", 400.0), ("if_recorded_at_25_fps", 80.0)))
    (result,) = video_length(make_case(evidence=(slowed,)), minimum_seconds=300)
    assert (result.outcome, result.observed) == (Outcome.UNCLEAR, 80.0)
    assert "慢放" in result.message.zh and "videos/0.mp4" in result.message.zh and "5分20秒存疑" in result.message.zh
    assert found(slowed, video(1, 300)) == (Outcome.MET, None)


def test_nothing_in_doubt_is_not_called_in_doubt() -> None:
    refused = ("videos/b.mp4", FileProblem("file.too_large", Message("过大", "too large")))
    (result,) = video_length(make_case(evidence=(video(0, 200),), intake_problems=(refused,)), minimum_seconds=300)
    assert result.outcome is Outcome.UNCLEAR and "存疑" not in result.message.zh and "未能接收" in result.message.zh


def test_no_video_and_none_that_plays() -> None:
    assert found() == (Outcome.UNMET, "video.missing")
    assert found(evidence("videos/a.mp4", EvidenceKind.VIDEO)) == (Outcome.UNMET, "video.missing")
    problem = FileProblem("file.too_large", Message("过大", "too large"))
    assert found(intake_problems=(("视频/a.mp4", problem),)) == (Outcome.UNCLEAR, "video.missing")


@given(st.lists(st.floats(0, 400), min_size=1, max_size=6), st.floats(0, 400))
def test_more_video_is_never_worse(seconds: list[float], more: float) -> None:
    order = [Outcome.UNMET, Outcome.UNCLEAR, Outcome.MET]
    videos = [video(i, s) for i, s in enumerate(seconds)]
    assert order.index(found(*videos, video(99, more))[0]) >= order.index(found(*videos)[0])
