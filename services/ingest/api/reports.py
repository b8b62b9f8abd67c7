"""The report of a claim, as JSON and as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response

from services.domain.text import Message
from services.ingest.api.common import PREFIX, ClaimId, StoreOf, answers, problem_answers, seen_claim
from services.ingest.api.gates import ReaderOf
from services.ingest.api.models import ReportView
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["reports"])

_FORMATS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BEGINNINGS = {"html": "<!DOCTYPE html>…", "pdf": "%PDF-1.7…", "xlsx": "PK…"}
_CONTENT = {"application/json": {"example": ReportView.model_config["json_schema_extra"]["example"]}} | {  # type: ignore[index]
    media_type: {"example": _BEGINNINGS[extension]} for extension, media_type in _FORMATS.items()
}
REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What a report may load: nothing but what is inside it."""


@router.get("/claims/{claim_id}/report", summary="The report", responses=answers(404, _200=ReportView))
def get_report(claim_id: ClaimId, store: StoreOf, caller: ReaderOf) -> JSONResponse:
    seen_claim(store, caller, claim_id)
    report = store.repository.report(claim_id)
    if report is None:
        raise no_report()
    return JSONResponse(report, headers={"Cache-Control": "no-store"})


@router.get(
    "/claims/{claim_id}/report.{extension}",
    summary="The report as html, pdf or xlsx",
    response_class=Response,
    responses=problem_answers(404) | {200: {"description": "The report in that form", "content": _CONTENT}},
)
def get_rendering(
    claim_id: ClaimId, extension: Annotated[str, Path(description="json, html, pdf or xlsx", examples=["pdf"])], store: StoreOf, caller: ReaderOf
) -> Response:
    summary = seen_claim(store, caller, claim_id)
    if extension == "json":
        return get_report(claim_id, store, caller)
    data = store.repository.rendering(claim_id, extension) if extension in _FORMATS else None
    if data is None:
        raise no_report()
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": REPORT_POLICY, "X-Content-Type-Options": "nosniff"}
    if extension != "html":
        headers["Content-Disposition"] = f'attachment; filename="report-{summary.id}.{extension}"'
    return Response(data, media_type=_FORMATS[extension], headers=headers)


def no_report() -> Problem:
    return Problem(404, "no-report", Message("尚无报告：请先提交并等待核验完成", "there is no report yet: submit the claim and wait until it is verified"))
