"""The list of calls as a page, from the OpenAPI description; nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True
)


def _code(text: str) -> Markup:
    """Descriptions are read in the source too: what is between backticks there is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


_pages.filters["code"] = _code


def render(openapi: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    calls = [
        {"method": method.upper(), "path": path, **operation, "bodies": list(operation.get("requestBody", {}).get("content", {}))}
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    ]
    return _pages.get_template("docs.html").render(api=openapi, calls=calls)
