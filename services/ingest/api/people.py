"""Tables of people: the trainees of a claim, the roster of an enterprise."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from services.adapters.access import Right
from services.domain.claim import SHANGHAI, Roster, Trainees
from services.domain.errors import NotFound
from services.domain.identity import mask_id_number, normalise_number, uscc_problem
from services.domain.text import Message
from services.ingest.api.common import (
    PREFIX,
    TABLE_BODY,
    ClaimId,
    SandboxOf,
    StoreOf,
    answers,
    claim_detail,
    in_thread,
    open_claim,
    rejected_view,
    seen_claim,
    unchanged_claim,
)
from services.ingest.api.gates import ReaderOf, WriterOf
from services.ingest.api.matching import IfMatch, etag_of, require_match
from services.ingest.api.models import RosterView, TableTaken, TraineesView
from services.ingest.bodies import table_body
from services.ingest.children import in_child
from services.ingest.problems import Problem
from services.ingest.tables import read_roster, read_trainees, roster_from_json, trainees_from_json

router = APIRouter(prefix=PREFIX)

_CODE = re.compile(r"[0-9A-Z]{1,32}")
Uscc = Annotated[str, Path(description="unified social credit code, 18 letters and digits", examples=["91220101MA0Y2XQW66"])]


@router.put(
    "/claims/{claim_id}/trainees",
    tags=["claims"],
    summary="The people the subsidy is claimed for",
    responses=answers(400, 404, 409, 412, 413, 415, 422, _200=TableTaken),
    openapi_extra={"requestBody": TABLE_BODY},
)
async def put_trainees(claim_id: ClaimId, request: Request, store: StoreOf, sandbox: SandboxOf, caller: WriterOf, if_match: IfMatch = None) -> JSONResponse:
    """A table file (xlsx, xls, csv) as multipart `file`, or a JSON list of objects. Wrong rows are named, the others taken."""

    def may_be_put() -> None:
        unchanged_claim(store, caller, claim_id, if_match)
        open_claim(store, claim_id)

    await in_thread(may_be_put)
    async with table_body(request, store.settings.max_body_bytes) as (value, path, name):
        trainees: Trainees = await in_thread(lambda: trainees_from_json(value) if path is None else in_child(sandbox, read_trainees, path, name))
    _some(len(trainees.people), len(trainees.rejected))

    def keep() -> str:
        with store.repository.transaction():
            may_be_put()
            store.repository.put_trainees(claim_id, trainees)
            return etag_of(claim_detail(store, store.repository.claim_summary(claim_id)))

    etag = await in_thread(keep)
    return JSONResponse({"taken": len(trainees.people), "rejected": rejected_view(trainees.rejected)}, headers={"ETag": etag})


def _some(taken: int, rejected: int) -> None:
    """A table of nobody is a mistake of the caller, not a table."""
    if not taken and not rejected:
        raise Problem(422, "table-empty", Message("表中没有人员，请核对后重新提交", "there is nobody in the table; look at it and send it again"))


@router.get("/claims/{claim_id}/trainees", tags=["claims"], summary="The trainees, ID numbers masked", responses=answers(404, 422, _200=TraineesView))
def get_trainees(
    claim_id: ClaimId,
    store: StoreOf,
    caller: ReaderOf,
    identities: Annotated[bool, Query(description="ID numbers in full: needs the right `identities`, and is written down")] = False,
) -> JSONResponse:
    summary = seen_claim(store, caller, claim_id)
    trainees = store.repository.trainees(claim_id)
    if identities:
        if not caller.may(Right.IDENTITIES):
            raise Problem(403, "forbidden", Message("您无权查看完整身份证号", "you may not see ID numbers in full"), right=Right.IDENTITIES.value)
        store.repository.add_access(caller.id, caller.name, "identities", claim_id, f"{len(trainees.people) if trainees else 0} trainees")
    people = [
        {
            "name": p.name,
            "id_number": p.id_number if identities else mask_id_number(p.id_number),
            "category": p.category,
            "class_hours": None if p.class_hours is None else str(p.class_hours),
            "amount": None if p.amount is None else str(p.amount),
        }
        for p in (trainees.people if trainees else ())
    ]
    view = {"people": people, "rejected": rejected_view(trainees.rejected) if trainees else []}
    return JSONResponse(view, headers={"ETag": etag_of(claim_detail(store, summary)), "Cache-Control": "no-store"})


@router.put(
    "/enterprises/{uscc}/roster",
    tags=["rosters"],
    summary="A new version of an enterprise's roster",
    responses=answers(400, 404, 412, 413, 415, 422, _200=TableTaken),
    openapi_extra={"requestBody": TABLE_BODY},
)
async def put_roster(uscc: Uscc, request: Request, store: StoreOf, sandbox: SandboxOf, caller: WriterOf, if_match: IfMatch = None) -> JSONResponse:
    """A table file (xlsx, xls, csv) as multipart `file`, or a JSON list of objects. Wrong rows are named, the others taken."""
    code = normalise_number(uscc)
    if not _CODE.fullmatch(code):
        raise Problem(422, "uscc-invalid", Message("统一社会信用代码应为字母和数字", "a unified social credit code is made of letters and digits"))
    _own_enterprise(caller.sees(code))
    async with table_body(request, store.settings.max_body_bytes) as (value, path, name):
        roster: Roster = await in_thread(lambda: roster_from_json(value) if path is None else in_child(sandbox, read_roster, FilePath(path), name))
    _some(len(roster.people), len(roster.rejected))

    def keep() -> str:
        with store.repository.transaction():
            if if_match is not None:
                newest = store.repository.newest_roster(code)
                require_match(if_match, f'"{newest[0]}"' if newest else None)
            return store.repository.put_roster(code, None, roster)

    version = await in_thread(keep)
    doubt = uscc_problem(code)  # told, not refused: a claim under the same code is to find its roster
    warning = None if doubt is None else {"zh": doubt.zh, "en": doubt.en}
    view: dict[str, Any] = {"version": version, "taken": len(roster.people), "rejected": rejected_view(roster.rejected), "warning": warning}
    return JSONResponse(view, headers={"ETag": f'"{version}"'})


@router.get("/enterprises/{uscc}/roster", tags=["rosters"], summary="Which roster is in force", responses=answers(404, _200=RosterView))
def get_roster(uscc: Uscc, store: StoreOf, caller: ReaderOf) -> JSONResponse:
    """Its version and size; the people on it are not given out."""
    code = normalise_number(uscc)
    newest = store.repository.newest_roster(code) if _CODE.fullmatch(code) and caller.sees(code) else None
    _own_enterprise(newest is not None)
    assert newest is not None
    version, roster, created_at = newest
    view = {"version": version, "people": len(roster.people), "rejected": len(roster.rejected), "created_at": created_at.astimezone(SHANGHAI).isoformat()}
    return JSONResponse(view, headers={"ETag": f'"{version}"'})


def _own_enterprise(is_there: bool) -> None:
    """An enterprise that is not the caller's is answered as one that handed in nothing."""
    if not is_there:
        raise NotFound(Message("没有该企业的名册", "there is no roster of this enterprise"))
