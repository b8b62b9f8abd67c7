"""The application: the API with its errors and description; pages are handed in by whoever starts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.ingest import problems
from services.ingest.api import claims, decisions, evidence, operations, rosters

_DESCRIPTION = (
    "核证：核验职业培训补贴申报材料。Verifies the evidence of vocational-training subsidy claims. "
    "Every call under /api/v1 needs an API key: `Authorization: Bearer …` or `X-API-Key: …`. Errors are problem documents (RFC 9457)."
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "message"],
    "properties": {
        "type": {"type": "string", "description": "stable; `urn:hezheng:problem:…`"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "message": {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
# Under `no-referrer` browsers send forms with `Origin: null`, which our pages would refuse.
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"), (b"x-frame-options", b"DENY"))


class SafeHeaders:
    """Headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in _HEADERS if h[0] not in have)]
            await send(message)

        await self._app(scope, receive, with_headers)


def create_app(settings: Settings | None = None, extra_routers: Sequence[APIRouter] = (), *, store: Store | None = None) -> FastAPI:
    """The app over the store of the settings (opened when it starts), or over a store that is open already.

    `extra_routers` find the store in `request.app.state.store`.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.store = store or open_store(settings or Settings())
        try:
            yield
        finally:
            if store is None:
                app.state.store.close()

    app = FastAPI(
        title="Hezheng 核证", version=_version(), description=_DESCRIPTION, lifespan=life, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    problems.install(app)
    app.add_middleware(SafeHeaders)
    for module in (claims, evidence, rosters, decisions, operations):
        app.include_router(module.router)
    app.include_router(operations.router, prefix="/api/v1", include_in_schema=False)
    for router in extra_routers:
        app.include_router(router)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    plain_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        described = plain_openapi()
        components = described.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _PROBLEM
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}, "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
        for path, operations_ in described["paths"].items():
            for operation in operations_.values():
                if path.startswith("/api/v1"):
                    operation["security"] = [{"key": []}, {"header": []}]
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _version() -> str:
    try:
        return version("hezheng")
    except PackageNotFoundError:
        return "0"
