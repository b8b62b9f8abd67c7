"""`ETag` and `If-Match`: what was edited in between is not overwritten unseen."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header

from services.domain.text import Message
from services.ingest.problems import Problem

IfMatch = Annotated[str | None, Header(description="the ETag of what was read; another one now is answered with 412", max_length=1000)]
IfNoneMatch = Annotated[str | None, Header(description="the ETag of what was read; the same one now is answered with 304", max_length=1000)]


def etag_of(view: Any) -> str:
    """A strong tag of a representation."""
    text = json.dumps(view, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def named(header: str | None, etag: str, *, weak: bool = False) -> bool:
    """Whether the header names the tag. `If-Match` compares strongly: a weak tag never matches."""
    tags = [tag.strip() for tag in (header or "").split(",")]
    return "*" in tags or etag in tags or (weak and f"W/{etag}" in tags)


def require_match(if_match: str | None, etag: str | None) -> None:
    """Raises Problem 412 where the header names another state than the present one, or anything where there is nothing yet (`etag` None)."""
    if if_match is not None and (etag is None or not named(if_match, etag)):
        raise Problem(
            412,
            "changed-meanwhile",
            Message("内容已被他人修改，请重新读取后再提交", "it was changed meanwhile; read it again, then send your change"),
            headers={"ETag": etag} if etag else None,
        )
