"""The page of a claim: what is wrong with it in a minute, and what can be done about it. Long parts are fetched when they come into view."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.adapters.repository.records import Access
from services.report.export.words import Pair
from services.report.workbench.base import page
from services.report.workbench.decisions import standing
from services.report.workbench.dossier import load
from services.report.workbench.gates import ReaderOf, StoreOf
from services.report.workbench.history import ACTIONS, what
from services.report.workbench.routing import pages_of

router = pages_of()

_SHOWN = 300
PARTS = ("timeline", "attendance", "trainees", "evidence", "history")


@router.get("/claims/{claim_id}")
def claim_page(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    store.repository.add_access(caller.id, caller.name, "claim", claim_id)
    values: dict[str, Any] = {"dossier": dossier, "claim": dossier.claim, "caller": caller, "assigned": store.repository.assignment(claim_id)}
    if dossier.report is None:
        return page(request, "claim_unverified.html", **values)
    return page(request, "claim.html", report=dossier.report, v=dossier.view, parts=PARTS, standing=standing(store, dossier, caller), **values)


@router.get("/claims/{claim_id}/pending")
def pending_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    """That a correction is being worked in; once it is, the page is fetched anew."""
    dossier = load(store, caller, claim_id)
    return page(request, "pending.html", claim=dossier.claim, headers={} if dossier.pending else {"HX-Refresh": "true"})


@router.get("/claims/{claim_id}/parts/timeline")
def timeline_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    return page(request, "part_timeline.html", v=dossier.view, paper=False)


@router.get("/claims/{claim_id}/parts/attendance")
def attendance_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    return page(request, "part_attendance.html", v=dossier.view, report=dossier.report, dossier=dossier)


@router.get("/claims/{claim_id}/parts/trainees")
def trainees_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    return page(request, "part_trainees.html", v=dossier.view, report=dossier.report, dossier=dossier)


@router.get("/claims/{claim_id}/parts/evidence")
def evidence_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    return page(request, "part_evidence.html", v=dossier.view, report=dossier.report, dossier=dossier, claim=dossier.claim)


@router.get("/claims/{claim_id}/parts/history")
def history_part(claim_id: str, request: Request, store: StoreOf, caller: ReaderOf) -> HTMLResponse:
    dossier = load(store, caller, claim_id)
    files = {evidence_id: file for file, evidence_id in dossier.ids.items()}
    decisions = {p.id: p for p in store.repository.proposals(claim_id)}

    def about(access: Access) -> Pair:
        return what(access, files, decisions)

    return page(request, "part_history.html", dossier=dossier, accesses=store.repository.accesses(claim_id)[-_SHOWN:], actions=ACTIONS, what=about)
