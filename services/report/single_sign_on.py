"""Logging in at the operator's identity provider. Who may come in is decided here: only users that were made with their subject."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import logging
import time

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.adapters.access import of_user
from services.adapters.oidc import LoginFailed, Pending, Provider
from services.adapters.store import Store
from services.adapters.vault import VaultError
from services.domain.text import Message
from services.report.frame import StoreOf, page, target_of
from services.report.login import ANYBODY, logged_in, over_https

log = logging.getLogger("hezheng.access")
router = APIRouter(include_in_schema=False)

_COOKIE, _AAD, _SECONDS = "hezheng_login", "login", 600


@router.get("/login/oidc", dependencies=[ANYBODY])
def begin(request: Request, store: StoreOf, to: str = "/") -> Response:
    """Send the browser to the provider."""
    try:
        address, pending = _provider(store).begin(target_of(to))
    except LoginFailed as error:
        return _refused(error)
    sealed = base64.urlsafe_b64encode(store.vault.seal(json.dumps(dataclasses.asdict(pending)).encode(), _AAD)).decode()
    answer = RedirectResponse(address, 303)
    # Lax: the provider's redirect brings it back; it stands for nobody.
    answer.set_cookie(_COOKIE, sealed, max_age=_SECONDS, httponly=True, samesite="lax", secure=over_https(request, store), path="/login")
    return answer


@router.get("/login/oidc/callback", dependencies=[ANYBODY])
def callback(request: Request, store: StoreOf, code: str = "", state: str = "") -> Response:
    """The browser comes back. The state must be that of the login which this browser began."""
    try:
        pending = _pending(store, request.cookies.get(_COOKIE, ""))
        if pending is None or not code or state != pending.state:
            raise LoginFailed(Message("登录已过期，请重新登录", "the login has expired; begin again"))
        person = _provider(store).finish(pending, code)
        user = store.repository.user_by_subject(f"{person.issuer} {person.subject}") or store.repository.user_by_subject(person.subject)
        if user is None or user.disabled_at is not None:
            log.info("single sign-on of an unknown subject")
            raise LoginFailed(Message(f"{person.name} 尚未开通，请联系管理员", f"{person.name} has no access here; ask the administrator"))
    except LoginFailed as error:
        return _refused(error)
    # A page, not a redirect: browsers keep a strict cookie back on a way that began at another site.
    session = logged_in(request, store, of_user(user), pending.to)
    answer = page("continue.html", to=target_of(pending.to))
    answer.headers.append("set-cookie", session.headers["set-cookie"])
    answer.delete_cookie(_COOKIE, path="/login")
    return answer


def _provider(store: Store) -> Provider:
    """Raises LoginFailed where none is configured."""
    settings = store.settings
    if not settings.oidc_issuer or not settings.public_url:
        raise LoginFailed(Message("未配置统一身份登录", "single sign-on is not configured: HEZHENG_OIDC_ISSUER and HEZHENG_PUBLIC_URL"))
    secret = settings.oidc_client_secret
    redirect = f"{settings.public_url.rstrip('/')}/login/oidc/callback"
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value() if secret else None, redirect)


def _pending(store: Store, sealed: str) -> Pending | None:
    try:
        pending = Pending(**json.loads(store.vault.open(base64.urlsafe_b64decode(sealed), _AAD)))
    except (VaultError, ValueError, TypeError, binascii.Error):
        return None
    return pending if time.time() - pending.began < _SECONDS else None


def _refused(error: LoginFailed) -> Response:
    return page("login.html", status=403, to="/", wrong=f"{error.message.zh} · {error.message.en}", oidc=True)
