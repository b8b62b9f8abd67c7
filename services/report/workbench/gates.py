"""Who may open a page. Nobody logged in is sent to the login page; a changing call shows the session's token, which other sites cannot read."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.adapters.access import COOKIE, Caller, Gate, Right, by_session
from services.adapters.repository import ClaimSummary
from services.adapters.repository.claims import no_claim
from services.adapters.store import Store
from services.domain.text import Message

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
_SAFE = frozenset(("GET", "HEAD"))


class Turned(Exception):
    """The call ends here with this answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Refused(Exception):
    """The call may not be done; the page says why."""

    def __init__(self, status: int, message: Message) -> None:
        super().__init__(message.en)
        self.status = status
        self.message = message


class NeedsPage(Gate):
    """Lets people with a right pass to a page. Raises Turned (to the login page) or Refused (403)."""

    right: Right

    async def __call__(self, request: Request) -> Caller:
        caller = by_session(store_of(request), request.cookies.get(COOKIE, ""))
        if caller is None:
            raise Turned(_to_login(request))
        if request.method not in _SAFE and not await _shows_token(request, caller):
            raise Refused(403, Message("页面已过期，请刷新后重试", "the page is out of date; reload it and try again"))
        if not caller.may(self.right):
            raise Refused(
                403, Message(f"您的角色（{caller.role}）无此权限（{self.right.value}）", f"your role ({caller.role}) may not do this ({self.right.value})")
            )
        request.state.caller = caller
        return caller


class PublicPage(Gate):
    def __init__(self) -> None:
        super().__init__(None)

    def __call__(self) -> None:
        """Everybody may pass."""


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def seen_claim(store: Store, caller: Caller, claim_id: str) -> ClaimSummary:
    """A claim that is the caller's business. Raises NotFound, as if the others were not there."""
    summary = store.repository.claim_summary(claim_id)
    if not caller.sees(summary.uscc):
        raise no_claim(claim_id)
    return summary


async def _shows_token(request: Request, caller: Caller) -> bool:
    shown = request.headers.get(CSRF_HEADER)
    if shown is None:
        shown = str((await request.form()).get(CSRF_FIELD, ""))
    return caller.csrf is not None and hmac.compare_digest(caller.csrf.encode(), shown.encode("utf-8", "replace"))


def _to_login(request: Request) -> Response:
    path = request.url.path
    target = f"/login?to={quote(path)}" if request.method in _SAFE and path.startswith("/claims/") else "/login"
    if request.headers.get("hx-request") == "true":  # a part of a page would be swapped in: the whole page has to go
        return HTMLResponse("", 401, {"HX-Redirect": target})
    return RedirectResponse(target, 303)


PUBLIC = Depends(PublicPage())
StoreOf = Annotated[Store, Depends(store_of)]
ReaderOf = Annotated[Caller, Depends(NeedsPage(Right.READ))]
DeciderOf = Annotated[Caller, Depends(NeedsPage(Right.DECIDE))]
ViewerOf = Annotated[Caller, Depends(NeedsPage(Right.ORIGINALS))]
