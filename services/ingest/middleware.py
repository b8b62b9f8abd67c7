"""What every answer carries, and a line of log for each call: who asked for what with which outcome, never what was in it."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.adapters.logs import about
from services.ingest.problems import of_unexpected, request_id
from services.ingest.resumable import VERSION

log = logging.getLogger("hezheng.access")

# Under `no-referrer` browsers send forms with `Origin: null`, which our pages would refuse.
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"), (b"x-frame-options", b"DENY"))
_API, _TUS = "/api/v1/", "/api/v1/uploads"
# What a key or session may see is kept by no cache between, and asked about each time by the caller's own.
_OF_API = ((b"cache-control", b"private, no-cache"),)
_OF_TUS = ((b"tus-resumable", VERSION.encode()),)
_FORM_BYTES = 1024**2
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class EveryAnswer:
    """Safe headers, the request's id (the caller's own if it is a plain word), and the line of log."""

    def __init__(self, app: ASGIApp, streamed: Collection[str] = ()) -> None:
        """`streamed`: paths of the routes that bound their bodies themselves; what the others are sent is a form, and as small as one."""
        self._app = app
        self._streamed = frozenset(streamed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        identifier = given if _GIVEN.fullmatch(given) else f"req_{secrets.token_hex(8)}"
        scope.setdefault("state", {})["request_id"] = identifier
        token = request_id.set(identifier)
        began, status = time.monotonic(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                have = {name.lower() for name, _ in message["headers"]}
                more = (*_HEADERS, *_of_path(scope["path"]), (b"x-request-id", identifier.encode()))
                message["headers"] = [*message["headers"], *(h for h in more if h[0] not in have)]
            await send(message)

        with about(request_id=identifier):
            try:
                await self._app(scope, self._bounded(scope, receive), with_headers)
            except Exception as error:
                # Answered here: what goes on outwards is logged by the server with whatever its message quotes.
                answer = of_unexpected(Request(scope), error)
                if status:
                    raise RuntimeError("the answer broke off") from None
                await answer(scope, receive, with_headers)
            finally:
                # The route's form, not the path itself: people put names and numbers into paths.
                route = getattr(scope.get("route"), "path", None) or "-"
                who = scope["state"].get("caller", "-")
                log.info("%s %s %d %.0f ms caller=%s", scope["method"], route, status, 1000 * (time.monotonic() - began), who)
                request_id.reset(token)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """`receive`, for as much as a form may have: a framework reads bodies whole, before it asks who sends them."""
        size = 0

        async def receive_form() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > _FORM_BYTES and getattr(scope.get("route"), "path", None) not in self._streamed:
                raise HTTPException(413)
            return message

        return receive_form


def _of_path(path: str) -> tuple[tuple[bytes, bytes], ...]:
    """Headers of a part of the service; tus wants its version in every answer, refusals too."""
    of_tus = _OF_TUS if path == _TUS or path.startswith(f"{_TUS}/") else ()
    return (*of_tus, *_OF_API) if path.startswith(_API) else ()
