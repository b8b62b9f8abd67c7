"""Pictures of a claim's files, and the files as they were handed in. Originals are an authorised, logged call of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import FileResponse, Response

from services.adapters.access import Caller
from services.adapters.store import Store
from services.domain.errors import NotFound
from services.domain.evidence import Box, EvidenceFile
from services.domain.text import Message
from services.report.workbench.dossier import file_name
from services.report.workbench.gates import ReaderOf, StoreOf, ViewerOf, seen_claim
from services.report.workbench.rendering import frame_of, hidden_boxes, picture_of
from services.report.workbench.routing import pages_of

router = pages_of()

_KEPT = {"Cache-Control": "private, max-age=600"}
_ORIGINAL = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
_REPORT = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_FORMATS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LARGEST = 3000
_NOTHING = Message("此处没有可显示的图像", "there is no picture to show here")
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/claims/{claim_id}/files/{evidence_id}/page.jpg")
def page_picture(
    claim_id: str,
    evidence_id: str,
    request: Request,
    store: StoreOf,
    caller: ReaderOf,
    page: PageNumber = 1,
    side: Annotated[int, Query(ge=200, le=_LARGEST)] = 2400,
) -> Response:
    """A whole page, large."""
    file = _file(store, caller, claim_id, evidence_id)
    return _jpeg(picture_of(request.app.state.sandbox(), store.blobs.path(file.sha256), page, side, hidden_boxes(store.repository, file.sha256, page)))


@router.get("/claims/{claim_id}/files/{evidence_id}/small.jpg")
def small_picture(
    claim_id: str, evidence_id: str, request: Request, store: StoreOf, caller: ReaderOf, page: PageNumber = 1, side: Annotated[int, Query(ge=60, le=800)] = 320
) -> Response:
    """A picture small; of a video a frame from its middle."""
    file = _file(store, caller, claim_id, evidence_id)
    if file.kind is not None and file.kind.value == "video":
        return _jpeg(frame_of(store.repository, file.sha256, 0.0))
    return _jpeg(picture_of(request.app.state.sandbox(), store.blobs.path(file.sha256), page, side, hidden_boxes(store.repository, file.sha256, page)))


@router.get("/claims/{claim_id}/files/{evidence_id}/crop.jpg")
def part_of_page(
    claim_id: str, evidence_id: str, request: Request, store: StoreOf, caller: ReaderOf, box: Annotated[str, Query(max_length=80)], page: PageNumber = 1
) -> Response:
    """The part of a page around a box (x,y,w,h in fractions), outlined."""
    file = _file(store, caller, claim_id, evidence_id)
    hidden = hidden_boxes(store.repository, file.sha256, page)
    return _jpeg(picture_of(request.app.state.sandbox(), store.blobs.path(file.sha256), page, _LARGEST, hidden, _box(box)))


@router.get("/claims/{claim_id}/files/{evidence_id}/frame.jpg")
def frame(claim_id: str, evidence_id: str, store: StoreOf, caller: ReaderOf, at: Annotated[float, Query(ge=0, le=1e7)] = 0.0) -> Response:
    """The kept frame of a video nearest to a second."""
    return _jpeg(frame_of(store.repository, _file(store, caller, claim_id, evidence_id).sha256, at))


@router.get("/claims/{claim_id}/files/{evidence_id}/original")
def original(claim_id: str, evidence_id: str, request: Request, store: StoreOf, caller: ViewerOf) -> Response:
    """The file as it was handed in, by ranges too, so that a video can be played; the first range of a look is written down."""
    file = _file(store, caller, claim_id, evidence_id)
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
        store.repository.add_access(caller.id, caller.name, "original", claim_id, evidence_id)
    headers = {**_ORIGINAL, "Content-Disposition": f"attachment; filename*=UTF-8''{file_name(file.path)}"}
    return FileResponse(store.blobs.path(file.sha256), media_type=file.media_type or "application/octet-stream", headers=headers)


@router.get("/claims/{claim_id}/report.{extension}")
def report_file(claim_id: str, extension: str, store: StoreOf, caller: ReaderOf) -> Response:
    """The report as it was compiled."""
    seen_claim(store, caller, claim_id)
    data = store.repository.rendering(claim_id, extension) if extension in _FORMATS else None
    if data is None:
        raise NotFound(Message("没有此格式的报告", "there is no report in this format"))
    headers = dict(_REPORT) if extension == "html" else {**_REPORT, "Content-Disposition": f'attachment; filename="report-{claim_id}.{extension}"'}
    return Response(data, media_type=_FORMATS[extension], headers=headers)


def _file(store: Store, caller: Caller, claim_id: str, evidence_id: str) -> EvidenceFile:
    """Raises NotFound."""
    seen_claim(store, caller, claim_id)
    file = store.repository.evidence_by_id(claim_id, evidence_id)
    if file is None:
        raise NotFound(Message("该申报没有此文件", "the claim has no such file"))
    return file


def _jpeg(data: bytes | None) -> Response:
    if data is None:
        raise NotFound(_NOTHING)
    return Response(data, media_type="image/jpeg", headers=_KEPT)


def _box(untrusted: str) -> Box:
    """Raises NotFound for what is no box within the page."""
    try:
        x, y, w, h = (float(v) for v in untrusted.split(","))
    except ValueError as error:
        raise NotFound(_NOTHING) from error
    if not (0 <= x < 1 and 0 <= y < 1 and 0 < w <= 1 and 0 < h <= 1):
        raise NotFound(_NOTHING)
    return (x, y, w, h)
