"""Single sign-on against an identity provider of the test's own, that can lie in every way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.adapters.settings import Settings
from services.ingest.app import create_app
from services.report.pages import pages_router
from tests.integration.conftest import KEY
from tests.integration.test_api import API

RIGHT = RSAKey.generate_key(2048, {"kid": "a", "use": "sig"})
WRONG = RSAKey.generate_key(2048, {"kid": "a", "use": "sig"})


class Provider:
    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.changes: dict[str, Any] = {}
        self.key: Any = RIGHT
        self.algorithm = "RS256"
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                urls = {name: f"{provider.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
                said = {"keys": [RIGHT.as_dict(private=False)]} if self.path == "/jwks_uri" else {"issuer": provider.issuer, **urls}
                self.say(said)

            def do_POST(self) -> None:
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()).items()}
                challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
                good = form["code"] == "good" and challenge == provider.asked["code_challenge"] and form.get("client_secret") == "hush"
                self.say({"id_token": provider.token()} if good else {"error": "invalid_grant"})

            def say(self, value: Any) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "hezheng", "sub": "u-1", "name": "王审核", "iat": now, "exp": now + 60, "nonce": self.asked["nonce"]}
        claims = {k: v for k, v in (claims | self.changes).items() if v is not None}
        if self.algorithm == "RS256":
            return jwt.encode({"alg": "RS256", "kid": "a"}, claims, self.key)
        head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": self.algorithm, "kid": "a"}, claims))
        signature = hmac.new(RIGHT.as_pem(private=False), head + b"." + body, hashlib.sha256).digest() if self.algorithm == "HS256" else b""
        return b".".join((head, body, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def browser(provider: Provider, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        data_dir=tmp_path / "data", api_key=KEY, oidc_issuer=provider.issuer, oidc_client_secret="hush", public_url="http://testserver", workers=1
    )
    with TestClient(create_app(settings, [pages_router()]), follow_redirects=False) as client:
        yield client


def go(browser: TestClient, provider: Provider, code: str = "good", **changes: str) -> Any:
    answer = browser.get("/login/oidc?to=/claims/a")
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{provider.issuer}/authorization_endpoint?")
    provider.asked = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert provider.asked["redirect_uri"] == "http://testserver/login/oidc/callback" and provider.asked["code_challenge_method"] == "S256"
    return browser.get("/login/oidc/callback", params={"code": code, "state": provider.asked["state"]} | changes)


def known(browser: TestClient, provider: Provider) -> Any:
    store = browser.app.state.store  # type: ignore[attr-defined]
    return store.repository.create_user("wang", "reviewer", subject=f"{provider.issuer} u-1")


def test_somebody_known_comes_in_and_goes_where_she_wanted(browser: TestClient, provider: Provider) -> None:
    known(browser, provider)
    answer = go(browser, provider)
    assert answer.status_code == 200 and 'content="0;url=/claims/a"' in answer.text
    assert browser.get(f"{API}/claims").status_code == 200


def test_somebody_unknown_stays_outside(browser: TestClient, provider: Provider) -> None:
    assert go(browser, provider).status_code == 403
    assert browser.get(f"{API}/claims").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "other"},
        {"nonce": None},
        {"aud": "somebody"},
        {"aud": ["hezheng", "other"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None},
        {"exp": None},
    ],
)
def test_a_token_that_is_not_for_this_login_is_refused(browser: TestClient, provider: Provider, changes: dict[str, Any]) -> None:
    known(browser, provider)
    provider.changes = changes
    assert go(browser, provider).status_code == 403
    assert browser.get(f"{API}/claims").status_code == 401


def test_forged_signatures_codes_and_states_are_refused(browser: TestClient, provider: Provider) -> None:
    known(browser, provider)
    provider.key = WRONG
    assert go(browser, provider).status_code == 403
    for algorithm in ("HS256", "none"):
        provider.algorithm = algorithm
        assert go(browser, provider).status_code == 403, "the public key as a shared secret, or no signature"
    provider.key, provider.algorithm = RIGHT, "RS256"
    assert go(browser, provider, code="stolen").status_code == 403
    assert go(browser, provider, state="other").status_code == 403
    browser.cookies.clear()
    assert browser.get("/login/oidc/callback", params={"code": "good", "state": provider.asked["state"]}).status_code == 403
    assert browser.get(f"{API}/claims").status_code == 401
