"""Who calls and what they may: an API key shown with a call, or the session of somebody who logged in.

Nothing is allowed that is not granted here: a role or a key's scope is a set of rights, and a key may be bound to enterprises,
for which the claims of others are simply not there.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.adapters.repository import ApiKey, User
from services.adapters.store import Store

COOKIE = "hezheng_session"
_BOOTSTRAP = "settings"


class Right(StrEnum):
    """What a call may need."""

    READ = "read"
    """Claims, their progress and reports, personal data masked."""
    WRITE = "write"
    """Create and edit claims, hand in material, submit."""
    DECIDE = "decide"
    """Approve, reject, return."""
    ORIGINALS = "originals"
    """Evidence as it was handed in; each look is written down."""
    IDENTITIES = "identities"
    """ID numbers in full; each look is written down."""
    BATCH = "batch"
    """Verify many claims again."""
    WEBHOOKS = "webhooks"
    """Say where events are sent."""
    ADMIN = "admin"
    """Keys and users."""


GRANTS: Mapping[str, frozenset[Right]] = {
    "portal": frozenset({Right.READ, Right.WRITE, Right.WEBHOOKS}),
    "operator": frozenset({Right.READ, Right.WRITE, Right.WEBHOOKS, Right.BATCH}),
    "reviewer": frozenset({Right.READ, Right.DECIDE, Right.ORIGINALS}),
    "senior": frozenset({Right.READ, Right.DECIDE, Right.ORIGINALS, Right.IDENTITIES}),
    "admin": frozenset(Right),
}
SCOPES = ("portal", "operator")
"""What an API key may be for."""
ROLES = ("reviewer", "senior", "operator", "admin")
"""What a person may be."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`id` of the key or user (`settings`: the key given by HEZHENG_API_KEY), `name` as people call it, `role` a name of GRANTS.

    `enterprises`: the credit codes the caller is bound to; None: all. `csrf` goes with every changing call of a session; None: a key.
    """

    id: str
    name: str
    role: str = ""
    enterprises: frozenset[str] | None = None
    csrf: str | None = None

    def may(self, right: Right) -> bool:
        """Batches go over all enterprises, so a bound caller never starts one."""
        bound = self.enterprises is not None and right in (Right.BATCH, Right.ADMIN)
        return right in GRANTS.get(self.role, ()) and not bound

    def sees(self, uscc: str | None) -> bool:
        """Whether an enterprise is the caller's business; one without a credit code is nobody's who is bound."""
        return self.enterprises is None or (uscc is not None and uscc in self.enterprises)


class Gate:
    """What stands before a route. `right` None: everybody may pass. A route without a gate keeps the application from starting."""

    def __init__(self, right: Right | None) -> None:
        self.right = right


def by_key(store: Store, secret: str) -> Caller | None:
    """The caller who shows this key; None: unknown or revoked."""
    configured = store.settings.api_key
    if configured is not None and hmac.compare_digest(configured.get_secret_value().encode(), secret.encode("utf-8", "replace")):
        return _configured()
    known = store.repository.api_key(secret)
    return None if known is None else _of_key(known)


def open_session(store: Store, caller: Caller) -> str:
    """The secret of a session that stands for the caller until it runs out or is closed; only its hash is kept."""
    return store.repository.create_session(caller.id, store.settings.session_seconds)


def close_session(store: Store, secret: str) -> None:
    store.repository.end_session(secret)


def by_session(store: Store, secret: str) -> Caller | None:
    """The caller of a session; None: no session of ours, run out, or its key or user was shut out meanwhile."""
    session = store.repository.session(secret) if secret else None
    if session is None:
        return None
    caller = _by_id(store, session.caller)
    return None if caller is None else Caller(caller.id, caller.name, caller.role, caller.enterprises, session.csrf)


def of_user(user: User) -> Caller:
    return Caller(user.id, user.name, user.role)


def _by_id(store: Store, caller_id: str) -> Caller | None:
    if caller_id == _BOOTSTRAP:
        return _configured() if store.settings.api_key is not None else None
    if caller_id.startswith("usr_"):
        user = store.repository.user(caller_id)
        return None if user is None or user.disabled_at is not None else of_user(user)
    known = store.repository.api_key_by_id(caller_id)
    return None if known is None else _of_key(known)


def _configured() -> Caller:
    return Caller(_BOOTSTRAP, "HEZHENG_API_KEY", "admin")


def _of_key(key: ApiKey) -> Caller:
    return Caller(key.id, key.name, key.scope, key.enterprises)
