"""Who calls: an API key shown with a call, or the session of somebody who logged in with one."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from dataclasses import dataclass

from services.adapters.store import Store
from services.adapters.vault import VaultError

COOKIE = "hezheng_session"
_BOOTSTRAP = "settings"
_AAD = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """`id` of the key (`settings`: the one given by HEZHENG_API_KEY), `name` as people call it."""

    id: str
    name: str


def by_key(store: Store, secret: str) -> Caller | None:
    """The caller who shows this key; None: unknown or revoked."""
    configured = store.settings.api_key
    if configured is not None and hmac.compare_digest(configured.get_secret_value().encode(), secret.encode("utf-8", "replace")):
        return Caller(_BOOTSTRAP, "HEZHENG_API_KEY")
    known = store.repository.api_key(secret)
    return None if known is None else Caller(known.id, known.name)


def open_session(store: Store, caller: Caller) -> str:
    """A cookie that stands for the caller until it runs out."""
    content = json.dumps({"id": caller.id, "until": time.time() + store.settings.session_seconds}).encode()
    return base64.urlsafe_b64encode(store.vault.seal(content, _AAD)).decode()


def by_session(store: Store, cookie: str) -> Caller | None:
    """The caller of a session; None: no session of ours, run out, or the key was revoked meanwhile."""
    try:
        content = json.loads(store.vault.open(base64.urlsafe_b64decode(cookie), _AAD))
    except (VaultError, ValueError, binascii.Error):
        return None
    if content["until"] < time.time():
        return None
    if content["id"] == _BOOTSTRAP:
        return Caller(_BOOTSTRAP, "HEZHENG_API_KEY") if store.settings.api_key is not None else None
    known = store.repository.api_key_by_id(content["id"])
    return None if known is None else Caller(known.id, known.name)
