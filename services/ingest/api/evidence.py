"""Evidence: files of a claim, streamed to disk while they are hashed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.adapters.blobs import BlobWriter
from services.adapters.store import Store
from services.domain.evidence import EvidenceKind
from services.domain.text import Message
from services.ingest.api.common import PREFIX, CallerOf, StoreOf, in_thread, open_claim, problem_answers
from services.ingest.bodies import Form, read_form
from services.ingest.folder import kind_of
from services.ingest.problems import Problem
from services.ingest.uploads import Taken, take_upload

router = APIRouter(prefix=PREFIX, tags=["evidence"])

_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["kind", "file"],
                "properties": {"kind": {"type": "string", "enum": [k.value for k in EvidenceKind]}, "file": {"type": "string", "format": "binary"}},
            }
        }
    },
}


@router.post(
    "/claims/{claim_id}/evidence",
    status_code=201,
    summary="Add a file to a claim",
    responses=problem_answers(400, 404, 409, 413, 415, 422) | {200: {"description": "These bytes are there already."}},
    openapi_extra={"requestBody": _BODY},
)
async def add_evidence(claim_id: str, request: Request, store: StoreOf, _caller: CallerOf) -> JSONResponse:
    """Multipart `kind` and `file`. Reading starts at once. The same bytes of the same kind again: 200 and the same id."""
    await in_thread(lambda: store.repository.claim_summary(claim_id))
    staged = await in_thread(lambda: store.blobs.stage(limit=store.settings.max_upload_bytes))
    try:
        form = await read_form(request, staged.write)
        kind = _kind(form)
        taken = await in_thread(lambda: _take(store, claim_id, kind, form, staged))
    finally:
        await in_thread(staged.discard)
    return JSONResponse(evidence_view(taken), 201 if taken.created else 200)


def _kind(form: Form) -> EvidenceKind:
    if form.filename is None:
        raise Problem(422, "file-missing", Message("缺少文件字段 file", "the field `file` is missing"))
    kind = kind_of(f"{form.fields.get('kind', '')}/x")
    if kind is None:
        names = [k.value for k in EvidenceKind]
        raise Problem(422, "kind-invalid", Message(f"kind 应为 {'、'.join(names)} 之一", f"kind is one of {', '.join(names)}"))
    return kind


def _take(store: Store, claim_id: str, kind: EvidenceKind, form: Form, staged: BlobWriter) -> Taken:
    known = store.repository.find_evidence(claim_id, staged.sha256, kind)
    if known is not None:
        return Taken(known[0], False, known[1])
    open_claim(store, claim_id)
    staged.keep()
    return take_upload(store, claim_id, kind, form.filename or "file", staged.sha256, staged.size, allowed=lambda: open_claim(store, claim_id))


def evidence_view(taken: Taken) -> dict[str, Any]:
    view: dict[str, Any] = {
        "evidence_id": taken.evidence_id,
        "kind": None if taken.file.kind is None else taken.file.kind.value,
        "sha256": taken.file.sha256,
        "size": taken.file.size,
        "media_type": taken.file.media_type,
    }
    if taken.problem is not None:
        view["problem"] = {"code": taken.problem.code, "message": {"zh": taken.problem.message.zh, "en": taken.problem.message.en}}
    if taken.contains:
        view["contains"] = [evidence_view(t) for t in taken.contains]
    return view
