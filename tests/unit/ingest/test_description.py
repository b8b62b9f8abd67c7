"""What the API's own description says of answers that are no JSON, and of the errors that a broken body brings."""

from __future__ import annotations

from typing import Any

import pytest

from services.ingest.app import create_app


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
