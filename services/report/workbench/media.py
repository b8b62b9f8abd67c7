"""Photos with their times, places and twins; videos with their spans on the time bar; learning time in ribbons."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from services.domain.errors import NotFound
from services.domain.face_files import Snapshots
from services.domain.text import Message
from services.report.ribbons import hours_of, ribbons
from services.report.workbench.base import page
from services.report.workbench.dossier import Dossier, load
from services.report.workbench.gates import ReaderOf, StoreOf
from services.report.workbench.routing import pages_of

router = pages_of()

_EARTH_KM = 6371.0
_STRIP = 24
_ROUNDED = 1.5
"""Seconds by which a header and the frames may differ by rounding alone."""
_FAR_KM = 20.0
_MOST_AT_A_PHOTO = 3
_SAME = frozenset(("photo.duplicate", "photo.reused", "video.reused", "video.duplicate", "file.duplicate"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A photo on the sketch around the venue: position in the drawing (0..200), kilometres from the venue."""

    id: str
    x: float
    y: float
    km: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """North is up; `rings` are (radius in the drawing, kilometres)."""

    spots: list[Spot]
    rings: list[tuple[float, float]]


@router.get("/claims/{claim_id}/photos")
def photos_page(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = _verified(load(store, caller, claim_id))
    assert dossier.report is not None
    store.repository.add_access(caller.id, caller.name, "photos", claim_id)
    photos = dossier.entries("photo")
    venue = dossier.report.claim["project"].get("venue")
    said = findings_by_file(dossier)
    together = {index: finding for found in said.values() for index, finding in found if _about_many(finding)}
    return page(
        request,
        "photos.html",
        dossier=dossier,
        claim=dossier.claim,
        caller=caller,
        photos=photos,
        said={file: [(i, f, twins(f, file, dossier.claim.claim_no)) for i, f in found if i not in together] for file, found in said.items()},
        together=[(i, f) for i, f in sorted(together.items()) if {p["file"] for p in f["evidence"]} & {e["file"] for _, e in photos}],
        sketch=sketch(photos, venue),
        venue=venue,
    )


@router.get("/claims/{claim_id}/videos/{evidence_id}")
def video_page(claim_id: str, evidence_id: str, request: Request, store: StoreOf, caller: ReaderOf, at: Annotated[float, Query(ge=0)] = 0.0) -> HTMLResponse:
    dossier = _verified(load(store, caller, claim_id))
    entry = dossier.entry(evidence_id)
    if entry is None or entry["kind"] != "video":
        raise NotFound(Message("该申报没有此视频", "the claim has no such video"))
    store.repository.add_access(caller.id, caller.name, "video", claim_id, evidence_id)
    facts = entry["facts"] or {}
    length = float(facts.get("playable_seconds") or 0.0)
    stated = float(facts.get("container_seconds") or 0.0)
    moments = [length * (i + 0.5) / _STRIP for i in range(_STRIP)] if length else []
    return page(
        request,
        "video.html",
        dossier=dossier,
        claim=dossier.claim,
        caller=caller,
        entry=entry,
        evidence_id=evidence_id,
        moments=moments,
        length=length,
        missing=stated - length if stated - length > _ROUNDED else 0.0,
        at=at,
        said=findings_by_file(dossier).get(entry["file"], []),
        videos=dossier.entries("video"),
    )


@router.get("/claims/{claim_id}/online")
def online_page(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = _verified(load(store, caller, claim_id))
    assert dossier.report is not None
    store.repository.add_access(caller.id, caller.name, "online", claim_id)
    logged = [(number, t) for number, t in enumerate(dossier.report.trainees, start=1) if t.get("online")]
    axis = hours_of([t["online"] for _, t in logged])
    picture = _snapshots(dossier)
    people = [(number, t, ribbons(t["online"], axis, picture)) for number, t in logged]
    reasons = {stretch.reason for _, _, days in people for day in days for stretch in day.stretches}
    findings = [(i, f) for i, f in enumerate(dossier.report.findings) if f["code"].startswith("online.")]
    return page(request, "online.html", dossier=dossier, claim=dossier.claim, caller=caller, people=people, axis=axis, reasons=reasons, findings=findings)


def _snapshots(dossier: Dossier) -> Callable[[str | None], str | None]:
    """What a log calls a snapshot -> the id of the picture, where it was handed in and can be opened."""
    faces = [(id, entry["file"]) for id, entry in dossier.entries("face") if dossier.readable(entry["file"])]
    snapshots = Snapshots(file for _, file in faces)

    def found(named: str | None) -> str | None:
        index = snapshots.find(named)
        return None if index is None else faces[index][0]

    return found


@router.get("/claims/{claim_id}/twin")
def twin(
    claim_id: str, store: StoreOf, caller: ReaderOf, claim_no: Annotated[str, Query(max_length=200)], file: Annotated[str, Query(max_length=1000)]
) -> Response:
    """Where a file of another claim can be seen: a redirect to its picture. Claims that are not the caller's business are not there."""
    load(store, caller, claim_id)
    for other in store.repository.claims_by_number(claim_no):
        if not caller.sees(other.uscc):
            continue
        dossier = load(store, caller, other.id)
        evidence = dossier.ids.get(file)
        if evidence is not None:
            return Response(status_code=303, headers={"Location": f"/claims/{other.id}/files/{evidence}/small.jpg?side=640", "Cache-Control": "no-store"})
    raise NotFound(Message("另一申报的该文件不可见", "that file of the other claim cannot be seen"))


def _about_many(finding: Mapping[str, Any]) -> bool:
    """A finding about the photos as a whole: it is said once, not at each of them."""
    return len({p["file"] for p in finding["evidence"]}) > _MOST_AT_A_PHOTO


def twins(finding: Mapping[str, Any], file: str, claim_no: str) -> list[tuple[str, str]]:
    """(claim number, file) of what a finding calls the same as a file."""
    if finding["code"] not in _SAME:
        return []
    others = [(claim_no, p["file"]) for p in finding["evidence"]] + [(r.get("claim_no") or claim_no, r["file"]) for r in finding["related"] if r.get("file")]
    return [other for other in dict.fromkeys(others) if other != (claim_no, file)][:2]


def findings_by_file(dossier: Dossier) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """File -> its findings with their numbers, info and what is met left out."""
    assert dossier.report is not None
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for index, finding in enumerate(dossier.report.findings):
        for file in dict.fromkeys(p["file"] for p in finding["evidence"]):
            found.setdefault(file, []).append((index, finding))
    return found


def sketch(photos: Sequence[tuple[str, Mapping[str, Any]]], venue: Mapping[str, Any] | None) -> Sketch | None:
    """Photos around the venue; None where neither has coordinates. Far ones are drawn at the rim, so that near ones stay apart."""
    if not venue or venue.get("lat") is None or venue.get("lon") is None:
        return None
    lat, lon = float(venue["lat"]), float(venue["lon"])
    placed = [(i, f["latitude"], f["longitude"]) for i, e in photos if (f := e["facts"]) and f.get("latitude") is not None and f.get("longitude") is not None]
    spots = []
    for evidence, la, lo in placed:
        north = math.radians(la - lat) * _EARTH_KM
        east = math.radians(lo - lon) * _EARTH_KM * math.cos(math.radians(lat))
        km = math.hypot(north, east)
        reach = _reach(km)
        scale = reach / km if km else 0.0
        spots.append(Spot(evidence, 100 + east * scale, 100 - north * scale, km))
    return Sketch(spots, [(_reach(km), km) for km in (1.0, 5.0, _FAR_KM)]) if spots else None


def _reach(km: float) -> float:
    """Distance from the middle of the drawing: logarithmic, the rim at 200 km and beyond."""
    return 92 * min(1.0, math.log1p(km) / math.log1p(200.0))


def _verified(dossier: Dossier) -> Dossier:
    if dossier.report is None:
        raise NotFound(Message("该申报尚未核验", "the claim has not been verified yet"))
    return dossier
