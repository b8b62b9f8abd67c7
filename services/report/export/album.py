"""The pictures of one report, fetched once, in the order of what matters most, within a budget of bytes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from services.domain.face_files import Snapshots
from services.domain.report import Report
from services.report.export.words import SEVERITIES
from services.report.pictures import Pictures

_PICTURED = {".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".tif", ".tiff", ".bmp", ".pdf"}


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds on pictures. `total` in bytes of JPEG; the report says how many were left out."""

    total: int = 10_500_000
    per_finding: int = 3
    per_code: int = 12
    thumbnails: int = 60
    snapshots: int = 120


@dataclass(slots=True)
class Shown:
    """One picture with its caption; `src` None: it could not be shown."""

    src: str | None
    file: str
    caption: str
    wide: bool = False


@dataclass(slots=True)
class Album:
    """`findings[i]` are the pictures of finding i, `thumbnails` those of files; `omitted`: left out for size or number."""

    findings: dict[int, list[Shown]] = field(default_factory=dict)
    thumbnails: dict[str, str | None] = field(default_factory=dict)
    omitted: int = 0


class _Taker:
    """Fetches pictures until the budget is spent; the same place twice costs once."""

    def __init__(self, pictures: Pictures, budget: Budget) -> None:
        self._pictures = pictures
        self._left = budget.total
        self._seen: dict[str, str | None] = {}

    @property
    def spent(self) -> bool:
        return self._left <= 0

    def place(self, kind: str | None, place: dict[str, Any]) -> str | None:
        key = repr(sorted(place.items(), key=lambda item: item[0]))
        if key not in self._seen:
            self._seen[key] = self._uri(self._fetch(kind, place))
        return self._seen[key]

    def thumbnail(self, file: str) -> str | None:
        return self._uri(self._pictures.thumbnail(file))

    def _fetch(self, kind: str | None, place: dict[str, Any]) -> bytes | None:
        file, box = place["file"], place.get("box")
        if kind == "video" or "seconds" in place:
            start, end = place.get("seconds") or (0.0, 0.0)
            return self._pictures.frame(file, (start + end) / 2)
        return self._pictures.crop(file, place.get("page"), (box[0], box[1], box[2], box[3]) if box else None)

    def _uri(self, data: bytes | None) -> str | None:
        if data is None:
            return None
        self._left -= len(data)
        return "data:image/jpeg;base64," + b64encode(data).decode("ascii")


def fill(report: Report, pictures: Pictures, budget: Budget | None = None) -> Album:
    """Pictures for the findings, the most severe first, then small ones of photos and videos, and of the snapshots of face checks."""
    budget = budget or Budget()
    taker, album = _Taker(pictures, budget), Album()
    kinds = {e["file"]: e["kind"] for e in report.evidence}
    order = sorted(range(len(report.findings)), key=lambda i: list(SEVERITIES).index(report.findings[i]["severity"]))
    used: dict[str, int] = {}
    for index in order:
        finding = report.findings[index]
        for place in places(report, finding):
            if not showable(place, kinds):
                continue
            shown = album.findings.setdefault(index, [])
            if taker.spent or len(shown) >= budget.per_finding or used.get(finding["code"], 0) >= budget.per_code:
                album.omitted += 1
                continue
            src = taker.place(kinds.get(place["file"]), place)
            if src is None and place.get("seconds"):  # a stretch past the last picture: told in words, there is nothing to see
                continue
            used[finding["code"]] = used.get(finding["code"], 0) + 1
            box = place.get("box")
            wide = box is not None and box[2] > 4 * box[3]
            shown.append(Shown(src, place["file"], where(place), wide))
    _thumbnails(report, taker, album, budget)
    _snapshots(report, taker, album, budget)
    return album


def _thumbnails(report: Report, taker: _Taker, album: Album, budget: Budget) -> None:
    for entry in report.evidence:
        if entry["kind"] not in ("photo", "video"):
            continue
        if taker.spent or len(album.thumbnails) >= budget.thumbnails:
            album.omitted += 1
            continue
        album.thumbnails[entry["file"]] = taker.thumbnail(entry["file"])


def _snapshots(report: Report, taker: _Taker, album: Album, budget: Budget) -> None:
    """Checks that did not pass first, then each person's first ones."""
    files = [e["file"] for e in report.evidence if e["kind"] == "face" and e["facts"] is not None]
    known = Snapshots(files)
    looks = [(look["verdict"] == "passed", n, look["snapshot"]) for t in report.trainees for n, look in enumerate((t.get("online") or {}).get("looks", ()))]
    found = (known.find(named) for _, _, named in sorted(looks, key=lambda look: look[:2]))
    taken = 0
    for index in dict.fromkeys(i for i in found if i is not None):
        if taker.spent or taken >= budget.snapshots:
            album.omitted += 1
            continue
        album.thumbnails[files[index]] = taker.thumbnail(files[index])
        taken += 1


def places(report: Report, finding: dict[str, Any]) -> list[dict[str, Any]]:
    """The finding's own places, then twins within this claim: what repeats is shown beside what it repeats."""
    own = report.claim.get("claim_no")
    places = list(finding["evidence"])
    shown = {p["file"] for p in places}
    twins = [{"file": r["file"]} for r in finding["related"] if r["claim_no"] == own and r["file"] not in shown]
    return places + twins


def showable(place: dict[str, Any], kinds: dict[str, str | None]) -> bool:
    return kinds.get(place["file"]) == "video" or PurePosixPath(place["file"]).suffix.lower() in _PICTURED


def where(place: dict[str, Any]) -> str:
    """A place as people say it: file, page, row, seconds."""
    parts = [place["file"]]
    if place.get("page") is not None and (place["page"] > 1 or place.get("row") is not None):
        parts.append(f"第{place['page']}页")
    if place.get("row") is not None:
        parts.append(f"第{place['row']}行")
    if place.get("seconds"):
        parts.append(f"{clock(place['seconds'][0])}–{clock(place['seconds'][1])}")
    return " · ".join(parts)


def clock(seconds: float) -> str:
    """Seconds as m:ss or h:mm:ss."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
