"""Who may pass to a route: `ReaderOf`, `WriterOf`, … in a route's arguments are its gate; a public one says so with `PUBLIC`."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from services.adapters.access import COOKIE, Caller, Gate, Right, by_key, by_session
from services.adapters.rates import Rates
from services.adapters.store import Store
from services.domain.text import Message
from services.ingest.problems import Problem, plain

_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


def get_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreOf = Annotated[Store, Depends(get_store)]


class Needs(Gate):
    """Lets callers with a right pass. Raises Problem 401, 403 or 429."""

    right: Right

    def __call__(self, request: Request) -> Caller:
        caller = _caller(request)
        request.scope["state"]["caller"] = caller.id
        rates: Rates = request.app.state.rates
        _within(rates.spend(caller.id))
        if not caller.may(self.right):
            raise Problem(
                403,
                "forbidden",
                Message(f"您的密钥或角色（{caller.role}）无此权限：{self.right}", f"your key or role ({caller.role}) does not have this right: {self.right}"),
                right=self.right.value,
            )
        return caller


class Public(Gate):
    def __init__(self) -> None:
        super().__init__(None)

    def __call__(self) -> None:
        """Everybody may pass."""


PUBLIC = Depends(Public())
ReaderOf = Annotated[Caller, Depends(Needs(Right.READ))]
WriterOf = Annotated[Caller, Depends(Needs(Right.WRITE))]
DeciderOf = Annotated[Caller, Depends(Needs(Right.DECIDE))]
ViewerOf = Annotated[Caller, Depends(Needs(Right.ORIGINALS))]
BatcherOf = Annotated[Caller, Depends(Needs(Right.BATCH))]
HookerOf = Annotated[Caller, Depends(Needs(Right.WEBHOOKS))]
AdminOf = Annotated[Caller, Depends(Needs(Right.ADMIN))]


def gate_of(route: APIRoute) -> Gate | None:
    """The gate before a route; None: it has none."""
    waiting = list(route.dependant.dependencies)
    while waiting:
        dependant = waiting.pop()
        if isinstance(dependant.call, Gate):
            return dependant.call
        waiting += dependant.dependencies
    return None


def check_gates(router: APIRouter) -> None:
    """Raises RuntimeError for a route that nobody thought about who may call."""
    for prefix, route in _routes(router):
        if gate_of(route) is None:
            raise RuntimeError(f"{sorted(route.methods or ())} {prefix}{route.path} has no gate: give it ReaderOf, WriterOf, … or PUBLIC")


def gated_calls(routers: Iterable[APIRouter]) -> Iterator[tuple[str, str, Right | None]]:
    """Every call of the routers: method, path, the right it needs (None: none)."""
    for router in routers:
        for prefix, route in _routes(router):
            gate = gate_of(route)
            if gate is not None:
                for method in sorted(route.methods or ()):
                    yield method, prefix + route.path, gate.right


def methods_at(routers: Iterable[APIRouter], path: str) -> set[str]:
    """Those that some route takes at an address."""
    found = ((prefix, route) for router in routers for prefix, route in _routes(router) if path.startswith(prefix))
    return {method for prefix, route in found if compile_path(prefix + route.path)[0].match(path) for method in route.methods or ()}


def _routes(router: APIRouter, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """Every route of a router and of those that it includes, with what goes before its path. Raises RuntimeError for what cannot have a gate."""
    for route in router.routes:
        inner = getattr(route, "original_router", None)  # how this FastAPI keeps a router that was included in another
        if isinstance(route, APIRoute):
            yield prefix, route
        elif isinstance(inner, APIRouter):
            yield from _routes(inner, prefix + route.include_context.prefix)  # type: ignore[attr-defined]
        else:
            raise RuntimeError(f"{type(route).__name__} {getattr(route, 'path', '')} is no route that a gate can stand before")


def _caller(request: Request) -> Caller:
    strangers: Rates = request.app.state.strangers
    address = request.client.host if request.client else "?"
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    secret = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    store = get_store(request)
    caller = by_key(store, secret) if secret else _of_session(request, store)
    if caller is None:
        _within(strangers.spend(address))
        raise plain(401, {"WWW-Authenticate": "Bearer"})
    return caller


def _within(wait: float) -> None:
    """Raises Problem 429."""
    if wait:
        seconds = math.ceil(wait)
        raise Problem(
            429,
            "too-many-requests",
            Message(f"请求过于频繁，请在 {seconds} 秒后重试", f"too many requests; try again in {seconds} s"),
            headers={"Retry-After": str(seconds)},
        )


def _of_session(request: Request, store: Store) -> Caller | None:
    """Somebody who is logged in; a call that changes something shows the session's token too, which other sites cannot read."""
    caller = by_session(store, request.cookies.get(COOKIE, ""))
    if caller is None or request.method in _SAFE:
        return caller
    shown = request.headers.get("x-csrf-token", "")
    if caller.csrf is None or not hmac.compare_digest(caller.csrf.encode(), shown.encode("utf-8", "replace")):
        raise Problem(
            403,
            "csrf-token-missing",
            Message("登录会话的修改请求需附带 X-CSRF-Token", "a changing call of a logged-in session needs its X-CSRF-Token"),
        )
    return caller
