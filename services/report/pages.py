"""The reviewer's pages: the list of claims, a claim with its report and the decision on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.adapters.access import COOKIE, Caller, Gate, Right, by_session
from services.adapters.announce import announce
from services.adapters.repository import STATUSES
from services.adapters.store import Store
from services.domain.errors import NotFound
from services.report import login
from services.report.frame import DECISION_NAMES, SameOrigin, StoreOf, page
from services.report.login import right_token

router = APIRouter(include_in_schema=False)

_REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_FORMATS = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_PER_PAGE = 50


class _LoggedIn(Gate):
    """Who is logged in and has the right; None: nobody, or somebody without it."""

    right: Right

    def __call__(self, request: Request) -> Caller | None:
        caller = by_session(request.app.state.store, request.cookies.get(COOKIE, ""))
        return caller if caller is not None and caller.may(self.right) else None


CallerOf = Annotated[Caller | None, Depends(_LoggedIn(Right.READ))]
DeciderOf = Annotated[Caller | None, Depends(_LoggedIn(Right.DECIDE))]


def _to_login(target: str = "/") -> RedirectResponse:
    return RedirectResponse(f"/login?to={target}", 303)


@router.get("/")
def claims_page(store: StoreOf, caller: CallerOf, after: str | None = None, status: str | None = None) -> Response:
    if caller is None:
        return _to_login()
    after = after if after and after.isascii() and after.isdigit() and len(after) < 19 else None
    status = status if status in STATUSES else None
    found = store.repository.claims(after=after, limit=_PER_PAGE + 1, status=status)
    following = found[_PER_PAGE - 1].cursor if len(found) > _PER_PAGE else None
    return page("claims.html", claims=found[:_PER_PAGE], following=following, chosen=status, counts=store.repository.count_by_status(), caller=caller)


@router.get("/claims/{claim_id}")
def claim_page(claim_id: str, store: StoreOf, caller: CallerOf) -> Response:
    if caller is None:
        return _to_login(f"/claims/{claim_id}")
    return _claim(store, caller, claim_id)


def _claim(store: Store, caller: Caller, claim_id: str, *, error: str | None = None, status: int = 200) -> Response:
    try:
        claim = store.repository.claim_summary(claim_id)
    except NotFound:
        return page("missing.html", status=404, caller=caller)
    has_report = store.repository.report(claim_id) is not None
    decisions = store.repository.decisions(claim_id)
    return page("claim.html", status=status, claim=claim, has_report=has_report, decisions=decisions, error=error, caller=caller)


@router.post("/claims/{claim_id}/decision")
def decide(
    claim_id: str,
    store: StoreOf,
    caller: DeciderOf,
    same_origin: SameOrigin,
    csrf: Annotated[str, Form(max_length=200)] = "",
    decision: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    if caller is None or not same_origin or not right_token(caller, csrf):
        return _to_login(f"/claims/{claim_id}")
    if decision not in DECISION_NAMES or not reason.strip():
        return _claim(store, caller, claim_id, error="请选择决定并填写理由 · choose a decision and give a reason", status=422)
    with store.repository.transaction():
        try:
            status = store.repository.claim_summary(claim_id).status
        except NotFound:
            return page("missing.html", status=404, caller=caller)
        if status == "verified":
            store.repository.add_decision(claim_id, decision, reason.strip(), caller.name)
            announce(store, "claim.decided", claim_id)
    if status != "verified":
        return _claim(store, caller, claim_id, error="该申报当前不能作出决定 · the claim can't be decided now", status=409)
    return RedirectResponse(f"/claims/{claim_id}", 303)


@router.get("/claims/{claim_id}/report.{extension}")
def report_file(claim_id: str, extension: str, store: StoreOf, caller: CallerOf) -> Response:
    if caller is None:
        return _to_login(f"/claims/{claim_id}")
    data = store.repository.rendering(claim_id, extension) if extension == "html" or extension in _FORMATS else None
    if data is None:
        return page("missing.html", status=404, caller=caller)
    headers = {"Content-Security-Policy": _REPORT_POLICY, "Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN"}
    if extension == "html":
        return Response(data, media_type="text/html; charset=utf-8", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="report-{claim_id}.{extension}"'
    return Response(data, media_type=_FORMATS[extension], headers=headers)


def pages_router() -> APIRouter:
    """The pages, for an app that keeps its store in `app.state.store`."""
    whole = APIRouter()
    whole.routes.extend([*login.router.routes, *router.routes])
    return whole
