"""The application: the API with its errors and description; pages are handed in by whoever starts it."""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI

from services.adapters.rates import Rates
from services.adapters.sandbox import ChildLimits, Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.ingest import problems
from services.ingest.api import batches, claims, decisions, evidence, operations, people, reports, uploads, webhooks
from services.ingest.api.gates import check_gates, gated_calls, methods_at
from services.ingest.description import describe
from services.ingest.middleware import EveryAnswer
from services.ingest.resumable import Digests

_DESCRIPTION = (
    "核证：核验职业培训补贴申报材料。Verifies the evidence of vocational-training subsidy claims. "
    "Every call under /api/v1 needs an API key: `Authorization: Bearer …` or `X-API-Key: …`; what a key may is its scope. "
    "Errors are problem documents (RFC 9457): go by `type`, show `message`. Every answer carries `X-Request-Id`: name it when you ask for help. "
    "429 and some 409 and 503 carry `Retry-After`."
)
_STRANGERS_A_MINUTE = 600
_STREAMED = frozenset(path for _, path, _ in gated_calls(module.router for module in (claims, people, evidence, uploads, batches)))
"""These read their bodies piece by piece, within bounds of their own."""
_TABLE_LIMITS = ChildLimits(memory=4 * 1024**3, written=5 * 1024**3, cpu_seconds=600, calls=100)


def create_app(settings: Settings | None = None, extra_routers: Sequence[APIRouter] = (), *, store: Store | None = None) -> FastAPI:
    """The app over the store of the settings (opened when it starts), or over a store that is open already.

    `extra_routers` find the store in `request.app.state.store`. Raises RuntimeError for a route without a gate: nothing is open that
    nobody opened.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.store = store or open_store(settings or Settings())
        app.state.rates = Rates(app.state.store.settings.rate_limit)
        app.state.strangers = Rates(_STRANGERS_A_MINUTE)
        app.state.digests = Digests()
        app.state.sandbox, stop = _children()
        gc.freeze()  # what is imported stays: the collector need not go over it each time a report is read (100 ms a time)
        try:
            yield
        finally:
            stop()
            if store is None:
                app.state.store.close()

    app = FastAPI(
        title="Hezheng 核证",
        generate_unique_id_function=lambda route: route.name,  # what generated clients call the calls
        version=_version(),
        description=_DESCRIPTION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    problems.install(app)
    app.add_middleware(EveryAnswer, streamed=_STREAMED)
    routers = [module.router for module in (claims, reports, people, evidence, uploads, decisions, batches, webhooks, operations)]
    app.state.gated = (*routers, *extra_routers)
    app.state.methods_at = partial(methods_at, app.state.gated)
    for router in app.state.gated:
        check_gates(router)
        app.include_router(router)
    app.include_router(operations.router, prefix="/api/v1", include_in_schema=False)
    describe(app)
    return app


def _children() -> tuple[Callable[[], Sandbox], Callable[[], None]]:
    """A sandbox that starts with its first file, and what ends it."""
    lock = threading.Lock()
    made: list[Sandbox] = []

    def get() -> Sandbox:
        with lock:
            if not made:
                made.append(Sandbox(workers=1, limits=_TABLE_LIMITS))
            return made[0]

    def stop() -> None:
        for sandbox in made:
            sandbox.stop()

    return get, stop


def _version() -> str:
    try:
        return version("hezheng")
    except PackageNotFoundError:
        return "0"


__all__ = ["create_app"]
