"""Rosters: the insured employees of an enterprise, a new version at each call."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request

from services.domain.identity import normalise_number, uscc_problem
from services.domain.text import Message
from services.ingest.api.common import PREFIX, TABLE_BODY, CallerOf, StoreOf, in_thread, problem_answers, rejected_view
from services.ingest.bodies import table_body
from services.ingest.problems import Problem
from services.ingest.tables import read_roster, roster_from_json

router = APIRouter(prefix=PREFIX, tags=["rosters"])

_CODE = re.compile(r"[0-9A-Z]{1,32}")


@router.put(
    "/enterprises/{uscc}/roster",
    summary="A new version of an enterprise's roster",
    responses=problem_answers(400, 413, 415, 422),
    openapi_extra={"requestBody": TABLE_BODY},
)
async def put_roster(uscc: str, request: Request, store: StoreOf, _caller: CallerOf) -> dict[str, Any]:
    """A table file (xlsx, xls, csv) as multipart `file`, or a JSON list of objects. Wrong rows are named, the others taken."""
    code = normalise_number(uscc)
    if not _CODE.fullmatch(code):
        raise Problem(422, "uscc-invalid", Message("统一社会信用代码应为字母和数字", "a unified social credit code is made of letters and digits"))
    async with table_body(request, store.settings.max_body_bytes) as (value, path, name):
        roster = await in_thread(lambda: roster_from_json(value) if path is None else read_roster(path, name))
    version = await in_thread(lambda: store.repository.put_roster(code, None, roster))
    doubt = uscc_problem(code)  # told, not refused: a claim under the same code is to find its roster
    warning = None if doubt is None else {"zh": doubt.zh, "en": doubt.en}
    return {"version": version, "taken": len(roster.people), "rejected": rejected_view(roster.rejected), "warning": warning}
