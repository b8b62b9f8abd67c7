"""Facts + roster + trainees + schedule + other claims -> the frozen case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from services.domain.case import Case, Evidence, FileProblem, Reuse, SessionPresence, TraineeRecord
from services.domain.claim import Claim, Roster, Session, Trainees
from services.domain.evidence import EvidenceKind
from services.domain.facts import FaceSetFacts, LearningLogFacts, PhotoFacts, SheetFacts, VideoFacts
from services.domain.policy import Rules
from services.domain.review import Correction
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.match.attendance import attend
from services.verify.match.conflicts import mark_conflicts, time_conflicts
from services.verify.match.day_parts import span_of
from services.verify.match.kept import kept_evidence, kept_roster
from services.verify.match.learning_time import learn
from services.verify.match.reuse import OwnMedia, find_reuse
from services.verify.match.sheet_reuse import sheet_reuse

F = TypeVar("F", SheetFacts, LearningLogFacts)


def match_case(
    claim: Claim,
    trainees: Trainees | None,
    roster: Roster | None,
    evidence: tuple[Evidence, ...],
    faces: FaceSetFacts | None,
    elsewhere: ClaimsElsewhere,
    rules: Rules,
    intake_problems: tuple[tuple[str, FileProblem], ...],
    reuse: tuple[Reuse, ...] | None = None,
    corrections: Sequence[Correction] = (),
) -> Case:
    """The case of a claim. Nothing here looks at a pixel: a changed roster, law or other claim needs only this again.

    `reuse`: what is known of the same evidence seen before; None: it is looked for. `corrections`: what people said of rows of sheets.
    """
    sheets = _read_as(evidence, EvidenceKind.SIGN_IN_SHEET, SheetFacts)
    media = [OwnMedia(e.file.path, e.file.sha256, e.facts) for e in evidence if isinstance(e.facts, PhotoFacts | VideoFacts)]
    if reuse is None:
        sheet_matches = sheet_reuse(sheets, elsewhere.sheets() if sheets else (), {e.file.path: e.file.sha256 for e in evidence})
        reuse = (*find_reuse(media, elsewhere.media(media) if media else ()), *sheet_matches)
    attendance = attend(sheets, claim, trainees, roster, rules, reuse=reuse, corrections=_by_row(corrections, evidence))
    presences: tuple[tuple[SessionPresence, ...], ...] = attendance.presences
    conflicts = time_conflicts(claim, attendance.sessions, trainees, presences, elsewhere.presences(trainees)) if trainees else ()
    presences = mark_conflicts(presences, conflicts)
    logs = _read_as(evidence, EvidenceKind.LEARNING_LOG, LearningLogFacts)
    learning = learn(logs, faces, claim, trainees, roster, rules, _signed_spans(presences, attendance.sessions))
    staff = kept_roster(roster, trainees, (facts for _, facts in logs), claim.project.start)
    return Case(
        claim=claim,
        rules=rules,
        sessions=attendance.sessions,
        schedule_assumed=attendance.schedule_assumed,
        trainees=trainees,
        roster=staff,
        insured_rows=_insured_rows(trainees, staff),
        evidence=tuple(map(kept_evidence, evidence)),
        attendance=attendance.sheets,
        records=tuple(TraineeRecord(p, t) for p, t in zip(presences, learning.times, strict=True)) if trainees else (),
        online_notes=learning.notes,
        has_face_checks=learning.has_face_checks,
        reuse=reuse,
        subsidies=elsewhere.subsidies(trainees) if trainees else (),
        conflicts=conflicts,
        invoices_elsewhere=elsewhere.invoices(evidence),
        intake_problems=intake_problems,
    )


def _by_row(corrections: Sequence[Correction], evidence: Sequence[Evidence]) -> dict[tuple[str, int, int], Correction]:
    """Corrections hang on a sheet's content: they hold under whatever name it was handed in."""
    return {(e.file.path, c.place.page, c.place.row): c for c in corrections for e in evidence if e.file.sha256 == c.place.sha256}


def _read_as(evidence: Sequence[Evidence], kind: EvidenceKind, facts: type[F]) -> list[tuple[str, F]]:
    return [(e.file.path, e.facts) for e in evidence if e.file.kind is kind and isinstance(e.facts, facts)]


def _signed_spans(presences: Sequence[Sequence[SessionPresence]], sessions: Sequence[Session]) -> list[list[tuple[datetime, datetime]]]:
    return [[span_of(sessions[p.session]) for p in mine if not p.doubts] for mine in presences]


def _insured_rows(trainees: Trainees | None, roster: Roster | None) -> tuple[tuple[int, ...], ...]:
    """For each trainee the rows of the roster with their ID number."""
    if trainees is None:
        return ()
    rows: dict[str, list[int]] = {}
    for index, person in enumerate(roster.people if roster else ()):
        rows.setdefault(person.id_number, []).append(index)
    return tuple(tuple(rows.get(t.id_number, ())) if t.id_number else () for t in trainees.people)
