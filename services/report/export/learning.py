"""Online learning in the page: each person's days as ribbons, and where the snapshots of their face checks stand."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from services.domain.face_files import Snapshots
from services.domain.report import Report
from services.report.export.album import Album
from services.report.export.words import ONLINE
from services.report.ribbons import Axis, Ribbon, hours_of, ribbons

_MOST_DAYS = 31


class Learning:
    """`files`: how many files of the claim the page lists."""

    def __init__(self, report: Report, album: Album, files: int) -> None:
        self._trainees = report.trainees
        faces = (e["file"] for e in report.evidence[:files] if e["kind"] == "face" and album.thumbnails.get(e["file"]))
        self.shots = {file: f"shot{n}" for n, file in enumerate(dict.fromkeys(faces))}
        """Where each picture of a face that is shown stands in the page."""
        self._snapshots = Snapshots(self.shots)

    @cached_property
    def hours(self) -> Axis:
        return hours_of([t["online"] for t in self._trainees if t.get("online")])

    def days(self, trainee: dict[str, Any]) -> list[Ribbon]:
        """The first month of the person's days."""
        return ribbons(trainee["online"], self.hours, self._shot)[:_MOST_DAYS] if trainee.get("online") else []

    def _shot(self, named: str | None) -> str | None:
        at = self._snapshots.find(named)
        return None if at is None else f"shot{at}"


def shares(trainee: dict[str, Any]) -> list[tuple[str, str, float, int | float]]:
    """(reason, zh, share of the logged time in per cent, minutes), what counted first."""
    minutes: dict[str, float] = (trainee.get("online") or {}).get("minutes", {})
    total = sum(minutes.values())
    if total <= 0:
        return []
    return [(reason, ONLINE[reason][0], 100 * m / total, m) for reason, m in sorted(minutes.items(), key=lambda item: item[0] != "counted") if m > 0]
