"""The whole API as its own description says it is, called with made-up and wrong values: no 500, every error a problem document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from services.adapters.settings import Settings
from services.ingest.app import create_app
from tests.integration.conftest import KEY
from tests.integration.test_api import new_claim

pytestmark = pytest.mark.slow
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
OPERATIONS = {f"{o.method.upper()} {o.path}": o for o in (r.ok() for r in schemathesis.openapi.from_dict(create_app().openapi()).get_all_operations())}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    data: Path = tmp_path_factory.mktemp("api")
    here = Settings(data_dir=data, api_key=KEY, rate_limit=10_000_000, max_body_bytes=1_000_000, max_upload_bytes=1_000_000)
    with TestClient(create_app(here), raise_server_exceptions=False, headers={"Authorization": f"Bearer {KEY}"}) as made:
        yield made


@pytest.fixture(scope="module")
def known(client: TestClient) -> dict[str, str]:
    """Ids that are there, so that calls come further than 404."""
    return {"claim_id": new_claim(client), "uscc": "91220101MA0Y2XQW66"}


def sent(client: TestClient, case: Any) -> httpx.Response:
    """The case over the client of the tests, whose app has started."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = {name: value for name, value in prepared.headers.items() if name.lower() != "content-length"}
    return client.request(str(prepared.method), str(prepared.url), headers=headers, content=prepared.body)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_the_api_is_as_it_says(label: str, client: TestClient, known: dict[str, str]) -> None:
    @given(case=OPERATIONS[label].as_strategy())
    @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
    def calls(case: Any) -> None:
        if len(repr(case.path_parameters)) % 2:
            case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
        answer = sent(client, case)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400 and case.method.upper() != "HEAD":
            assert answer.headers["content-type"].startswith("application/problem+json")
            problem = answer.json()
            assert problem["status"] == answer.status_code and problem["type"].startswith("urn:hezheng:problem:")

    calls()
