"""Videos show a training that goes on: not frozen, black, looped, or a show of stills."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, Evidence
from services.domain.evidence import Place
from services.domain.facts import Span, SpanKind, VideoFacts
from services.domain.finding import Result
from services.verify.aspects import listed, minutes
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet

_WORDS = {
    SpanKind.FROZEN: ("video.frozen", "画面静止", "the picture is frozen"),
    SpanKind.BLACK: ("video.black", "黑屏", "the picture is black"),
    SpanKind.LOOPED: ("video.looped", "画面循环重复", "the picture repeats itself"),
    SpanKind.SLIDESHOW: ("video.slideshow", "为图片轮播", "it is a show of stills"),
}


@check
def video_content(case: Case) -> Iterator[Result]:
    """One finding per video and kind of empty stretch, what is sure and what is in doubt apart, 七(三)."""
    videos = [item for item in case.of("video") if isinstance(item.facts, VideoFacts)]
    if not videos:
        yield not_applicable()
        return
    findings = [result for item in videos for kind in SpanKind for certain in (True, False) if (result := _of_kind(item, kind, certain))]
    yield from findings or (met(),)


def _of_kind(item: Evidence, kind: SpanKind, certain: bool) -> Result | None:
    spans = [span for span in item.facts.spans if span.kind is kind and span.certain is certain] if isinstance(item.facts, VideoFacts) else []
    if not spans:
        return None
    code, zh, en = _WORDS[kind]
    total = sum(span.seconds[1] - span.seconds[0] for span in spans)
    stretches = listed((_stretch(span, "（同{}起）") for span in spans), 8, more="等{count}段")
    in_english = listed((_stretch(span, " (as from {})") for span in spans), 8, mark=", ", more=" and others, {count} in all")
    file = item.file.path
    places = tuple(Place(file, seconds=span.seconds) for span in spans)
    if certain:
        return unmet(code, f"视频{file}{zh}：{stretches}，合计{total:.0f}秒不计入有效时长", f"{file}: {en} for {total:.0f} s ({in_english}); these seconds do not count",
                     subject=file, expected=0, observed=round(total, 1), evidence=places)  # fmt: skip
    return unclear(code, f"视频{file}疑似{zh}：{stretches}，请人工观看核对", f"{file}: it seems that {en} ({in_english}); watch it", subject=file, observed=round(total, 1),
                   evidence=places)  # fmt: skip


def _stretch(span: Span, repeats: str) -> str:
    """A stretch as people write it; `repeats` says where it was seen before."""
    text = "–".join(map(minutes, span.seconds))
    return text + repeats.format(minutes(span.source[0])) if span.source else text
