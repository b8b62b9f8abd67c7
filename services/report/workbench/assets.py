"""Styles and scripts, served from the package: no network beyond this service is needed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from services.report.workbench.gates import PUBLIC

router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_NAMES = ("workbench.css", "workbench.js", "viewer.js", "vendor/htmx-2.0.11.min.js", "vendor/openseadragon-6.1.1.min.js")
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def _content(name: str) -> bytes:
    """Raises KeyError for what is no asset."""
    if name not in _NAMES:
        raise KeyError(name)
    return files("services.report").joinpath("static", *name.split("/")).read_bytes()


@cache
def version_of(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]


@router.get("/static/{version}/{name:path}")
def asset(version: str, name: str) -> Response:
    try:
        data = _content(name)
    except KeyError:
        return Response("no such file", 404, media_type="text/plain")
    return Response(data, media_type=_TYPES[name.rsplit(".", 1)[-1]], headers=_FOR_GOOD if version == version_of(name) else {"Cache-Control": "no-store"})
