"""Each photo and each video is handed in once."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, Reuse, ReuseKind
from services.domain.facts import PhotoFacts, VideoFacts
from services.domain.finding import Result
from services.verify.aspects import related_to, stretch
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet

_WORDS = {ReuseKind.PHOTO: ("photo.duplicate", "照片", "photo"), ReuseKind.VIDEO: ("video.duplicate", "视频", "video")}


@check
def media_distinct(case: Case) -> Iterator[Result]:
    """No photo or video twice within the claim, 七(三). One finding per repeated file. Where none can be read there is nothing to compare."""
    if not any(isinstance(item.facts, PhotoFacts | VideoFacts) for item in case.of("photo", "video")):
        yield not_applicable()
        return
    repeats: dict[str, Reuse] = {}
    for reuse in case.reuse:
        known = repeats.get(reuse.place.file)
        if reuse.kind in _WORDS and reuse.claim_no is None and (known is None or (reuse.certain, -reuse.distance) > (known.certain, -known.distance)):
            repeats[reuse.place.file] = reuse
    yield from [_finding(case, reuse) for reuse in repeats.values()] or (met(),)


def _finding(case: Case, reuse: Reuse) -> Result:
    code, zh, en = _WORDS[reuse.kind]
    one, other = reuse.place.file, reuse.other.file
    places, related = (reuse.place, reuse.other), related_to(case, reuse)
    mine, mine_en = stretch(reuse.place)
    theirs, theirs_en = stretch(reuse.other)
    if reuse.certain:
        return unmet(
            code,
            f"{zh}{one}{mine}与{other}{theirs}内容相同，只计一次",
            f"{en} {one}{mine_en} shows the same as {other}{theirs_en}; counted once",
            subject=one,
            evidence=places,
            related=related,
        )
    return unclear(
        code,
        f"{zh}{one}{mine}与{other}{theirs}疑似相同，请人工比对",
        f"{en} {one}{mine_en} may show the same as {other}{theirs_en}; compare by eye",
        subject=one,
        evidence=places,
        related=related,
    )
