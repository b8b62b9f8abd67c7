"""Errors over HTTP: problem documents (RFC 9457) with a stable type, in Chinese and English, that say what to do."""

from __future__ import annotations

import errno
import logging
import traceback
from contextvars import ContextVar
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.adapters.antivirus import ScannerAway
from services.adapters.queue import scrub
from services.adapters.repository import ClaimExists
from services.domain.errors import ClaimUnreadable, EvidenceError, FileTooLarge, HezhengError, NotFound, StorageAway
from services.domain.identity import mask_in_text
from services.domain.text import Message

log = logging.getLogger("hezheng.api")

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:hezheng:problem:"
_AWAY_SECONDS = "30"

_BY_STATUS: dict[int, tuple[str, Message]] = {
    400: ("bad-request", Message("请求格式有误", "the request is malformed")),
    401: ("unauthorized", Message("请提供有效的 API 密钥（Authorization: Bearer 或 X-API-Key）", "show a valid API key (Authorization: Bearer or X-API-Key)")),
    403: ("forbidden", Message("您的密钥或角色无此权限", "your key or role does not have this right")),
    404: ("not-found", Message("没有该资源，请核对地址", "there is nothing at this address")),
    405: ("method-not-allowed", Message("该地址不支持此方法", "this address does not take this method")),
    409: ("conflict", Message("与当前状态冲突", "this does not fit the present state")),
    410: ("gone", Message("已过期或已删除，请重新开始", "it has expired or was removed; start again")),
    412: ("changed-meanwhile", Message("内容已被他人修改，请重新读取后再提交", "it was changed meanwhile; read it again, then send your change")),
    413: ("too-large", Message("内容超过大小上限", "the content exceeds the size limit")),
    415: ("unsupported-media-type", Message("不支持的内容类型", "this type of content is not taken here")),
    422: ("invalid", Message("内容不符合要求", "the content is not as it should be")),
    423: ("locked", Message("另一请求正在写入，请稍后重试", "another request is writing; try again in a moment")),
    429: ("too-many-requests", Message("请求过于频繁，请按 Retry-After 稍后重试", "too many requests; wait as Retry-After says")),
    460: ("checksum-mismatch", Message("校验和不符，内容已丢弃，请重新发送", "the checksum does not fit; the bytes were discarded, send them again")),
    507: ("storage-full", Message("存储空间不足，请联系管理员", "the storage is full; tell the operator")),
    500: ("internal", Message("服务内部错误，请稍后重试；若仍出现，请联系管理员", "an internal error; try again later, and tell the operator if it stays")),
    503: ("unavailable", Message("服务暂不可用，请稍后重试", "the service is not available now; try again later")),
}


class Problem(Exception):
    """An error with its status and what to do. `kind` is the stable end of the problem's type."""

    def __init__(self, status: int, kind: str, message: Message, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(message.en)
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = headers
        self.members = members


request_id: ContextVar[str] = ContextVar("hezheng_request", default="-")
"""Of the call at hand: in its answer, its problem document and every line of log about it."""


def document(status: int, kind: str, message: Message, **members: Any) -> dict[str, Any]:
    words = spoken(message)
    return {"type": _TYPE + kind, "title": kind.replace("-", " "), "status": status, "detail": words["zh"], "message": words} | members


def spoken(message: Message) -> dict[str, str]:
    """A message as it is answered: it may quote names of files and cells, and those bear citizens' numbers."""
    return {"zh": mask_in_text(message.zh), "en": mask_in_text(message.en)}


def answer(problem: Problem, request: Request | None = None) -> JSONResponse:
    """`request`: where the answer is given outside of the middleware that knows the request's id."""
    identifier = request.scope.get("state", {}).get("request_id") if request is not None else None
    headers = dict(problem.headers or {})
    if problem.status == 503:
        headers.setdefault("Retry-After", _AWAY_SECONDS)
    body = document(problem.status, problem.kind, problem.message, instance=f"urn:hezheng:request:{identifier or request_id.get()}", **problem.members)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def plain(status: int, headers: dict[str, str] | None = None) -> Problem:
    """The problem of a status that needs no words of its own."""
    kind, message = _BY_STATUS.get(status, _BY_STATUS[500 if status >= 500 else 400])
    return Problem(status, kind, message, headers=headers)


def of_error(error: HezhengError) -> Problem:
    """What an expected error of the program is over HTTP."""
    if isinstance(error, NotFound):
        return Problem(404, "not-found", error.message)
    if isinstance(error, ClaimExists):
        return Problem(409, "claim-exists", error.message, claim_id=error.claim_id)
    if isinstance(error, ClaimUnreadable):
        fields = [{"field": p.field, "found": p.found, "expected": {"zh": p.expected.zh, "en": p.expected.en}} for p in error.problems]
        return Problem(422, "claim-unreadable", error.message, errors=fields, line=error.line)
    if isinstance(error, FileTooLarge):
        return Problem(413, "too-large", error.message)
    if isinstance(error, StorageAway):
        return Problem(503, "storage-away", error.message)
    if isinstance(error, ScannerAway):
        return Problem(503, "scanner-away", error.message)
    if isinstance(error, EvidenceError):
        return Problem(422, error.code.replace(".", "-").replace("_", "-"), error.message)
    return Problem(500, "internal", error.message)


def of_unexpected(request: Request, error: Exception) -> JSONResponse:
    """The answer to what nobody expected, which is told in the log."""
    log.error("%s %s", request.method, _trace(error))
    return answer(plain(500), request)


def _trace(error: Exception) -> str:
    """The end of the traceback, where the cause stands; numbers of citizens masked."""
    return scrub("".join(traceback.format_exception(error))[-1900:])


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    @app.exception_handler(Problem)
    def problem(_request: Request, error: Problem) -> JSONResponse:
        return answer(error)

    @app.exception_handler(HezhengError)
    def expected(_request: Request, error: HezhengError) -> JSONResponse:
        found = of_error(error)
        if found.status >= 500:
            log.error("%s: %s", type(error).__name__, error)
        return answer(found)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405 and (methods := request.app.state.methods_at(request.url.path)):
            headers["Allow"] = ", ".join(sorted(methods))  # the framework names those of one route, where others have the same address
        return answer(plain(error.status_code, headers))

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # e["input"] is left out: it may be somebody's ID number.
        fields = [{"field": ".".join(map(str, e["loc"])), "expected": {"zh": e["msg"], "en": e["msg"]}} for e in error.errors()]
        return answer(Problem(422, "invalid", _BY_STATUS[422][1], errors=fields))

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> JSONResponse:
        return answer(plain(400))  # nobody hears it; what came so far was discarded

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def database_away(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s", request.method, _trace(error))
        return answer(Problem(503, "database-away", Message("数据库暂时没有应答，请稍后重试", "the database does not answer now; try again later")))

    @app.exception_handler(OSError)
    def system(request: Request, error: OSError) -> JSONResponse:
        log.error("%s %s", request.method, _trace(error))
        return answer(plain(507 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 500))
