"""What the pages show of one claim: its report, and what people added to it."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from services.adapters.access import Caller
from services.adapters.repository import ClaimSummary
from services.adapters.store import Store
from services.domain.report import Report
from services.domain.review import DISMISSED, CorrectionRecord, OpinionRecord, RowPlace, finding_key, open_findings
from services.report.export.album import Album, Shown, places, showable, where
from services.report.export.view import Bounds, View
from services.report.workbench.correctable import beyond_correction
from services.report.workbench.gates import seen_claim

_PICTURES = 4
"""At most so many pictures of a finding; the last one says how many more there are."""
BOUNDS = Bounds(findings_per_group=200, pictures_per_group=60, trainees=5000, traces=5000, matrix_rows=1000, matrix_columns=120, matrix_block=80, files=2000)


@dataclass
class Dossier:
    """`report` None: the claim has not been verified yet. `ids`: file of the report -> id of the evidence."""

    claim: ClaimSummary
    report: Report | None
    ids: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[RowPlace, CorrectionRecord] = field(default_factory=dict)
    opinions: Mapping[str, OpinionRecord] = field(default_factory=dict)
    pending: bool = False
    """A row was corrected after the report was made: the claim is being verified again."""

    @cached_property
    def keys(self) -> list[str]:
        """Of each finding of the report its key."""
        return [finding_key(f) for f in self.report.findings] if self.report else []

    @property
    def dismissed(self) -> set[str]:
        return {key for key, opinion in self.opinions.items() if opinion.opinion == DISMISSED}

    @cached_property
    def open(self) -> list[Mapping[str, Any]]:
        return open_findings(self.report.findings, self.dismissed) if self.report else []

    @property
    def beyond_correction(self) -> int:
        """How many open findings no letter can ask to be corrected."""
        return beyond_correction(self.open)

    @property
    def critical_open(self) -> int:
        return sum(f["severity"] == "critical" for f in self.open)

    @property
    def critical_dismissed(self) -> int:
        return sum(self.report.findings[i]["severity"] == "critical" for i, key in enumerate(self.keys) if key in self.dismissed) if self.report else 0

    @cached_property
    def view(self) -> View:
        assert self.report is not None
        return View(self.report, self._album(), BOUNDS)

    def entry(self, evidence_id: str) -> dict[str, Any] | None:
        """The file of the report with this id."""
        assert self.report is not None
        return next((e for e in self.report.evidence if self.ids.get(e["file"]) == evidence_id), None)

    def entries(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """(id, file) of a kind, in the report's order."""
        assert self.report is not None
        return [(self.ids[e["file"]], e) for e in self.report.evidence if e["kind"] == kind and e["file"] in self.ids]

    def picture(self, place: Mapping[str, Any]) -> str | None:
        """The address of a small picture of a place: a part of a page outlined, or a frame of a video."""
        evidence = self.ids.get(place["file"])
        if evidence is None or not self.readable(place["file"]):
            return None
        start = f"/claims/{self.claim.id}/files/{evidence}"
        if place.get("seconds"):
            a, b = place["seconds"]
            return f"{start}/frame.jpg?at={(a + b) / 2:.2f}"
        box = place.get("box")
        if box is None:
            return f"{start}/small.jpg?side=640&page={place.get('page') or 1}"
        return f"{start}/crop.jpg?page={place.get('page') or 1}&box={','.join(f'{v:.5f}' for v in box)}"

    def link(self, place: Mapping[str, Any], kind: str | None) -> str | None:
        """The page on which a place can be looked at."""
        evidence = self.ids.get(place["file"])
        start = f"/claims/{self.claim.id}"
        if evidence is None or kind is None:
            return None
        if kind == "sign_in_sheet":
            row = f"&row={place['row']}" if place.get("row") else ""
            return f"{start}/sheets/{evidence}?page={place.get('page') or 1}{row}"
        if kind == "video":
            at = f"?at={place['seconds'][0]:.1f}" if place.get("seconds") else ""
            return f"{start}/videos/{evidence}{at}"
        if kind == "photo":
            return f"{start}/photos#{evidence}"
        return f"{start}/online" if kind in ("learning_log", "face") else f"{start}/files/{evidence}/original"

    def readable(self, file: str) -> bool:
        """Whether something was read in a file, so that there is a picture to show of it."""
        return file in self._readable

    @cached_property
    def _readable(self) -> set[str]:
        return {e["file"] for e in self.report.evidence if e["facts"] is not None} if self.report else set()

    def kind_of(self, file: str) -> str | None:
        return self._kinds.get(file)

    @cached_property
    def _kinds(self) -> dict[str, str | None]:
        return {e["file"]: e["kind"] for e in self.report.evidence} if self.report else {}

    def _album(self) -> Album:
        assert self.report is not None
        album = Album()
        for index, finding in enumerate(self.report.findings):
            seen = [p for p in places(self.report, finding) if showable(p, self._kinds)]
            shown = album.findings.setdefault(index, [])
            for place in seen[:_PICTURES]:
                source = self.picture(place)
                if source is not None:
                    box = place.get("box")
                    shown.append(Shown(source, place["file"], where(place), box is not None and box[2] > 4 * box[3]))
            if shown and len(seen) > _PICTURES:
                shown[-1].caption += f" · 另有{len(seen) - _PICTURES}张"
        return album


def load(store: Store, caller: Caller, claim_id: str) -> Dossier:
    """Raises NotFound for a claim that is not there, or not the caller's business."""
    summary = seen_claim(store, caller, claim_id)
    report = _report(store, claim_id)
    if report is None:
        return Dossier(summary, None)
    corrections = {c.correction.place: c for _, c in store.repository.corrections(claim_id)}
    stamp = store.repository.report_stamp(claim_id)
    pending = stamp is not None and summary.status == "verified" and any(c.created_at > stamp for c in corrections.values())
    return Dossier(summary, report, _ids(store, claim_id, report), corrections, store.repository.opinions(claim_id), pending)


_KEPT: OrderedDict[tuple[str, datetime], Report] = OrderedDict()
_KEPT_LOCK = threading.Lock()
_MOST_KEPT = 8


def _report(store: Store, claim_id: str) -> Report | None:
    """The report as it is now. The last few are kept read: a page fetches its parts one by one."""
    stamp = store.repository.report_stamp(claim_id)
    if stamp is None:
        return None
    key = (claim_id, stamp)
    with _KEPT_LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    plain = store.repository.report(claim_id)
    if plain is None:
        return None
    report = Report.from_json(plain)
    with _KEPT_LOCK:
        _KEPT[key] = report
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return report


def _ids(store: Store, claim_id: str, report: Report) -> dict[str, str]:
    """The report masks paths, so files are told by their content and kind, and several of one content by their order."""
    waiting: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    for evidence_id, file in sorted(store.repository.evidence_with_ids(claim_id), key=lambda item: item[1].path):
        waiting[file.sha256, file.kind.value if file.kind else None].append(evidence_id)
    found = {}
    for entry in report.evidence:
        same = waiting[entry["sha256"], entry["kind"]]
        if same:
            found[entry["file"]] = same.pop(0) if len(same) > 1 else same[0]
    return found


def file_name(path: str) -> str:
    """The name that a download is saved under, as a header takes it."""
    return quote(PurePosixPath(path).name)
