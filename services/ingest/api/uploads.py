"""Resumable uploads by tus 1.0: create, ask how far, send on, give up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse, Response

from services.adapters.access import Caller
from services.adapters.blobs import Busy, Partial
from services.adapters.repository import Upload
from services.adapters.repository.base import now
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.claim import SHANGHAI
from services.domain.errors import NotFound
from services.domain.text import Message
from services.ingest.api.common import PREFIX, SandboxOf, StoreOf, answers, in_thread, open_claim, problem_answers, seen_claim
from services.ingest.api.evidence import has_room, kind_named, scanned
from services.ingest.api.gates import PUBLIC, ReaderOf, WriterOf
from services.ingest.api.models import UploadView
from services.ingest.problems import Problem, plain
from services.ingest.resumable import ALGORITHMS, EXTENSIONS, PIECE, VERSION, Digests, number, parse_checksum, parse_metadata, take_piece
from services.ingest.uploads import take_upload

router = APIRouter(prefix=PREFIX, tags=["uploads"])

_TUS = {"Tus-Resumable": VERSION}
_MOST_OPEN = 500
"""Unfinished uploads of one claim."""

UploadId = Annotated[str, Path(description="the end of the address that the creation answered in `Location`", examples=["upl_0a1b2c3d4e5f60718293a4b5"])]
Spoken = Annotated[str | None, Header(alias="Tus-Resumable", description="1.0.0", examples=["1.0.0"])]
_PIECE_BODY = {"required": True, "content": {PIECE: {"schema": {"type": "string", "format": "binary"}, "example": "…"}}}
_MADE: dict[int | str, dict[str, Any]] = {201: {"description": "Made; `Location` is its address, `Upload-Expires` when it is given up."}}
_TAKEN: dict[int | str, dict[str, Any]] = {
    204: {"description": "Taken; `Upload-Offset` is where the next piece begins. The last one answers `Hezheng-Evidence-Id`."}
}


@router.options(
    "/uploads",
    status_code=204,
    summary="What is spoken here",
    response_class=Response,
    dependencies=[PUBLIC],
    responses={204: {"description": "In the headers."}},
)
def capabilities(store: StoreOf) -> Response:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(store.settings.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=_TUS | headers)


@router.post(
    "/uploads",
    status_code=201,
    summary="Begin a resumable upload",
    response_class=Response,
    responses=problem_answers(400, 404, 409, 412, 413, 415, 422, 460, 507) | _MADE,
)
async def create_upload(
    request: Request,
    store: StoreOf,
    sandbox: SandboxOf,
    caller: WriterOf,
    tus_resumable: Spoken = None,
    upload_length: Annotated[str | None, Header(description="bytes of the whole file", examples=["734003200"])] = None,
    upload_metadata: Annotated[
        str | None,
        Header(description="`claim_id`, `kind`, `filename`, each value base64", examples=["claim_id Y2xtXzA=,kind dmlkZW8=,filename YS5tcDQ="]),
    ] = None,
    upload_checksum: Annotated[str | None, Header(description="`sha256 <base64>` of a first piece sent along")] = None,
) -> Response:
    """tus creation: `Upload-Length`, and `Upload-Metadata` with `claim_id`, `kind` and `filename`. A first piece may be the body."""
    _speaks(tus_resumable)
    length = number(upload_length, "Upload-Length")
    if length > store.settings.max_upload_bytes:
        raise plain(413)
    metadata = parse_metadata(upload_metadata or "")
    checksum = parse_checksum(upload_checksum)
    with_piece = request.headers.get("content-type", "") == PIECE
    upload = await in_thread(lambda: _create(store, caller, length, metadata, upload_metadata or ""))
    headers = _TUS | {"Location": f"{PREFIX}/uploads/{upload.id}", "Upload-Offset": "0", "Upload-Expires": _http_date(upload)}
    if with_piece or length == 0:
        with _held(store, _digests(request), upload) as part:
            await take_piece(part, _stream(request) if with_piece else _nothing(), length, checksum)
            headers |= await in_thread(lambda: _after(store, sandbox, upload, part))
    return Response(status_code=201, headers=headers)


def _create(store: Store, caller: Caller, length: int, metadata: dict[str, str], header: str) -> Upload:
    forget_expired(store)
    missing = [name for name in ("claim_id", "kind", "filename") if not metadata.get(name)]
    if missing:
        names = ", ".join(missing)
        raise Problem(422, "upload-metadata-missing", Message(f"Upload-Metadata 缺少 {names}", f"Upload-Metadata lacks {names}"), missing=missing)
    claim = seen_claim(store, caller, metadata["claim_id"])
    kind = kind_named(metadata["kind"])
    open_claim(store, claim.id)
    has_room(store, claim.id, length)
    if store.repository.open_uploads(claim.id) >= _MOST_OPEN:
        raise Problem(
            409, "uploads-too-many", Message("该申报未完成的上传过多，请先完成或删除", "the claim has too many unfinished uploads; finish or delete some")
        )
    return store.repository.create_upload(claim.id, kind.value, length, filename=metadata["filename"], metadata=header, seconds=store.settings.upload_seconds)


@router.head(
    "/uploads/{upload_id}",
    summary="How far an upload is",
    response_class=Response,
    responses={
        200: {"description": "In `Upload-Offset` and `Upload-Length`."},
        **{s: {"description": "As GET says; without a body."} for s in (401, 403, 404, 410, 412, 429, 500, 503)},
    },
)
def upload_offset(upload_id: UploadId, store: StoreOf, caller: WriterOf, tus_resumable: Spoken = None) -> Response:
    _speaks(tus_resumable)
    upload = _alive(store, caller, upload_id)
    headers = {
        "Upload-Offset": str(_offset(store, upload)),
        "Upload-Length": str(upload.length),
        "Upload-Metadata": upload.metadata,
        "Cache-Control": "no-store",
    }
    return Response(status_code=200, headers=_TUS | headers | {"Upload-Expires": _http_date(upload)})


@router.get("/uploads/{upload_id}", summary="What became of an upload", responses=answers(404, _200=UploadView))
def get_upload(upload_id: UploadId, store: StoreOf, caller: ReaderOf) -> JSONResponse:
    """As JSON, also of one that is done or was given up."""
    upload = _seen(store, caller, upload_id)
    view: dict[str, Any] = {
        "id": upload.id,
        "claim_id": upload.claim_id,
        "kind": upload.kind,
        "offset": _offset(store, upload),
        "length": upload.length,
        "state": upload.state,
        "evidence_id": upload.evidence_id,
        "expires_at": upload.expires_at.astimezone(SHANGHAI).isoformat(),
    }
    return JSONResponse(view, headers={"Cache-Control": "no-store"})


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    summary="Send the next piece",
    response_class=Response,
    responses=problem_answers(400, 404, 409, 410, 412, 413, 415, 422, 423, 460, 503, 507) | _TAKEN,
    openapi_extra={"requestBody": _PIECE_BODY},
)
async def append(
    upload_id: UploadId,
    request: Request,
    store: StoreOf,
    sandbox: SandboxOf,
    caller: WriterOf,
    tus_resumable: Spoken = None,
    upload_offset: Annotated[str | None, Header(description="where this piece begins", examples=["0"])] = None,
    upload_checksum: Annotated[
        str | None, Header(description="`sha256 <base64>` of this piece", examples=["sha256 n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="])
    ] = None,
) -> Response:
    """tus PATCH: bytes from `Upload-Offset` on. 409: the offset is another one now (ask with HEAD); 423: another piece is being written;
    460: the bytes do not fit `Upload-Checksum` and were discarded. With the last byte the file becomes evidence of the claim."""
    _speaks(tus_resumable)
    if request.headers.get("content-type", "").split(";")[0].strip() != PIECE:
        raise plain(415, _TUS)
    offset = number(upload_offset, "Upload-Offset")
    checksum = parse_checksum(upload_checksum)
    upload = await in_thread(lambda: _alive(store, caller, upload_id))
    if upload.state == "done":
        _at(offset, upload.length)
        return Response(status_code=204, headers=_TUS | _told(upload.length, upload.evidence_id))
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > upload.length - offset >= 0:
        raise plain(413, _TUS)
    with _held(store, _digests(request), upload) as part:
        _still_open(store, upload)
        _at(offset, part.offset)
        await take_piece(part, _stream(request), upload.length - offset, checksum)
        headers = await in_thread(lambda: _after(store, sandbox, upload, part))
    return Response(status_code=204, headers=_TUS | headers)


@router.delete("/uploads/{upload_id}", status_code=204, summary="Give an upload up", response_class=Response, responses=problem_answers(404, 410, 412, 423))
def terminate(upload_id: UploadId, store: StoreOf, caller: WriterOf, tus_resumable: Spoken = None) -> Response:
    """tus termination: its bytes are removed. A file that is complete is evidence already; take that out of the claim instead."""
    _speaks(tus_resumable)
    upload = _alive(store, caller, upload_id)
    try:
        with closing(store.blobs.partial(upload.id)):
            evidence_id = store.repository.upload(upload.id).evidence_id  # it may have been finished meanwhile
            store.repository.change_upload(upload.id, state="gone", evidence_id=evidence_id)
            store.blobs.drop_partial(upload.id)
    except Busy as error:
        raise plain(423, _TUS) from error
    return Response(status_code=204, headers=_TUS)


@router.post("/uploads/{upload_id}", include_in_schema=False)
async def overridden(
    upload_id: str, request: Request, store: StoreOf, sandbox: SandboxOf, caller: WriterOf, x_http_method_override: Annotated[str, Header()] = ""
) -> Response:
    """tus for clients that cannot send PATCH or DELETE: the method stands in a header."""
    spoken = request.headers.get("tus-resumable")
    if x_http_method_override.upper() == "PATCH":
        headers = request.headers
        return await append(upload_id, request, store, sandbox, caller, spoken, headers.get("upload-offset"), headers.get("upload-checksum"))
    if x_http_method_override.upper() == "DELETE":
        return await in_thread(lambda: terminate(upload_id, store, caller, spoken))
    raise plain(405, {"Allow": "HEAD, GET, PATCH, DELETE"})


def forget_expired(store: Store) -> int:
    """Remove what waited too long for its next piece; how many there were."""
    expired = store.repository.expired_uploads()
    for upload in expired:
        store.repository.change_upload(upload.id, state="gone")
        store.blobs.drop_partial(upload.id)
    return len(expired)


def _speaks(version: str | None) -> None:
    """Raises Problem 412 for another version of the protocol, or none."""
    if version != VERSION:
        raise Problem(
            412,
            "tus-version",
            Message(f"请在 Tus-Resumable 中声明 {VERSION}", f"say Tus-Resumable: {VERSION}"),
            headers=_TUS | {"Tus-Version": VERSION},
        )


def _seen(store: Store, caller: Caller, upload_id: str) -> Upload:
    """Raises NotFound, for uploads to the claims of others too."""
    upload = store.repository.upload(upload_id)
    try:
        seen_claim(store, caller, upload.claim_id)
    except NotFound as error:
        raise NotFound(Message("没有该上传", "there is no such upload")) from error
    return upload


def _alive(store: Store, caller: Caller, upload_id: str) -> Upload:
    """Raises NotFound, Problem 410."""
    upload = _seen(store, caller, upload_id)
    if upload.state == "gone" or (upload.state == "open" and upload.expires_at <= now()):
        raise plain(410, _TUS)
    return upload


def _offset(store: Store, upload: Upload) -> int:
    return upload.length if upload.state == "done" else store.blobs.partial_size(upload.id)


def _at(said: int, there: int) -> None:
    """Raises Problem 409 where a piece does not begin where the bytes end."""
    if said != there:
        raise Problem(
            409,
            "upload-offset",
            Message(f"Upload-Offset 应为 {there}", f"Upload-Offset should be {there}; ask with HEAD, then go on from there"),
            headers=_TUS | {"Upload-Offset": str(there)},
            offset=there,
        )


def _still_open(store: Store, upload: Upload) -> None:
    """Raises Problem 409 or 410 where another call finished the upload, or gave it up, while this one waited for its bytes."""
    state = store.repository.upload(upload.id).state
    if state == "open":
        return
    store.blobs.drop_partial(upload.id)  # which holding it has just made anew
    if state == "done":
        _at(-1, upload.length)
    raise plain(410, _TUS)


@contextmanager
def _held(store: Store, digests: Digests, upload: Upload) -> Iterator[Partial]:
    """The upload's bytes for this call alone. Raises Problem 423 while another one writes."""
    try:
        part = store.blobs.partial(upload.id, digests.take(upload.id, store.blobs.partial_size(upload.id)))
    except Busy as error:
        raise plain(423, _TUS) from error
    try:
        yield part
    finally:
        digests.keep(upload.id, part)
        part.close()


def _digests(request: Request) -> Digests:
    digests: Digests = request.app.state.digests
    return digests


def _after(store: Store, sandbox: Sandbox, upload: Upload, part: Partial) -> dict[str, str]:
    """What to say after a piece; with the last one the file goes into the claim."""
    if part.offset < upload.length:
        store.repository.lengthen_upload(upload.id, store.settings.upload_seconds)
        return {"Upload-Offset": str(part.offset), "Upload-Expires": _http_date(store.repository.upload(upload.id))}
    try:
        evidence_id = _finish(store, sandbox, upload, part)
    except Problem:  # refused for good: the claim is closed, or the file infected
        store.repository.change_upload(upload.id, state="gone")
        store.blobs.drop_partial(upload.id)
        raise
    return _told(part.offset, evidence_id)


def _finish(store: Store, sandbox: Sandbox, upload: Upload, part: Partial) -> str:
    open_claim(store, upload.claim_id)
    verdict = scanned(store, part.path).verdict
    sha256, size = store.blobs.adopt(part)

    def allowed() -> None:
        open_claim(store, upload.claim_id)

    taken = take_upload(store, sandbox, upload.claim_id, kind_named(upload.kind), upload.filename, sha256, size, scan=verdict, allowed=allowed)
    store.repository.change_upload(upload.id, state="done", evidence_id=taken.evidence_id)
    store.blobs.drop_partial(upload.id)
    return taken.evidence_id


def _told(offset: int, evidence_id: str | None) -> dict[str, str]:
    return {"Upload-Offset": str(offset)} | ({"Hezheng-Evidence-Id": evidence_id} if evidence_id else {})


def _http_date(upload: Upload) -> str:
    return format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)


async def _stream(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
