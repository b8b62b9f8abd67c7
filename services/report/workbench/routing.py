"""How the pages answer what goes wrong: a login that ran out, a right that is missing, a claim that is not there."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.domain.errors import HezhengError, NotFound
from services.domain.text import Message
from services.report.workbench.base import page
from services.report.workbench.gates import Refused, Turned

log = logging.getLogger(__name__)


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
            except (HezhengError, HTTPException, RequestValidationError, OSError):
                raise  # told as they are everywhere
            except (OperationalError, PoolTimeout) as error:
                log.error("%s %s", request.method, type(error).__name__)
                return _refusal(request, 503, Message("数据库暂时没有应答，请稍后重试", "the database does not answer now; try again later"))
            except Exception as error:  # the edge of the program: a fault of ours
                log.error(
                    "%s %s\n%s", request.method, type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
                )  # its text may hold personal data
                return _refusal(request, 500, Message("程序内部出错，已记录，请告知运维人员", "the program failed; it was written down, tell the operator"))

        return handled


def _refusal(request: Request, status: int, message: Message) -> Response:
    if request.headers.get("hx-request") == "true":
        return page(request, "refusal_part.html", status=status, message={"zh": message.zh, "en": message.en}, headers={"HX-Reswap": "none"})
    caller = getattr(request.state, "caller", None)
    return page(request, "refusal.html", status=status, message={"zh": message.zh, "en": message.en}, caller=caller)


def pages_of() -> APIRouter:
    return APIRouter(include_in_schema=False, route_class=PageRoute)
