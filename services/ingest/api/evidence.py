"""Evidence: files of a claim, streamed to disk while they are hashed; and the originals, for those who may see them."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from services.adapters.antivirus import Scan, scan
from services.adapters.blobs import BlobWriter
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.errors import NotFound
from services.domain.evidence import EvidenceKind
from services.domain.identity import mask_in_text
from services.domain.text import Message
from services.ingest.api.common import (
    PREFIX,
    ClaimId,
    SandboxOf,
    StoreOf,
    answers,
    in_thread,
    material,
    open_claim,
    problem_answers,
    seen_claim,
    unchanged_claim,
)
from services.ingest.api.gates import ReaderOf, ViewerOf, WriterOf
from services.ingest.api.matching import IfMatch
from services.ingest.api.models import EvidenceView
from services.ingest.bodies import Form, read_form
from services.ingest.folder import kind_of
from services.ingest.problems import Problem, spoken
from services.ingest.uploads import Taken, safe_name, take_upload

router = APIRouter(prefix=PREFIX, tags=["evidence"])

_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["kind", "file"],
                "properties": {"kind": {"type": "string", "enum": [k.value for k in EvidenceKind]}, "file": {"type": "string", "format": "binary"}},
            },
            "example": {"kind": "photo", "file": "photos/1.jpg"},
        }
    },
}
_RESERVE = 200 * 1024**2
EvidenceId = Annotated[str, Path(description="`evidence_id` of the file, as its upload answered", examples=["ev_51c2a7e0d94b4f6f8f0b1c2d"])]


@router.post(
    "/claims/{claim_id}/evidence",
    status_code=201,
    summary="Add a file to a claim",
    responses=answers(400, 404, 409, 413, 415, 422, 503, 507, _201=EvidenceView)
    | {200: {"description": "These bytes are there already.", "model": EvidenceView}},
    openapi_extra={"requestBody": _BODY},
)
async def add_evidence(claim_id: ClaimId, request: Request, store: StoreOf, sandbox: SandboxOf, caller: WriterOf) -> JSONResponse:
    """Multipart `kind` and `file`. Reading starts at once. The same bytes of the same kind again: 200 and the same id."""
    length = request.headers.get("content-length", "")
    await in_thread(lambda: has_room(store, seen_claim(store, caller, claim_id).id, int(length) if length.isdigit() else 0))
    staged = await in_thread(lambda: store.blobs.stage(limit=store.settings.max_upload_bytes))
    try:
        form = await read_form(request, staged.write, store.settings.max_upload_bytes)
        kind = kind_named(form.fields.get("kind", ""))
        taken = await in_thread(lambda: _take(store, sandbox, claim_id, kind, form, staged))
    finally:
        await in_thread(staged.discard)
    headers = {"Location": f"{PREFIX}/claims/{claim_id}/evidence/{taken.evidence_id}"}
    return JSONResponse(evidence_view(taken), 201 if taken.created else 200, headers)


def has_room(store: Store, claim_id: str, size: int) -> None:
    """Raises Problem 413 for a claim that has as much as one may have, 507 where the disk is full."""
    files, total = store.repository.count_evidence(claim_id)
    if files >= store.settings.max_claim_files or total + size > store.settings.max_claim_bytes:
        raise Problem(413, "claim-too-large", Message("该申报的文件数量或总大小已达上限", "the claim has as many files or bytes as one may have"))
    if store.blobs.free_bytes() < size + _RESERVE:
        raise Problem(507, "storage-full", Message("存储空间不足，请联系管理员", "the storage is full; tell the operator"))


def kind_named(untrusted: str) -> EvidenceKind:
    """Raises Problem 422."""
    kind = kind_of(f"{untrusted}/x")
    if kind is None:
        names = [k.value for k in EvidenceKind]
        raise Problem(422, "kind-invalid", Message(f"kind 应为 {'、'.join(names)} 之一", f"kind is one of {', '.join(names)}"))
    return kind


def scanned(store: Store, path: FilePath) -> Scan:
    """What the virus scanner says. Raises Problem 422 for an infected file, ScannerAway where a configured one does not answer."""
    found = scan(store.settings.clamav, path)
    if found.verdict == "infected":
        raise Problem(
            422,
            "file-infected",
            Message(f"文件含有病毒（{found.name}），未接收；请杀毒后重新提交", f"the file carries malware ({found.name}) and was not taken; clean it first"),
        )
    return found


def _take(store: Store, sandbox: Sandbox, claim_id: str, kind: EvidenceKind, form: Form, staged: BlobWriter) -> Taken:
    if form.filename is None:
        raise Problem(422, "file-missing", Message("缺少文件字段 file", "the field `file` is missing"))
    known = store.repository.find_evidence(claim_id, staged.sha256, kind)
    if known is not None:
        return Taken(known[0], False, known[1])
    open_claim(store, claim_id)
    staged.flush()
    verdict = scanned(store, staged.path).verdict
    staged.keep()
    return take_upload(store, sandbox, claim_id, kind, form.filename, staged.sha256, staged.size, scan=verdict, allowed=lambda: open_claim(store, claim_id))


@router.get("/claims/{claim_id}/evidence/{evidence_id}", summary="One file of a claim", responses=answers(404, _200=EvidenceView))
def get_evidence(claim_id: ClaimId, evidence_id: EvidenceId, store: StoreOf, caller: ReaderOf) -> JSONResponse:
    """What it is; its bytes are at `original`, for those who may see them."""
    seen_claim(store, caller, claim_id)
    view = next((v for v in material(store, claim_id) if v["evidence_id"] == evidence_id), None)
    if view is None:
        raise _no_evidence()
    return JSONResponse(view)


@router.delete(
    "/claims/{claim_id}/evidence/{evidence_id}",
    status_code=204,
    summary="Take a file out of a claim",
    response_class=Response,
    responses=problem_answers(404, 409, 412),
)
def remove_evidence(claim_id: ClaimId, evidence_id: EvidenceId, store: StoreOf, caller: WriterOf, if_match: IfMatch = None) -> Response:
    """Of a claim that is a draft or was returned."""
    with store.repository.transaction():
        unchanged_claim(store, caller, claim_id, if_match)
        open_claim(store, claim_id)
        if store.repository.remove_evidence(claim_id, evidence_id) is None:
            raise _no_evidence()
    return Response(status_code=204)


@router.get(
    "/claims/{claim_id}/evidence/{evidence_id}/original",
    summary="A file as it was handed in",
    response_class=Response,
    responses=problem_answers(404)
    | {200: {"description": "Its bytes", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "…"}}}},
)
def get_original(claim_id: ClaimId, evidence_id: EvidenceId, store: StoreOf, caller: ViewerOf) -> Response:
    """Needs the right `originals`; each look is written down. Browsers are told to save it, never to show or run it."""
    seen_claim(store, caller, claim_id)
    file = store.repository.evidence_by_id(claim_id, evidence_id)
    if file is None:
        raise _no_evidence()
    path = store.blobs.path(file.sha256)
    store.repository.add_access(caller.id, caller.name, "original", claim_id, evidence_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(safe_name(file.path))}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _no_evidence() -> NotFound:
    return NotFound(Message("该申报没有此文件", "the claim has no such file"))


def evidence_view(taken: Taken) -> dict[str, Any]:
    view: dict[str, Any] = {
        "evidence_id": taken.evidence_id,
        "file": mask_in_text(taken.file.path),
        "kind": None if taken.file.kind is None else taken.file.kind.value,
        "sha256": taken.file.sha256,
        "size": taken.file.size,
        "media_type": taken.file.media_type,
        "scan": taken.scan or "not_scanned",
    }
    if taken.problem is not None:
        view["problem"] = {"code": taken.problem.code, "message": spoken(taken.problem.message)}
    if taken.contains:
        view["contains"] = [evidence_view(t) for t in taken.contains]
    return view
