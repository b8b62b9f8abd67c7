"""Enough video of the training, by what it shows, not by what its header says."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, Evidence
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import VideoFacts
from services.domain.finding import Result
from services.verify.aspects import count_media, listed, refused, seen_stretches
from services.verify.checks import check
from services.verify.match.intervals import total, union
from services.verify.results import met, unclear, unmet

_ROUNDING = 0.5
"""Seconds by which a video cut at a full minute may miss it: its last frame has no length of its own."""

_SLOWED = ("if_recorded_at_25_fps", "if_frames_are_doubled")
_NOT_SLOWED = "if_not_slowed"
"""What counts if a video whose effective seconds are those at its usual speed was not slowed down after all: a human decides."""

_RESCUED, _RESCUED_MOST = "rescued", 2.0
"""A video whose index was lost lasts what its frames last at the rate it was coded for; a phone in poor light may have recorded at half of it."""


@check
def video_length(case: Case, *, minimum_seconds: int) -> Iterator[Result]:
    """At least `minimum_seconds` of video that shows something new, over all distinct valid videos, 七(三)."""
    submitted = case.of(EvidenceKind.VIDEO.value)
    readable = [item for item in submitted if isinstance(item.facts, VideoFacts) and item.facts.playable_seconds > 0]
    turned_away = refused(case, EvidenceKind.VIDEO)
    if not readable:
        yield _missing(submitted, turned_away)
        return
    count = count_media(case, EvidenceKind.VIDEO)
    counted = [_seconds(case, item) for item in count.counted]
    most = sum(high for _, high in (*counted, *(_seconds(case, item) for item in count.doubtful)))
    least = sum(low for low, _ in counted)
    if least >= minimum_seconds - _ROUNDING:
        yield met()
        return
    places = tuple(Place(item.file.path) for item in readable)
    need = _clock(minimum_seconds)
    if most >= minimum_seconds - _ROUNDING or turned_away:
        zh, en = _in_doubt(least, most, minimum_seconds, turned_away)
        slow = [item.file.path for item in (*count.counted, *count.doubtful) if _at_usual_speed(item) is not None]
        if slow:
            zh += f"；视频{listed(slow)}疑似慢放（帧率异常低或画面成倍重复），按正常速度计时长更短"
            en += f"; {listed(slow)} may be slowed down (few or doubled frames) and would be shorter at the usual speed"
        yield unclear("video.too_short", zh, en, subject="视频", expected=minimum_seconds, observed=round(least, 1), evidence=places)
        return
    zh = f"有效视频合计{_clock(most)}，不足{need}（静止、黑屏、循环画面及重复、曾用、摄于培训期外的视频不计），请补充培训过程视频"
    en = f"only {most:.0f} s of valid video, {minimum_seconds} s are needed (frozen, black, looped, repeated, reused and foreign video does not count)"
    yield unmet("video.too_short", zh, en, subject="视频", expected=minimum_seconds, observed=round(most, 1), evidence=places)


def _in_doubt(least: float, most: float, minimum_seconds: int, turned_away: tuple[str, ...]) -> tuple[str, str]:
    zh, en = f"能确认的有效视频{_clock(least)}", f"{least:.0f} s of video surely count"
    if most - least >= 1:
        zh, en = f"{zh}，另有{_clock(most - least)}存疑", f"{en}, {most - least:.0f} s are in doubt"
    if turned_away:
        zh, en = f"{zh}，视频文件{listed(turned_away)}未能接收", f"{en}, {listed(turned_away)} could not be taken in"
    return f"{zh}，须达{_clock(minimum_seconds)}，请人工观看核对", f"{en}, {minimum_seconds} s are needed: watch them"


def _missing(submitted: tuple[Evidence, ...], turned_away: tuple[str, ...]) -> Result:
    places = tuple(Place(item.file.path) for item in submitted)
    if turned_away:
        return unclear("video.missing", f"视频文件未能接收（{'、'.join(turned_away)}），请按提示重新提交", "the videos could not be taken in; hand them in again as told",
                       subject="视频", evidence=places)  # fmt: skip
    if submitted:
        return unmet("video.missing", f"提交的{len(submitted)}个视频文件均无法播放，视为缺少视频，请重新提交", "none of the videos handed in can be played; hand in sound ones",
                     subject="视频", expected=1, observed=0, evidence=places)  # fmt: skip
    return unmet("video.missing", "未提交视频，请补充培训过程视频", "no video was handed in; add video of the training", subject="视频", expected=1, observed=0)


def _seconds(case: Case, item: Evidence) -> tuple[float, float]:
    """Seconds of a video that show something new: (surely, at most). What was seen elsewhere does not count, what is unsure only at most."""
    if not isinstance(item.facts, VideoFacts):
        return 0.0, 0.0
    path = item.file.path
    empty = [span.seconds for span in item.facts.spans if span.certain]
    gone = [*empty, *seen_stretches(case, path, certain=True)]
    unsure = [*gone, *(span.seconds for span in item.facts.spans if not span.certain), *seen_stretches(case, path, certain=False)]
    shown = _witness(item, _NOT_SLOWED) or item.facts.effective_seconds
    most = max(0.0, shown - (_length(gone) - _length(empty))) * (_RESCUED_MOST if _witness(item, _RESCUED) else 1.0)
    least = max(0.0, shown - (_length(unsure) - _length(empty))) * (item.facts.effective_seconds / shown if shown else 1.0)
    usual = _at_usual_speed(item)
    return (least if usual is None else min(least, usual)), most


def _at_usual_speed(item: Evidence) -> float | None:
    """Seconds that a video would last if it is slowed down; None where nothing looks like that."""
    return _witness(item, *_SLOWED)


def _witness(item: Evidence, *names: str) -> float | None:
    witnesses = item.facts.witnesses if isinstance(item.facts, VideoFacts) else ()
    return next((seconds for who, seconds in witnesses if who in names), None)


def _length(stretches: list[tuple[float, float]]) -> float:
    """Seconds covered by stretches, each counted once."""
    return total(union((round(start * 1000), round(end * 1000)) for start, end in stretches)) / 1000


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}分{int(seconds) % 60:02d}秒"
