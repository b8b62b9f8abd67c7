"""The reviewer's pages: log in, the list of claims, a claim with its report and the decision on it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.adapters.access import COOKIE, Caller, by_key, by_session, open_session
from services.adapters.repository import STATUSES
from services.adapters.store import Store
from services.domain.claim import SHANGHAI
from services.domain.errors import NotFound

router = APIRouter(include_in_schema=False)

_PAGE_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_FORMATS = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_STATUS_NAMES = {
    "draft": ("草稿", "draft"),
    "verifying": ("核验中", "verifying"),
    "verified": ("待审核", "verified"),
    "approved": ("已通过", "approved"),
    "rejected": ("已驳回", "rejected"),
    "returned": ("已退回", "returned"),
}
_VERDICT_NAMES = {"pass": ("通过", "pass"), "review": ("需人工复核", "review"), "fail": ("不通过", "fail")}
_DECISION_NAMES = {"approve": ("通过", "approve"), "reject": ("驳回", "reject"), "return": ("退回补正", "return")}
_PER_PAGE = 50


def _when(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates" / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_pages.filters["when"] = _when
_pages.globals.update(status_names=_STATUS_NAMES, verdict_names=_VERDICT_NAMES, decision_names=_DECISION_NAMES, statuses=STATUSES)


def _page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(_pages.get_template(template).render(**values), status, headers)


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _caller(request: Request) -> Caller | None:
    """Who is logged in; None: nobody."""
    return by_session(_store(request), request.cookies.get(COOKIE, ""))


def _same_origin(request: Request) -> bool:
    """Whether a form was sent from one of our own pages; the cookie's SameSite=Strict is the other lock."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


StoreOf = Annotated[Store, Depends(_store)]
CallerOf = Annotated[Caller | None, Depends(_caller)]
SameOrigin = Annotated[bool, Depends(_same_origin)]


def _to_login(target: str = "/") -> RedirectResponse:
    return RedirectResponse(f"/login?to={target}", 303)


def _target(untrusted: str) -> str:
    """Where to go after logging in: only to our own pages."""
    return untrusted if untrusted.startswith("/claims/") and "\\" not in untrusted and "//" not in untrusted else "/"


@router.get("/login")
def login_page(to: str = "/") -> HTMLResponse:
    return _page("login.html", to=_target(to), wrong=False)


@router.post("/login")
def login(store: StoreOf, same_origin: SameOrigin, key: Annotated[str, Form(max_length=200)] = "", to: Annotated[str, Form(max_length=300)] = "/") -> Response:
    caller = by_key(store, key.strip()) if same_origin and key.strip() else None
    if caller is None:
        return _page("login.html", status=403, to=_target(to), wrong=True)
    answer = RedirectResponse(_target(to), 303)
    life = store.settings.session_seconds
    answer.set_cookie(COOKIE, open_session(store, caller), max_age=life, httponly=True, samesite="strict", secure=store.settings.secure_cookies)
    return answer


@router.post("/logout")
def logout(same_origin: SameOrigin) -> Response:
    answer = RedirectResponse("/login", 303)
    if same_origin:
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/")
def claims_page(store: StoreOf, caller: CallerOf, after: str | None = None, status: str | None = None) -> Response:
    if caller is None:
        return _to_login()
    after = after if after and after.isascii() and after.isdigit() and len(after) < 19 else None
    status = status if status in STATUSES else None
    found = store.repository.claims(after=after, limit=_PER_PAGE + 1, status=status)
    following = found[_PER_PAGE - 1].cursor if len(found) > _PER_PAGE else None
    return _page("claims.html", claims=found[:_PER_PAGE], following=following, chosen=status, counts=store.repository.count_by_status(), caller=caller)


@router.get("/claims/{claim_id}")
def claim_page(claim_id: str, store: StoreOf, caller: CallerOf) -> Response:
    if caller is None:
        return _to_login(f"/claims/{claim_id}")
    return _claim(store, caller, claim_id)


def _claim(store: Store, caller: Caller, claim_id: str, *, error: str | None = None, status: int = 200) -> Response:
    try:
        claim = store.repository.claim_summary(claim_id)
    except NotFound:
        return _page("missing.html", status=404, caller=caller)
    has_report = store.repository.report(claim_id) is not None
    decisions = store.repository.decisions(claim_id)
    return _page("claim.html", status=status, claim=claim, has_report=has_report, decisions=decisions, error=error, caller=caller)


@router.post("/claims/{claim_id}/decision")
def decide(
    claim_id: str,
    store: StoreOf,
    caller: CallerOf,
    same_origin: SameOrigin,
    decision: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    if caller is None or not same_origin:
        return _to_login(f"/claims/{claim_id}")
    if decision not in _DECISION_NAMES or not reason.strip():
        return _claim(store, caller, claim_id, error="请选择决定并填写理由 · choose a decision and give a reason", status=422)
    with store.repository.transaction():
        try:
            status = store.repository.claim_summary(claim_id).status
        except NotFound:
            return _page("missing.html", status=404, caller=caller)
        if status == "verified":
            store.repository.add_decision(claim_id, decision, reason.strip(), caller.name)
    if status != "verified":
        return _claim(store, caller, claim_id, error="该申报当前不能作出决定 · the claim can't be decided now", status=409)
    return RedirectResponse(f"/claims/{claim_id}", 303)


@router.get("/claims/{claim_id}/report.{extension}")
def report_file(claim_id: str, extension: str, store: StoreOf, caller: CallerOf) -> Response:
    if caller is None:
        return _to_login(f"/claims/{claim_id}")
    data = store.repository.rendering(claim_id, extension) if extension == "html" or extension in _FORMATS else None
    if data is None:
        return _page("missing.html", status=404, caller=caller)
    headers = {"Content-Security-Policy": _REPORT_POLICY, "Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN"}
    if extension == "html":
        return Response(data, media_type="text/html; charset=utf-8", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="report-{claim_id}.{extension}"'
    return Response(data, media_type=_FORMATS[extension], headers=headers)


def pages_router() -> APIRouter:
    """The pages, for an app that keeps its store in `app.state.store`."""
    return router
