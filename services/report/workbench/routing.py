"""How the pages answer what goes wrong: a login that ran out, a right that is missing, a claim that is not there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from services.domain.errors import NotFound
from services.domain.text import Message
from services.report.workbench.base import page
from services.report.workbench.gates import Refused, Turned


class PageRoute(APIRoute):
    """A route whose expected errors are pages for people; a part of a page gets the message alone."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Turned as turned:
                return turned.answer
            except Refused as refused:
                return _refusal(request, refused.status, refused.message)
            except NotFound as missing:
                return _refusal(request, 404, missing.message)

        return handled


def _refusal(request: Request, status: int, message: Message) -> Response:
    if request.headers.get("hx-request") == "true":
        return page(request, "refusal_part.html", status=status, message={"zh": message.zh, "en": message.en}, headers={"HX-Reswap": "none"})
    caller = getattr(request.state, "caller", None)
    return page(request, "refusal.html", status=status, message={"zh": message.zh, "en": message.en}, caller=caller)


def pages_of() -> APIRouter:
    return APIRouter(include_in_schema=False, route_class=PageRoute)
