"""A sheet beside what was read in it: a box per row, coloured by what became of it, and the correction of who a row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.adapters.access import Right
from services.domain.claim import Trainee
from services.domain.errors import NotFound
from services.domain.facts import SheetFacts
from services.domain.review import STRANGER, Correction, CorrectionRecord, RowPlace
from services.domain.text import Message
from services.report.export import words
from services.report.workbench import sheet_findings
from services.report.workbench.bands import bands
from services.report.workbench.base import page
from services.report.workbench.dossier import Dossier, load
from services.report.workbench.gates import DeciderOf, ReaderOf, Refused, StoreOf
from services.report.workbench.routing import pages_of

router = pages_of()

PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@dataclass
class ShownRow:
    """A row of the page; `entries`: its reading in each session that the page covers."""

    row: int
    box: list[float]
    status: str
    tone: str
    first: dict[str, Any]
    signed: list[tuple[str, bool]] = field(default_factory=list)
    correction: CorrectionRecord | None = None


@dataclass(frozen=True, slots=True)
class ShownSession:
    """What a page was taken to cover; `known`: whether its day was read on it, or how else it was told."""

    date: str | None
    part: words.Pair | None
    known: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    page: int
    sessions: list[ShownSession]
    rows: list[ShownRow]
    facts: dict[str, Any] | None


@router.get("/claims/{claim_id}/sheets/{evidence_id}")
def sheet_page(
    claim_id: str,
    evidence_id: str,
    request: Request,
    store: StoreOf,
    caller: ReaderOf,
    number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
    row: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    entry = _entry(dossier, evidence_id)
    store.repository.add_access(caller.id, caller.name, "sheet", claim_id, f"{evidence_id} {number}")
    shown = shown_page(dossier, entry, number)
    count = len((entry["facts"] or {}).get("pages") or [None])
    facts = store.repository.latest_facts(entry["sha256"], "sheet")
    report = dossier.report
    assert report is not None
    people = {r.row: r.first.get("trainee") for r in shown.rows}
    return page(
        request,
        "sheet.html",
        dossier=dossier,
        claim=dossier.claim,
        caller=caller,
        entry=entry,
        evidence_id=evidence_id,
        shown=shown,
        count=count,
        bands=bands(facts, number) if isinstance(facts, SheetFacts) else {},
        said=sheet_findings.of_page(report.findings, report.claim["claim_no"], entry["file"], number),
        said_of_rows=sheet_findings.of_rows(report.findings, report.trainees, entry["file"], number, people),
        chosen=row,
        sheets=dossier.entries("sign_in_sheet"),
        people=report.trainees,
        may_correct=caller.may(Right.DECIDE) and dossier.claim.status == "verified",
        stranger=STRANGER,
    )


@router.post("/claims/{claim_id}/sheets/{evidence_id}/rows/{row}")
def correct_row(
    claim_id: str,
    evidence_id: str,
    row: int,
    store: StoreOf,
    caller: DeciderOf,
    number: Annotated[int, Form(ge=1, le=10_000, alias="page")],
    person: Annotated[str, Form(max_length=20)] = "",
    signed: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Say who a row is: a trainee by number in the list, `nobody` listed, or with no person take the correction back. The claim is judged anew."""
    dossier = load(store, caller, claim_id)
    if dossier.claim.status != "verified":
        raise Refused(412, Message("申报已不在审核中，不能更正", "the claim is not under review any more; nothing can be corrected"))
    entry = _entry(dossier, evidence_id)
    place = RowPlace(entry["sha256"], number, row)
    machine = next((r.first for r in shown_page(dossier, entry, number).rows if r.row == row), None)
    if machine is None:
        raise Refused(422, Message(f"该页没有第{row}行", f"there is no row {row} on this page"))
    if person and not reason.strip():
        raise Refused(422, Message("更正一行须填写理由", "a row is corrected with a reason"))
    trainees = store.repository.trainees(claim_id)
    with store.repository.transaction():
        if not person:
            store.repository.withdraw_correction(claim_id, place)
        else:
            said = {k: machine.get(k) for k in ("status", "name", "id_number", "confidence", "signed")}
            correction = Correction(place, _person(person, trainees.people if trainees else ()), _signed(signed), caller.name, reason.strip())
            store.repository.add_correction(claim_id, correction, actor=caller.id, machine=said)
        store.repository.add_access(caller.id, caller.name, "correction" if person else "correction.withdrawn", claim_id, f"{evidence_id} {number} {row}")
        store.queue.enqueue("verify.again", claim_id=claim_id)
    return RedirectResponse(f"/claims/{claim_id}/sheets/{evidence_id}?page={number}&row={row}", 303)


def shown_page(dossier: Dossier, entry: Mapping[str, Any], number: int) -> ShownPage:
    """The rows of a page, in order, over all sessions that the page covers."""
    assert dossier.report is not None
    rows: dict[int, ShownRow] = {}
    sessions = []
    for attendance in dossier.report.attendance:
        if attendance["file"] != entry["file"] or attendance["page"] != number:
            continue
        sessions.append(ShownSession(attendance["date"], words.PARTS.get(attendance["part"] or ""), attendance.get("date_known") or "read"))
        for found in attendance["rows"]:
            row = rows.get(found["row"])
            if row is None:
                place = RowPlace(entry["sha256"], number, found["row"])
                row = rows[found["row"]] = ShownRow(found["row"], found["box"], found["status"], "", found, correction=dossier.corrections.get(place))
            row.signed += [(header, state) for header, state in (found["signed"] or {}).items() if (header, state) not in row.signed]
    for row in rows.values():
        row.tone = _tone(row)
    facts = next((p for p in (entry["facts"] or {}).get("pages", ()) if p["page"] == number), None)
    return ShownPage(number, sessions, [rows[n] for n in sorted(rows)], facts)


def _tone(row: ShownRow) -> str:
    """good: a trainee who signed; idle: nothing to look at; doubt: for a human; bad: does not count."""
    if row.status in ("empty", "crossed_out"):
        return "idle"
    if row.status == "ambiguous" or row.first.get("doubts"):
        return "doubt"
    if row.status == "unknown" or row.first.get("trainee") is None:
        return "bad"
    return "good" if all(state for _, state in row.signed) else "idle"


def _entry(dossier: Dossier, evidence_id: str) -> dict[str, Any]:
    entry = dossier.entry(evidence_id) if dossier.report else None
    if entry is None or entry["kind"] != "sign_in_sheet":
        raise NotFound(Message("该申报没有此签到表", "the claim has no such sheet"))
    return entry


def _person(untrusted: str, trainees: tuple[Trainee, ...]) -> str:
    """The ID number of a trainee of the list (or the name of one without), or STRANGER."""
    if untrusted == STRANGER:
        return STRANGER
    if not untrusted.isascii() or not untrusted.isdigit() or int(untrusted) >= len(trainees):
        raise Refused(422, Message("所选人员不在申报名单中", "the person chosen is not in the list of trainees"))
    chosen = trainees[int(untrusted)]
    return chosen.id_number or f"name:{chosen.name}"


def _signed(untrusted: str) -> bool | None:
    return {"yes": True, "no": False}.get(untrusted)
