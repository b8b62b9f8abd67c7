"""Enough photos of the training."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import EvidenceKind, Place
from services.domain.finding import Result
from services.verify.aspects import count_media, refused
from services.verify.checks import check
from services.verify.results import met, unclear, unmet


@check
def photo_count(case: Case, *, minimum: int) -> Iterator[Result]:
    """At least `minimum` distinct valid photos of the training, 七(三)."""
    count = count_media(case, EvidenceKind.PHOTO)
    sure, most = len(count.counted), len(count.counted) + len(count.doubtful) + len(refused(case, EvidenceKind.PHOTO))
    if sure >= minimum:
        yield met()
        return
    submitted = case.of(EvidenceKind.PHOTO.value)
    void = len(submitted) - len(count.counted) - len(count.doubtful)
    places = tuple(Place(item.file.path) for item in (count.doubtful if most >= minimum else submitted))
    if most >= minimum:
        yield unclear(
            "photo.too_few",
            f"能确认有效且互不重复的照片{sure}张，另有{most - sure}张存疑，须达{minimum}张，请人工核对存疑照片",
            f"{sure} photos are surely valid and distinct, {most - sure} are in doubt, {minimum} are needed: look at those in doubt",
            subject="照片",
            expected=minimum,
            observed=sure,
            evidence=places,
        )
        return
    minus, minus_en = (
        (f"（共提交{len(submitted)}张，{void}张因无法读取、重复、曾用于其他申报或摄于培训期外不计）", f" ({len(submitted)} handed in, {void} not counted)")
        if void
        else ("", "")
    )
    yield unmet(
        "photo.too_few",
        f"有效且互不重复的照片仅{most}张，少于{minimum}张{minus}，请补充培训过程照片",
        f"only {most} valid, distinct photos, {minimum} are needed{minus_en}; add photos of the training",
        subject="照片",
        expected=minimum,
        observed=most,
        evidence=places,
    )
