"""What the reviewer's pages share: templates, the store, where a form came from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.adapters.repository import STATUSES
from services.adapters.store import Store
from services.domain.claim import SHANGHAI

_PAGE_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATUS_NAMES = {
    "draft": ("草稿", "draft"),
    "verifying": ("核验中", "verifying"),
    "verified": ("待审核", "verified"),
    "approved": ("已通过", "approved"),
    "rejected": ("已驳回", "rejected"),
    "returned": ("已退回", "returned"),
}
VERDICT_NAMES = {"pass": ("通过", "pass"), "review": ("需人工复核", "review"), "fail": ("不通过", "fail")}
DECISION_NAMES = {"approve": ("通过", "approve"), "reject": ("驳回", "reject"), "return": ("退回补正", "return")}


def _when(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates" / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_pages.filters["when"] = _when
_pages.globals.update(status_names=STATUS_NAMES, verdict_names=VERDICT_NAMES, decision_names=DECISION_NAMES, statuses=STATUSES)


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(_pages.get_template(template).render(**values), status, headers)


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _same_origin(request: Request) -> bool:
    """Whether a form was sent from one of our own pages; the cookie's SameSite=Strict and the session's token are the other locks."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


StoreOf = Annotated[Store, Depends(_store)]
SameOrigin = Annotated[bool, Depends(_same_origin)]


def target_of(untrusted: str) -> str:
    """Where to go after logging in: only to our own pages."""
    return untrusted if untrusted.startswith("/claims/") and "\\" not in untrusted and "//" not in untrusted else "/"
