"""The reviewer's list of claims: filters, search, sorting, saved ways of looking, and who looks after what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.adapters.repository import STATUSES
from services.adapters.repository.worklist import SORTS, VERDICTS, Worklist
from services.domain.text import Message
from services.report.workbench.base import LANGUAGE_COOKIE, page
from services.report.workbench.gates import PUBLIC, ReaderOf, Refused, StoreOf
from services.report.workbench.routing import pages_of

router = pages_of()

_PER_PAGE = 50
_ASSIGNED = ("", "me", "nobody")


@router.get("/")
def queue_page(
    request: Request,
    store: StoreOf,
    caller: ReaderOf,
    status: Annotated[str, Query(max_length=20)] = "verified",
    verdict: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    assigned: Annotated[str, Query(max_length=20)] = "",
    sort: Annotated[str, Query(max_length=20)] = "oldest",
    after: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """The list, or with HTMX its next rows."""
    chosen = {
        "status": status if status in STATUSES else "all",
        "verdict": verdict if verdict in VERDICTS else "",
        "q": q.strip(),
        "assigned": assigned if assigned in _ASSIGNED else "",
        "sort": sort if sort in SORTS else "oldest",
    }
    wanted = Worklist(
        status=None if chosen["status"] == "all" else chosen["status"],
        verdict=chosen["verdict"] or None,
        text=chosen["q"],
        assigned=caller.id if chosen["assigned"] == "me" else chosen["assigned"] or None,
        sort=chosen["sort"],
        enterprises=caller.enterprises,
    )
    found = store.repository.worklist(wanted, after=after or None, limit=_PER_PAGE + 1)
    following = found[_PER_PAGE - 1].cursor if len(found) > _PER_PAGE else None
    decided = store.repository.standing_proposals([item.claim.id for item in found[:_PER_PAGE]])
    values: dict[str, Any] = {"listed": found[:_PER_PAGE], "decided": decided, "following": following, "chosen": chosen, "caller": caller}
    if after and request.headers.get("hx-request") == "true":
        return page(request, "queue_rows.html", **values)
    return page(
        request,
        "queue.html",
        counts=store.repository.worklist_counts(caller.enterprises),
        statuses=STATUSES,
        verdicts=VERDICTS,
        sorts=tuple(SORTS),
        views=store.repository.saved_views(caller.id),
        after=after,
        **values,
    )


@router.post("/views")
def save_view(store: StoreOf, caller: ReaderOf, name: Annotated[str, Form(max_length=80)] = "", query: Annotated[str, Form(max_length=600)] = "") -> Response:
    if not name.strip():
        raise Refused(422, Message("请为视图取名", "give the view a name"))
    if not store.repository.save_view(caller.id, name.strip(), query.lstrip("?")):
        raise Refused(422, Message("保存的视图已达上限，请先删除旧的", "you have saved as many views as there may be; remove one first"))
    return RedirectResponse(f"/?{query.lstrip('?')}", 303)


@router.post("/views/{view_id}/remove")
def remove_view(view_id: str, store: StoreOf, caller: ReaderOf) -> Response:
    store.repository.drop_view(caller.id, view_id)
    return RedirectResponse("/", 303)


@router.get("/language/{language}", dependencies=[PUBLIC])
def change_language(language: str, request: Request) -> Response:
    """Back to the page it came from, in the other language."""
    back = request.query_params.get("to", "/")
    target = back if back.startswith("/") and not back.startswith("//") and "\\" not in back else "/"
    answer = RedirectResponse(target, 303)
    if language in ("zh", "en"):
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", httponly=True)
    return answer
