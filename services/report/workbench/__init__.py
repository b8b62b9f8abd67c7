"""The reviewer's workbench: the list of claims, a claim with its evidence, and what a reviewer decides. Rendered on the server."""

from __future__ import annotations

from fastapi import APIRouter

from services.report.workbench import assets, batches, claim, decisions, figures, files, media, queue, sheets


def workbench_router() -> APIRouter:
    """The pages, for an app that keeps its store in `app.state.store` and reading children in `app.state.sandbox()`."""
    router = APIRouter()
    for module in (assets, queue, batches, claim, files, sheets, media, decisions, figures):
        router.include_router(module.router)
    return router
