"""Photos and videos are from the days of the training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.domain.case import Case, Evidence
from services.domain.claim import SHANGHAI
from services.domain.evidence import Place
from services.domain.facts import PhotoFacts, VideoFacts
from services.domain.finding import Result
from services.verify.aspects import listed, local_day, outside_training
from services.verify.checks import check
from services.verify.media_clocks import as_told, unsure, witnesses_of
from services.verify.results import info, met, not_applicable, unclear, unmet


@check
def media_time(case: Case, *, burst_seconds: int, burst_photos: int) -> Iterator[Result]:
    """Taken within the training's days, 七(三); a missing time is told, not held against anybody.

    `burst_photos` or more photos, all taken within `burst_seconds`, are told as an info (practice).
    """
    media = [item for item in case.of("photo", "video") if isinstance(item.facts, PhotoFacts | VideoFacts)]
    if not media:
        yield not_applicable()
        return
    findings = [result for item in media if (result := _outside(case, item))]
    photos = [(item, item.facts) for item in media if isinstance(item.facts, PhotoFacts)]
    findings += _timeless([item for item, facts in photos if facts.taken_at is None and facts.watermark is None], len(photos))
    findings += [_contradicted(item) for item in media if isinstance(item.facts, PhotoFacts | VideoFacts) and item.facts.time_agreement == "disagree"]
    findings += _burst(photos, burst_seconds, burst_photos)
    yield from findings or (met(),)


def _outside(case: Case, item: Evidence) -> Result | None:
    facts = item.facts
    if not isinstance(facts, PhotoFacts | VideoFacts):
        return None
    outside = outside_training(case, facts)
    moment = _moment(facts)
    if outside is False or moment is None:
        return None
    start, end = case.claim.project.start.isoformat(), case.claim.project.end.isoformat()
    file, day = item.file.path, local_day(moment).isoformat()
    code, what, verb, verb_en = (
        ("photo.taken_outside_training", "照片", "拍摄", "taken")
        if isinstance(facts, PhotoFacts)
        else ("video.recorded_outside_training", "视频", "录制", "recorded")
    )
    if outside:
        return unmet(code, f"{what}{file}{verb}于{day}，不在培训期{start}至{end}内，不计入", f"{file} was {verb_en} on {day}, outside the training ({start} to {end}); not counted",
                     subject=file, expected=[start, end], observed=moment.astimezone(SHANGHAI).isoformat(), evidence=(Place(file),))  # fmt: skip
    zh, en, observed = unsure(case, facts, moment)
    return unclear(code, f"{what}{file}{zh}不在培训期{start}至{end}内，请人工核对", f"{file}: {en}, outside the training ({start} to {end}): check by eye",
                   subject=file, expected=[start, end], observed=observed, evidence=(Place(file),))  # fmt: skip


def _moment(facts: PhotoFacts | VideoFacts) -> datetime | None:
    """When it was taken; where a stamp has a day only, that day."""
    moment = facts.recorded_at if isinstance(facts, VideoFacts) else facts.taken_at
    return moment or next((witness.at for witness in witnesses_of(facts)), None)


def _contradicted(item: Evidence) -> Result:
    """Told, not held against anybody: a clock may be wrong."""
    assert isinstance(item.facts, PhotoFacts | VideoFacts)
    witnesses, file = witnesses_of(item.facts), item.file.path
    said = as_told(witnesses)
    code, what, verb = ("photo.witnesses_disagree", "照片", "拍摄") if isinstance(item.facts, PhotoFacts) else ("video.witnesses_disagree", "视频", "录制")
    return info(code, f"{what}{file}的{verb}时间来源互相矛盾：{'，'.join(f'{zh}{when}' for zh, _, when in said)}",
                f"what {file} says about its time disagrees: {', '.join(f'{source} {when}' for _, source, when in said)}",
                subject=file, observed=[w.at.isoformat() for w in witnesses], evidence=(Place(file),))  # fmt: skip


def _timeless(items: list[Evidence], photos: int) -> Iterator[Result]:
    if not items:
        return
    names = listed((item.file.path for item in items), 10, more="等")
    yield info("photo.time_missing", f"{photos}张照片中有{len(items)}张没有拍摄时间（常见于微信转发），无法核对拍摄日期：{names}",
               f"{len(items)} of {photos} photos carry no time (as after sending by chat), so their day cannot be checked", subject="照片", observed=len(items),
               evidence=tuple(Place(item.file.path) for item in items))  # fmt: skip


def _burst(photos: list[tuple[Evidence, PhotoFacts]], seconds: int, least: int) -> Iterator[Result]:
    times = [facts.taken_at for _, facts in photos if facts.taken_at is not None]
    if len(times) < max(2, least):
        return
    spread = (max(times) - min(times)).total_seconds()
    if spread <= seconds:
        yield info("photo.taken_in_burst", f"{len(times)}张照片均在{spread:.0f}秒内拍摄，难以反映培训整体过程", f"all {len(times)} photos with a time were taken within {spread:.0f} s",
                   subject="照片", expected=seconds, observed=round(spread), evidence=tuple(Place(item.file.path) for item, facts in photos if facts.taken_at))  # fmt: skip
