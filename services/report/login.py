"""Logging in to the reviewer's pages: by name and password, or with the key of the installation or an operator."""

from __future__ import annotations

import hmac
import logging
import math
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.adapters.access import COOKIE, Caller, Gate, by_key, by_session, close_session, of_user, open_session
from services.adapters.passwords import password_fits
from services.adapters.rates import Rates
from services.adapters.store import Store
from services.report.frame import SameOrigin, StoreOf, page, target_of

log = logging.getLogger("hezheng.access")
router = APIRouter(include_in_schema=False)

_TRIES_A_MINUTE = 10


class Anybody(Gate):
    def __init__(self) -> None:
        super().__init__(None)

    def __call__(self) -> None:
        """The door itself is open to everybody."""


ANYBODY = Depends(Anybody())


def right_token(caller: Caller, shown: str) -> bool:
    """Whether a form carries the token of the caller's session."""
    return caller.csrf is not None and hmac.compare_digest(caller.csrf.encode(), shown.encode("utf-8", "replace"))


@router.get("/login", dependencies=[ANYBODY])
def login_page(store: StoreOf, to: str = "/") -> Response:
    return page("login.html", to=target_of(to), wrong="", oidc=bool(store.settings.oidc_issuer))


@router.post("/login", dependencies=[ANYBODY])
def login(
    request: Request,
    store: StoreOf,
    same_origin: SameOrigin,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
    key: Annotated[str, Form(max_length=200)] = "",
    to: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    """With `name` and `password`, or with `key`. Failures are counted by address and by name, so that neither can be searched; a whole
    office behind one address may come in at nine."""
    oidc = bool(store.settings.oidc_issuer)
    rates, counted = _rates(request), _counted(request, name)
    wait = math.ceil(max(map(rates.spend, counted)))
    if wait:
        wrong = f"尝试过于频繁，请 {wait} 秒后再试 · too many tries; wait {wait} s"
        answer = page("login.html", status=429, to=target_of(to), wrong=wrong, oidc=oidc)
        answer.headers["Retry-After"] = str(wait)
        return answer
    caller = _who(store, name.strip(), password, key.strip()) if same_origin else None
    if caller is None:
        wrong = "用户名、密码或密钥无效，请核对后重试 · name, password or key is not valid; check it and try again"
        return page("login.html", status=403, to=target_of(to), wrong=wrong, oidc=oidc)
    for who in counted:
        rates.give_back(who)
    return logged_in(request, store, caller, to)


def over_https(request: Request, store: Store) -> bool:
    """Whether cookies are never to go over plain http: browsers come by https, as the operator says or as this one did."""
    settings = store.settings
    return settings.secure_cookies or request.url.scheme == "https" or (settings.public_url or "").startswith("https:")


def logged_in(request: Request, store: Store, caller: Caller, to: str) -> Response:
    """A new session each time: one that somebody planted before is worth nothing."""
    log.info("%s logged in", caller.id)
    answer = RedirectResponse(target_of(to), 303)
    life = store.settings.session_seconds
    answer.set_cookie(COOKIE, open_session(store, caller), max_age=life, httponly=True, samesite="strict", secure=over_https(request, store))
    return answer


@router.post("/logout", dependencies=[ANYBODY])
def logout(request: Request, store: StoreOf, same_origin: SameOrigin, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
    answer = RedirectResponse("/login", 303)
    secret = request.cookies.get(COOKIE, "")
    caller = by_session(store, secret)
    if same_origin and caller is not None and right_token(caller, csrf):
        close_session(store, secret)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _rates(request: Request) -> Rates:
    rates: Rates | None = getattr(request.app.state, "logins", None)
    if rates is None:
        rates = request.app.state.logins = Rates(_TRIES_A_MINUTE)
    return rates


def _counted(request: Request, name: str) -> tuple[str, ...]:
    address = f"address {request.client.host if request.client else '?'}"
    return (address, f"name {name}") if name else (address,)


def _who(store: Store, name: str, password: str, key: str) -> Caller | None:
    if key:
        caller = by_key(store, key)  # a portal's key opens the API, not the reviewers' pages
        return caller if caller is not None and caller.role != "portal" and caller.enterprises is None else None
    user = store.repository.user_by_login(name) if name else None
    fits = password_fits(None if user is None else user.password, password)
    return of_user(user) if user is not None and fits and user.disabled_at is None else None
