"""The OpenAPI description: what FastAPI gathers from the routes, with keys, problem documents and an example of every answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from services.ingest.problems import MEDIA_TYPE, document, plain

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "message"],
    "properties": {
        "type": {"type": "string", "description": "stable; `urn:hezheng:problem:…`"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "in Chinese, for the person before the screen"},
        "instance": {"type": "string", "description": "this call; name it when you ask for help"},
        "message": {
            "type": "object",
            "required": ["zh", "en"],
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
        },
        "errors": {"type": "array", "items": {"type": "object"}, "description": "field by field: where, what was found, what is expected"},
    },
}
_HEADERS = {
    "ETag": "the present state; send it back as If-Match with a change",
    "Location": "the address of what was made",
    "Retry-After": "seconds to wait",
    "Tus-Resumable": "1.0.0",
    "X-Request-Id": "this call; name it when you ask for help",
}
_SCHEMES = {"key": {"type": "http", "scheme": "bearer"}, "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}


def describe(app: FastAPI) -> None:
    """Make the app give the completed description."""
    plain_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        described = plain_openapi()
        components = described.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas["Problem"] = _PROBLEM
        components["securitySchemes"] = _SCHEMES
        for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form of errors, which is not spoken here
            schemas.pop(unused, None)
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                _complete(operation, schemas)
                if path.startswith("/api/v1") and method != "options":
                    operation["security"] = [{"key": []}, {"header": []}]
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    named = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
    for status, answer in operation["responses"].items():
        told = {"X-Request-Id"} | ({"Location"} if status in ("201", "202") else set()) | ({"Retry-After"} if status in ("429", "503") else set())
        told |= {"ETag"} if status in ("200", "304") and named & {"if-match", "if-none-match"} else set()
        told |= {"Tus-Resumable"} if "tus-resumable" in named else set()
        answer.setdefault("headers", {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in sorted(told)})
        content = answer.get("content", {})
        if status == "422":  # FastAPI adds its own form of it to every call with parameters
            content.pop("application/json", None)
            invalid = plain(422)
            answer["description"] = invalid.message.en
            content.setdefault(MEDIA_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}, "example": document(422, invalid.kind, invalid.message)})
        for media in content.values():
            _exemplify(media, schemas)
    for media in operation.get("requestBody", {}).get("content", {}).values():
        _exemplify(media, schemas)


def _exemplify(media: dict[str, Any], schemas: dict[str, Any]) -> None:
    """The example of a named schema stands at the answer too, where documentation and generators look for it."""
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    example = schemas.get(name, {}).get("example")
    if example is not None:
        media.setdefault("example", example)
