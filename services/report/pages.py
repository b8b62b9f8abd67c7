"""The pages people see: the door, and behind it the reviewer's workbench."""

from __future__ import annotations

from fastapi import APIRouter

from services.report import login, single_sign_on
from services.report.workbench import workbench_router


def pages_router() -> APIRouter:
    """The pages, for an app that keeps its store in `app.state.store` and decoding children in `app.state.sandbox()`."""
    whole = APIRouter()
    whole.routes.extend([*login.router.routes, *single_sign_on.router.routes, *workbench_router().routes])
    return whole
