"""What the API's own description says of answers that are no JSON, and of the errors that a broken body brings."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from services.ingest.app import create_app
from services.ingest.problems import _BY_STATUS, plain


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    described: dict[str, Any] = create_app().openapi()["paths"]
    return described


def test_reports_and_figures_are_described_with_their_own_media_types(paths: dict[str, Any]) -> None:
    report = paths["/api/v1/claims/{claim_id}/report.{extension}"]["get"]["responses"]["200"]["content"]
    assert {"application/pdf", "text/html; charset=utf-8", "application/json"} < set(report)
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {"text/plain"}


def test_every_call_that_takes_a_body_tells_of_a_broken_one(paths: dict[str, Any]) -> None:
    silent = [
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation and not {"400", "422"} <= set(operation["responses"])
    ]
    assert silent == []


def test_every_call_and_every_error_has_an_example_and_every_parameter_a_word(paths: dict[str, Any]) -> None:
    bare = []
    for path, operations in paths.items():
        for method, operation in operations.items():
            bodies = {"body": operation.get("requestBody", {})} | operation["responses"]
            for what, answer in bodies.items():
                bare += [f"{method} {path} {what} {kind}" for kind, media in answer.get("content", {}).items() if not {"example", "examples"} & set(media)]
            for parameter in operation.get("parameters", []):
                if not {"description", "example", "examples"} & (set(parameter) | set(parameter["schema"])):
                    bare.append(f"{method} {path} {parameter['name']}")
    assert bare == []


def test_headers_to_go_by_are_described(paths: dict[str, Any]) -> None:
    claims = paths["/api/v1/claims"]["post"]["responses"]
    assert "Location" in claims["201"]["headers"] and "Retry-After" in claims["429"]["headers"] and "X-Request-Id" in claims["422"]["headers"]
    assert "ETag" in paths["/api/v1/claims/{claim_id}"]["get"]["responses"]["200"]["headers"]
    assert "Tus-Resumable" in paths["/api/v1/uploads/{upload_id}"]["patch"]["responses"]["460"]["headers"]


def test_every_call_that_makes_something_takes_an_idempotency_key_or_is_harmless_twice(paths: dict[str, Any]) -> None:
    twice = {"/api/v1/uploads", "/api/v1/claims/{claim_id}/evidence"}  # an upload of its own; the same bytes are the same evidence
    twice |= {f"/api/v1/batches/{{batch_id}}/{verb}" for verb in ("cancel", "pause", "resume")}
    for path, operations in paths.items():
        named = {parameter["name"].lower() for parameter in operations.get("post", {}).get("parameters", [])}
        assert "post" not in operations or path in twice or "idempotency-key" in named, path


def test_every_type_of_problem_is_explained() -> None:
    """The stable names in the source against docs/problems.md."""
    root = Path(__file__).parents[3]
    named = {plain(status).kind for status in _BY_STATUS}
    for path in (root / "services" / "ingest").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("Problem", "_refuse"):
                named |= {
                    part.value for argument in node.args[1:2] for part in ast.walk(argument) if isinstance(part, ast.Constant) and len(str(part.value)) > 2
                }
    explained = set(re.findall(r"`([a-z-]+)`", (root / "docs" / "problems.md").read_text(encoding="utf-8")))
    assert len(named) > 40 and named <= explained, sorted(map(str, named - explained))
