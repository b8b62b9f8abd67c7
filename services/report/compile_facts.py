"""Facts of evidence files in the published form: what a reviewer may see, never what a machine compares by.

Face vectors, recognisers' posteriors, ink bitmaps and kept frames stay inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.domain.case import Case, Evidence
from services.domain.claim import Insured, RejectedRow, Trainee
from services.domain.facts import (
    DocumentFacts,
    FaceSetFacts,
    LearningLogFacts,
    LoggedPerson,
    PhotoFacts,
    SheetFacts,
    SheetPage,
    TimeWitness,
    VideoFacts,
    Watermark,
)
from services.domain.log_rows import NO_TIME, CheckTable, SessionTable, moment_of
from services.report.plain import jsonable, message, moment, no_blanks, rounded

_REJECTED_SHOWN = 200


def evidence_json(case: Case) -> list[dict[str, Any]]:
    """One entry per file, in the case's order."""
    accounts = _accounts(case)
    return [
        {
            "file": e.file.path,
            "kind": e.file.kind.value if e.file.kind else None,
            "sha256": e.file.sha256,
            "facts": _facts(e, accounts),
            "size": e.file.size,
            "media_type": e.file.media_type,
            "problems": [{"code": p.code, "message": message(p.message)} for p in e.problems],
        }
        for e in case.evidence
    ]


def _facts(evidence: Evidence, accounts: Mapping[str, str]) -> dict[str, Any] | None:
    facts = evidence.facts
    if isinstance(facts, VideoFacts):
        return video(facts)
    if isinstance(facts, PhotoFacts):
        return photo(facts)
    if isinstance(facts, LearningLogFacts):
        return learning_log(facts, accounts)
    if isinstance(facts, SheetFacts):
        return sheet(facts)
    if isinstance(facts, DocumentFacts):
        return document(facts)
    if isinstance(facts, FaceSetFacts):
        return face(facts, evidence.file.path)
    return None


def video(facts: VideoFacts) -> dict[str, Any]:
    return {
        "container_seconds": None if facts.container_seconds is None else rounded(facts.container_seconds),
        "playable_seconds": rounded(facts.playable_seconds),
        "effective_seconds": rounded(facts.effective_seconds),
        "recorded_at": moment(facts.recorded_at),
        "width": facts.width,
        "height": facts.height,
        "fps": None if facts.fps is None else rounded(facts.fps, 3),
        "codec": facts.codec,
        "spans": [_span(s) for s in facts.spans],
        "recorded_at_source": facts.recorded_at_source,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "software": facts.software,
        "witnesses": [{"source": who, "seconds": rounded(seconds)} for who, seconds in facts.witnesses],
        "time": _time(facts.time_agreement, facts.time_confidence, facts.times),
        "watermark": None if facts.watermark is None else _watermark(facts.watermark),
    }


def _time(agreement: str | None, confidence: float | None, witnesses: tuple[TimeWitness, ...]) -> dict[str, Any]:
    """Who states when a picture was taken, and how far they agree."""
    return {
        "agreement": agreement,
        "confidence": confidence,
        "witnesses": [{"source": w.source, "at": moment(w.at), "zone_known": w.zone_known, "precision_seconds": w.precision} for w in witnesses],
    }


def _span(span: Any) -> dict[str, Any]:
    out = {"kind": span.kind.value, "seconds": [rounded(v) for v in span.seconds], "certain": span.certain}
    if span.source is not None:
        out["source"] = [rounded(v) for v in span.source]
    return out


def photo(facts: PhotoFacts) -> dict[str, Any]:
    return {
        "width": facts.width,
        "height": facts.height,
        "taken_at": moment(facts.taken_at),
        "taken_at_source": facts.taken_at_source,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "camera": facts.camera,
        "software": facts.software,
        "faces": facts.faces,
        "hash": facts.hash,
        "edited_by": facts.edited_by,
        "screenshot": facts.screenshot,
        "time": _time(facts.time_agreement, facts.time_confidence, facts.witnesses),
        "position_source": facts.position_source,
        "watermark": None if facts.watermark is None else _watermark(facts.watermark),
    }


def _watermark(stamp: Watermark) -> dict[str, Any]:
    return {
        "date": stamp.date.isoformat(),
        "taken_at": moment(stamp.taken_at),
        "place": stamp.place,
        "latitude": stamp.latitude,
        "longitude": stamp.longitude,
        "text": list(stamp.text),
        "confidence": stamp.confidence,
        "box": list(stamp.box),
    }


def learning_log(facts: LearningLogFacts, accounts: Mapping[str, str]) -> dict[str, Any]:
    """Counts; `people` are the distinct persons of sessions and checks, one who appears by account and by number once."""
    sessions, checks = SessionTable.of(facts.sessions), CheckTable.of(facts.checks)
    people = _people([*sessions.people, *checks.people], accounts)
    starts, ends = (memoryview(column).cast("q") for column in (sessions.start, sessions.end))
    times = [*starts, *(end for end in ends if end != NO_TIME)]
    return {
        "people": people,
        "sessions": len(facts.sessions),
        "face_checks": len(facts.checks),
        "rejected_rows": len(facts.rejected),
        "first": moment(moment_of(min(times))) if times else None,
        "last": moment(moment_of(max(times))) if times else None,
        "rejected": [rejected(r) for r in facts.rejected[:_REJECTED_SHOWN]],
    }


def rejected(row: RejectedRow) -> dict[str, Any]:
    out = {"row": row.row, "reason": message(row.reason)}
    return out if row.table is None else {**out, "table": row.table}


def _people(people: Iterable[LoggedPerson], accounts: Mapping[str, str]) -> int:
    listed = list(people)
    known = dict(accounts)
    for p in listed:
        if p.account and p.id_number:
            known.setdefault(p.account, p.id_number)
    keys = {p.id_number or (known.get(p.account, p.account) if p.account else None) or p.employee_no or p.phone or p.name for p in listed}
    return len(keys - {None})


def _accounts(case: Case) -> dict[str, str]:
    people: list[Insured | Trainee] = [*(case.roster.people if case.roster else ()), *(case.trainees.people if case.trainees else ())]
    return {p.account: p.id_number for p in people if p.account and p.id_number}


def sheet(facts: SheetFacts) -> dict[str, Any]:
    return {"pages": [_page(p) for p in facts.pages], "engine": facts.engine}


def _page(page: SheetPage) -> dict[str, Any]:
    return {
        "page": page.page,
        "width": page.width,
        "height": page.height,
        "title": page.title,
        "date": jsonable(page.date.value) if page.date else None,
        "date_text": page.date.text if page.date else None,
        "part": page.part,
        "course": page.course,
        "place": page.place,
        "legible": page.legible,
        "rows": sum(len(t.rows) for t in page.tables),
        "columns": [no_blanks(c.header) for t in page.tables for c in t.columns],
    }


def document(facts: DocumentFacts) -> dict[str, Any]:
    return {
        "pages": facts.pages,
        "text_source": facts.text_source,
        "characters": len(facts.text),
        "dates": [d.isoformat() for d in facts.dates[:50]],
        "table_rows": len(facts.table_rows),
        "invoice": jsonable(facts.invoice),
    }


def face(facts: FaceSetFacts, path: str) -> dict[str, Any]:
    """What was seen in one picture of the set; distances stay inside."""
    own = next((p for p in facts.pictures if p.path == path), None)
    if own is not None:
        return {"faces": own.faces, "usable": own.usable, "reason": own.reason}
    why = dict(facts.unreadable).get(path)
    return {"faces": None, "usable": False, "reason": why}
