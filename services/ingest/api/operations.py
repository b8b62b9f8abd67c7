"""For operators: alive, ready, figures, and the list of calls."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from services.adapters.antivirus import ScannerAway, version
from services.adapters.figures import registry
from services.domain.text import Message
from services.ingest.api.common import StoreOf, problem_answers
from services.ingest.api.gates import PUBLIC
from services.ingest.api.models import Alive, Ready
from services.ingest.docs_page import render
from services.ingest.problems import Problem

router = APIRouter(tags=["operations"], dependencies=[PUBLIC])

_LEAST_FREE_BYTES = 100 * 1024**2


@router.get("/healthz", summary="The process answers", responses={200: {"model": Alive}})
def healthz() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="Database and storage answer", responses={200: {"model": Ready}, 503: problem_answers(503)[503]})
def readyz(store: StoreOf) -> JSONResponse:
    """503 with what is missing."""
    try:
        store.database.ping()
    except SQLAlchemyError as error:
        raise Problem(503, "database-away", Message("数据库无法连接", "the database does not answer")) from error
    try:
        store.blobs.ping()
        free = store.blobs.free_bytes()
    except OSError as error:
        raise Problem(503, "storage-away", Message("文件存储不可用", "the file store is not there")) from error
    if free < _LEAST_FREE_BYTES:
        raise Problem(503, "storage-full", Message("存储空间不足", "the file store is nearly full"), free_bytes=free)
    if store.settings.clamav:
        try:
            version(store.settings.clamav)
        except ScannerAway as error:
            raise Problem(503, "scanner-away", error.message) from error
    return JSONResponse({"status": "ready", "free_bytes": free})


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format", "content": {"text/plain": {"schema": {"type": "string"}, "example": 'hezheng_jobs{state="queued"} 0.0'}}}
    },
)
def metrics(store: StoreOf) -> Response:
    return Response(generate_latest(registry(store)), media_type=CONTENT_TYPE_LATEST)


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(render(request.app.openapi()))
