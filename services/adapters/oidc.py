"""Logging in at an identity provider: OpenID Connect's code flow with PKCE, state and nonce; the only importer of joserfc.

The provider is the operator's choice, so its addresses may be private ones; what it sends is still bounded and checked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.domain.errors import HezhengError
from services.domain.text import Message

_SECONDS = 10.0
_ANSWER_BYTES = 1024 * 1024
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures with a key pair only: `none`, or a shared secret that an attacker could know, is never taken."""
_SKEW = 120


class LoginFailed(HezhengError):
    """The provider did not answer, or what it answered is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A login on its way: kept by the browser, sealed, until the provider sends it back."""

    state: str
    nonce: str
    verifier: str
    to: str
    began: float


@dataclass(frozen=True, slots=True)
class Person:
    """`subject` is unique at the issuer and never changes."""

    issuer: str
    subject: str
    name: str


class Provider:
    """`issuer` as the provider spells it; `secret` None: a public client."""

    def __init__(self, issuer: str, client_id: str, secret: str | None, redirect: str) -> None:
        self._issuer, self._client_id, self._secret, self._redirect = issuer, client_id, secret, redirect

    def begin(self, to: str) -> tuple[str, Pending]:
        """Where to send the browser, and what to remember. Raises LoginFailed."""
        pending = Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), to, time.time())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect,
            "scope": "openid profile",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(query)}", pending

    def finish(self, pending: Pending, code: str) -> Person:
        """Exchange the code, check the token's signature, issuer, audience, times and nonce. Raises LoginFailed."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "client_id": self._client_id,
            "code_verifier": pending.verifier,
        }
        if self._secret is not None:
            form["client_secret"] = self._secret
        token = _get(self._endpoint("token_endpoint"), urlencode(form).encode()).get("id_token")
        if not isinstance(token, str):
            raise _failed("no id_token")
        claims = self._checked(token)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), pending.nonce.encode()):
            raise _failed("the nonce is another one")
        return Person(self._issuer, str(claims["sub"]), str(claims.get("name") or claims.get("preferred_username") or claims["sub"])[:200])

    def _checked(self, token: str) -> dict[str, Any]:
        try:
            keys = KeySet.import_key_set(_get(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
            claims = dict(jwt.decode(token, keys, algorithms=_ALGORITHMS).claims)
            rules = jwt.JWTClaimsRegistry(
                leeway=_SKEW,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            )
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _failed(f"{type(error).__name__}: {error}"[:200]) from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self._client_id:
            raise _failed("the token is for somebody else")
        return claims

    def _endpoint(self, name: str) -> str:
        found = _get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer or urlsplit(str(found.get(name, ""))).scheme not in ("http", "https"):
            raise _failed("the provider's description is of another issuer, or lacks an address")
        return str(found[name])


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Not followed: codes and secrets go to the provider that the operator named, nowhere else."""


_opener = urllib.request.build_opener(_NoRedirects)


def _get(url: str, body: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(url, body, {"Accept": "application/json"})
    try:
        with _opener.open(request, timeout=_SECONDS) as answer:
            found = json.loads(answer.read(_ANSWER_BYTES))
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise _failed(f"{type(error).__name__} from {urlsplit(url).netloc}") from error
    if not isinstance(found, dict):
        raise _failed("no JSON object")
    return found


def _failed(why: str) -> LoginFailed:
    return LoginFailed(Message(f"统一身份登录失败：{why}", f"single sign-on failed: {why}"))
