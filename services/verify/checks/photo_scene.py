"""Photos are from the place of the training and show people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.facts import PhotoFacts
from services.domain.finding import Result
from services.verify.aspects import listed, shows_nothing
from services.verify.checks import check
from services.verify.results import info, met, not_applicable, unclear, unmet

_EARTH_KM = 6371.0088
_FEW = 5
"""A hint only: faces seen from the side or behind are not counted, but of a full room some are."""


@check
def photo_scene(case: Case, *, far_km: Decimal) -> Iterator[Result]:
    """No photo from farther than `far_km` from the venue (practice, 七(三)); a photo without people, and photos of far fewer people than signed, are told as infos.

    Without a photo's coordinates there is no distance to judge; without the venue's, those of the photos are left to a human.
    """
    photos = [(item.file.path, item.facts) for item in case.of("photo") if isinstance(item.facts, PhotoFacts)]
    findings = [result for path, facts in photos if (result := _far(case, path, facts, float(far_km)))]
    findings += _nowhere(case, [path for path, facts in photos if _position(facts)])
    nothing = [path for path, facts in photos if shows_nothing(facts)]
    if nothing:
        findings.append(unclear("photo.no_people", f"{len(nothing)}张照片画面为单一颜色，看不出任何内容，不能直接计入，请人工核对：{listed(nothing, 10, more='等')}",
                                f"{len(nothing)} photos show one colour and nothing else, so they are not counted by themselves: look at them", subject="照片", observed=len(nothing),
                                evidence=tuple(Place(path) for path in nothing)))  # fmt: skip
    empty = [path for path, facts in photos if facts.faces == 0 and path not in nothing]
    if empty:
        findings.append(info("photo.no_people", f"{len(empty)}张照片中未识别到人员（背影、远景也可能如此）：{listed(empty, 10, more='等')}", f"no people were seen in {len(empty)} photos",
                             subject="照片", observed=len(empty), evidence=tuple(Place(path) for path in empty)))  # fmt: skip
    findings += _few(case, [(path, facts.faces) for path, facts in photos if facts.faces])
    if findings:
        yield from findings
    else:
        yield met() if photos else not_applicable()


def _far(case: Case, path: str, facts: PhotoFacts, far_km: float) -> Result | None:
    venue, position = _venue(case), _position(facts)
    if venue is None or position is None:
        return None
    distance = distance_km(venue, position)
    if distance <= far_km:
        return None
    where = f"{position[0]:.4f}, {position[1]:.4f}"
    if facts.position_source == "watermark":  # read by OCR, from a stamp that is only drawn
        return unclear("photo.far_from_venue", f"照片{path}水印上的位置（{where}）距培训地点{distance:.1f}公里，超过{far_km:g}公里，请人工核对",
                       f"the stamp in {path} says {where}, {distance:.1f} km from the venue (more than {far_km:g} km): check by eye",
                       subject=path, expected=far_km, observed=round(distance, 1), evidence=(Place(path, box=facts.watermark.box if facts.watermark else None),))  # fmt: skip
    return unmet(
        "photo.far_from_venue",
        f"照片{path}的拍摄位置（{where}）距培训地点{distance:.1f}公里，超过{far_km:g}公里",
        f"{path} was taken at {where}, {distance:.1f} km from the venue (more than {far_km:g} km)",
        subject=path,
        expected=far_km,
        observed=round(distance, 1),
        evidence=(Place(path),),
    )


def _few(case: Case, seen: list[tuple[str, int]]) -> list[Result]:
    """No photo shows a fifth as many faces as people signed for the fullest session."""
    signed = max(Counter(session for record in case.records for session in {p.session for p in record.presences}).values(), default=0)
    path, most = max(seen, key=lambda photo: photo[1], default=("", 0))
    if not most or most * _FEW >= signed:
        return []
    return [info("photo.few_people", f"一张照片中最多识别到{most}张人脸，而同一课次签到达{signed}人（背影、侧面不计，仅供参考）",
                 f"no photo shows more than {most} faces, {signed} people signed for one session (a hint: backs and profiles are not counted)",
                 subject="照片", expected=signed, observed=most, evidence=(Place(path),))]  # fmt: skip


def _nowhere(case: Case, located: list[str]) -> list[Result]:
    """The photos say where they were taken, the claim does not say where the training was."""
    if not located or _venue(case) is not None:
        return []
    return [unclear("photo.far_from_venue", f"申报未填写培训地点坐标（project.venue 的 lat、lon），无法核对{len(located)}张照片的拍摄位置，请人工核对",
                    f"the claim gives no coordinates of the venue (project.venue lat, lon), so the places of {len(located)} photos cannot be checked: check by eye",
                    subject="venue", evidence=tuple(Place(path) for path in located))]  # fmt: skip


def _venue(case: Case) -> tuple[float, float] | None:
    venue = case.claim.project.venue
    return None if venue is None or venue.lat is None or venue.lon is None else (venue.lat, venue.lon)


def _position(facts: PhotoFacts) -> tuple[float, float] | None:
    """Latitude and longitude; 0, 0 is what a receiver without a fix writes."""
    if facts.latitude is None or facts.longitude is None or (facts.latitude == 0 and facts.longitude == 0):
        return None
    return facts.latitude, facts.longitude


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in km of two (latitude, longitude) in degrees, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, point)) for point in (a, b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(h)))
