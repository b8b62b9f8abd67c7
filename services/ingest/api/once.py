"""`Idempotency-Key`: a call that is sent twice does its work once and is answered the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Header
from fastapi.responses import Response

from services.adapters.access import Caller
from services.adapters.repository import StoredAnswer
from services.adapters.repository.base import now
from services.adapters.store import Store
from services.domain.text import Message
from services.ingest.problems import Problem

IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=255, description="the same key with the same call gives the same answer; keys are kept for a week")
]
_ABANDONED = timedelta(minutes=5)


def begin(store: Store, caller: Caller, key: str | None, call: str, body: bytes) -> StoredAnswer | None:
    """The answer that was given already, or None: the call may go on, and must `finish` or `forget`.

    Raises Problem 409 while the first call is under way, 422 if the key was used for another call or body.
    """
    if key is None:
        return None
    request = hashlib.sha256(call.encode("utf-8", "replace") + b"\n" + body).hexdigest()
    with store.repository.transaction():
        if store.repository.begin_answer(caller.id, key, request):
            return None
        earlier = store.repository.answer(caller.id, key)
        if earlier is None:
            return None
        if earlier.request != request:
            raise Problem(
                422,
                "idempotency-key-reused",
                Message(
                    "该 Idempotency-Key 已用于另一内容的请求，请换用新的值", "this Idempotency-Key was used for a request with another body; use a new one"
                ),
            )
        if earlier.status:
            return earlier
        if earlier.created_at is not None and earlier.created_at < now() - _ABANDONED:  # its process died with it
            return None
    raise Problem(
        409,
        "idempotency-key-in-progress",
        Message("相同 Idempotency-Key 的请求正在处理，请稍后重试", "a request with this Idempotency-Key is under way; try again in a moment"),
        headers={"Retry-After": "1"},
    )


def once(store: Store, caller: Caller, key: str | None, call: str, body: bytes, act: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Do `act` and keep what it answers (status, JSON text) under the key, both in one transaction; or give what was answered before.

    A call that is refused leaves no trace: it may be sent again, mended, under the same key.
    """
    earlier = begin(store, caller, key, call, body)
    if earlier is not None:
        return earlier.status, earlier.body
    try:
        with store.repository.transaction():
            status, text = act()
            if key is not None:
                request = hashlib.sha256(call.encode("utf-8", "replace") + b"\n" + body).hexdigest()
                store.repository.put_answer(caller.id, key, StoredAnswer(request, status, text))
        return status, text
    except BaseException:
        if key is not None:
            store.repository.drop_answer(caller.id, key)
        raise


def as_json(answer: tuple[int, str], headers: dict[str, str] | None = None) -> Response:
    return Response(answer[1], answer[0], headers, "application/json")
